"""The guard of a class: what it counts, and what it refuses without asking the application."""

from typing import cast

import pytest

from app.people import access
from app.people.classroom import Classroom
from app.people.guard import Guard
from app.people.person import Person, Role
from app.security.rates import RATES, Rates
from tests.support import event_loop


class Room:
    """A class whose browsers send their role as their token."""

    id = "c"
    held = False

    def __init__(self):
        self.people = {role.value: Person(role.value, 1, "", role) for role in Role}

    def person_of(self, token):
        return self.people.get(token)


class Counter:
    """Sends requests through a guard; what comes to the application is answered with 200."""

    def __init__(self):
        self.now = 0.0
        self.guard = Guard(
            self.application,
            classroom=cast(Classroom, Room()),
            sight=None,
            find_run=lambda run_id: None,
            keys=list(access.TABLE),
            count_change=Rates(lambda: self.now).take,
        )

    async def application(self, scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})

    def ask(self, method, path, role):
        answers = []

        async def send(message):
            answers.append(message)

        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "root_path": "",
            "headers": [(b"cookie", f"lossroom-c={role}".encode())],
        }
        event_loop.run(self.guard(scope, None, send))
        return answers[0]["status"]


@pytest.fixture(scope="module")
def routes():
    return [key for key, rule in access.TABLE.items() if rule.counts]


def test_a_student_changes_as_much_as_a_page_does_at_once_and_then_a_little_each_second(routes):
    counter, rate = Counter(), RATES["change"]
    asked = [routes[number % len(routes)] for number in range(rate.burst + 50)]
    answers = [counter.ask(method, path, "student") for method, path in asked]

    assert answers == [200] * rate.burst + [429] * 50
    assert counter.ask("PUT", "/api/class/me/hand", "teacher") == 403
    assert counter.ask("PATCH", "/api/runs/r", "teacher") == 200, "the teacher is not counted"
    assert counter.ask("GET", "/api/runs/r", "student") == 200, "looking is not counted"
    counter.now += rate.seconds
    assert counter.ask("DELETE", "/api/runs/r", "student") == 200
    assert counter.ask("DELETE", "/api/runs/r", "student") == 429


@pytest.mark.parametrize("path", ["/nothing", "/api", "/api/runs/", "/static", "//", "/api/class/people/x/y"])
def test_what_has_no_row_never_reaches_the_application(path):
    assert Counter().ask("GET", path, "teacher") == 404
    assert Counter().ask("GET", path, "nobody") == 404


def test_every_change_by_a_student_is_counted_by_one_of_the_rates():
    own = ["/api/runs", "/api/experiments", "/api/lessons/{slug}/runs", "/api/imports"]
    own += [
        "/api/lessons/{slug}/attempts",
        "/api/runs/{run_id}/clone",
        "/api/runs/{run_id}/fork",
        "/api/rate-finder",
        "/api/landscapes",
        "/api/studies",
        "/api/studies/{study_id}/trials/{number}/run",
        "/api/own-data/uploads",
        "/api/own-data/uploads/{upload_id}/preview",
        "/api/own-data/uploads/{upload_id}/keep",
    ]
    changes_nothing = (
        "/api/summary",
        "/api/experiments/summary",
        "/api/studies/summary",
        "/api/stream",
        "/api/runs/{run_id}/fork/check",
    )
    for (method, path), rule in access.TABLE.items():
        if method not in ("GET", access.SOCKET) and Role.STUDENT in rule.roles and None not in rule.roles:
            known = rule.counts or path in own or path in changes_nothing or path.endswith("/leave")
            assert known, (method, path)
