"""A class whose people take turns, over HTTP, with real workers."""

import signal
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.routing import APIRoute

from app.lab import Limited
from app.main import create_app
from app.people import access
from app.people.person import Role
from app.security.rates import RATES
from app.settings import Settings
from tests.support.class_lab import running_class
from tests.support.errors import error
from tests.support.experiments import ENDLESS, QUICK
from tests.support.waiting import wait_until


@pytest.fixture
def lab(tmp_path):
    with running_class(tmp_path, LOSSROOM_WORKERS="1") as lab:
        yield lab


def endless(seed, name="endless"):
    return {**ENDLESS, "name": name, "seed": seed}


def order(teacher):
    """The names of the runs that wait, the next one first, when all of them know their places."""

    def known():
        queued = [run for run in teacher.http.get("/api/runs").json()["runs"] if run["status"] == "queued"]
        return queued if all(run["place"] for run in queued) else None

    queued = wait_until(known, "the places of all that wait")
    return [run["name"] for run in sorted(queued, key=lambda run: run["place"]["ahead"])]


def takes_turns(names):
    """The second person's first run is the next after the teacher's, and the second one waits for one of the other's
    at most."""
    return (
        len(names) == 7
        and names[:2] == ["teacher", "other 1"]
        and names.index("other 2") < names.index("greedy 2")
        and [name for name in names if "greedy" in name] == [f"greedy {number}" for number in range(1, 5)]
    )


def test_people_take_turns_and_the_teachers_runs_start_first_and_a_restart_keeps_turns_and_what_was_moved(
    lab,
):
    teacher, greedy, other = lab.teacher(), lab.student("Greedy"), lab.student("Other")
    running = greedy.launch(**endless(0), fresh=False)
    for number in range(1, 5):
        greedy.launch(**endless(number, f"greedy {number}"), fresh=False)
    for number in range(1, 3):
        other.launch(**endless(10 + number, f"other {number}"), fresh=False)
    teacher.launch(**endless(20, "teacher"), fresh=False)

    wait_until(lambda: takes_turns(order(teacher)), "turns")

    # what the teacher puts first starts before all
    training = next(
        run["training"] for run in teacher.http.get("/api/runs").json()["runs"] if run["name"] == "greedy 4"
    )
    teacher.http.post(f"/api/class/queue/{training}/first").raise_for_status()
    wait_until(lambda: order(teacher)[0] == "greedy 4", "what was put first")
    assert error(teacher.http.post("/api/class/queue/none/first"))["field"] == "training"

    moved = next(
        run["training"] for run in teacher.http.get("/api/runs").json()["runs"] if run["name"] == "other 2"
    )
    put = f"/api/class/queue/{moved}/behind"
    teacher.http.post(put, json={"behind": training}).raise_for_status()
    wait_until(lambda: order(teacher)[:3] == ["greedy 4", "other 2", "teacher"], "what was put behind it")
    assert error(teacher.http.post(put, json={"behind": "none"}))["field"] == "behind"
    assert error(greedy.http.post(put, json={"behind": training}))["code"] == "not_allowed"

    lab.restart()
    # the running one has lost its worker, and its owner has had a turn with it
    path = f"/api/runs/{running['id']}"
    wait_until(lambda: teacher.http.get(path).json()["status"] == "running", "a worker")
    # what was moved by hand is where the teacher put it; the others have the same turns
    wait_until(lambda: order(teacher)[:3] == ["greedy 4", "other 2", "teacher"], "the teacher's order")
    assert order(teacher)[3:] == ["other 1", "greedy 1", "greedy 2", "greedy 3"]

    # also after the server was killed
    teacher.http.post(f"/api/class/queue/{training}/behind", json={"behind": moved}).raise_for_status()
    lab.restart(signal.SIGKILL)
    wait_until(lambda: order(teacher)[:3] == ["other 2", "greedy 4", "teacher"], "the newest order")


def test_what_a_student_may_have_is_bounded_and_the_teacher_is_not(tmp_path):
    """Each refusal names the field, the bound and the value; nothing is launched."""
    bounds = {
        "LOSSROOM_WORKERS": "1",
        "LOSSROOM_MAX_QUEUED_PER_PERSON": "2",
        "LOSSROOM_MAX_PAUSED_PER_PERSON": "1",
        "LOSSROOM_MAX_RUNS_PER_PERSON": "12",
        "LOSSROOM_MAX_ITERATIONS_PER_PERSON": "5000",
        "LOSSROOM_MAX_PARAMETERS_PER_PERSON": "5000",
        "LOSSROOM_MAX_SECONDS_PER_PERSON": "60",
    }

    def refused(experiments, **given):
        """The error of launching these, alone or together."""
        path, body = (
            ("/api/experiments", {"experiments": experiments})
            if len(experiments) > 1
            else (
                "/api/runs",
                experiments[0],
            )
        )
        answer = student.http.post(path, json={**body, **given})
        assert answer.status_code in (409, 422), answer.text
        return error(answer)

    with running_class(tmp_path, **bounds) as lab:
        teacher, student = lab.teacher(), lab.student("Ada")
        long, wide = {**QUICK, "training": {"iterations": 5001}}, {**QUICK, "network": {"hidden": [400]}}

        found = refused([long])
        assert (found["code"], found["field"]) == ("too_large", "training.iterations")
        assert (found["bounds"]["maximum"], found["bounds"]["value"]) == (5000, 5001)
        assert refused([QUICK, wide])["field"] == "experiments.1.network"
        assert student.runs() == set()

        first = student.launch(**{**QUICK, "training": {"iterations": 5000, "evaluate_every": 1}})
        teacher.launch(**endless(99, "teacher"), fresh=False)
        assert student.http.post("/api/lessons/1a-vanishing-gradient/runs").status_code in (201, 409)
        waiting = [{**QUICK, "seed": seed} for seed in range(5)]
        found = refused(waiting)
        assert found["code"] == "own_queue_full"
        assert found["bounds"]["maximum"] == 2
        assert (
            teacher.http.post("/api/experiments", json={"experiments": [*waiting, long, wide]}).status_code
            == 201
        )
        # the lab trains these for the teacher already, so they cost nothing
        assert student.http.post("/api/experiments", json={"experiments": waiting}).status_code == 201
        assert first["id"] in student.runs()
        # but no student has more runs than allowed, whichever way they come
        path = f"/api/runs/{first['id']}"
        document = student.http.get(f"/api/exports/json?runs={first['id']}").content
        for _ in range(3):
            refusals = [student.http.post("/api/experiments", json={"experiments": waiting})]
        for _ in range(5):
            alone = student.http.post("/api/runs", json=waiting[0])
        refusals += [
            alone,
            student.http.post(f"{path}/clone"),
            student.http.post(f"{path}/fork", json={"iteration": 0}),
            student.http.post("/api/imports", content=document),
        ]
        for answer in refusals:
            assert (answer.status_code, error(answer)["code"]) == (409, "own_runs"), answer.text
            assert error(answer)["bounds"]["maximum"] == 12
        assert len(student.runs()) == 12


def test_a_student_has_no_more_trainings_at_once_than_allowed_and_another_persons_start_beside_them(tmp_path):
    with running_class(tmp_path, LOSSROOM_MAX_RUNNING_PER_PERSON="1") as lab:
        teacher, greedy, other = lab.teacher(), lab.student("Greedy"), lab.student("Other")
        first, second = (greedy.launch(**endless(seed), fresh=False)["id"] for seed in (1, 2))
        mine = other.launch(**endless(3), fresh=False)["id"]

        def statuses():
            return {run["id"]: run["status"] for run in teacher.http.get("/api/runs").json()["runs"]}

        wait_until(lambda: statuses() == {first: "running", second: "queued", mine: "running"}, "turns")
        greedy.http.post(f"/api/runs/{first}/cancel").raise_for_status()
        wait_until(lambda: statuses()[second] == "running", "the next one")


def test_a_student_who_asks_too_often_is_refused_for_some_seconds_and_others_are_not(tmp_path):
    """Each action by itself; every route that launches, imports or exports counts."""
    with running_class(tmp_path) as lab:
        teacher, student, other = lab.teacher(), lab.student("Ada"), lab.student("Grace")
        path = f"/api/runs/{student.launch()['id']}/export.json"
        for person, statuses in ((student, {200, 429}), (teacher, {200})):
            answers = [person.http.get(path) for _ in range(RATES["export"].burst + 5)]
            assert {answer.status_code for answer in answers} == statuses
            late = answers[-1]
            if late.status_code == 429:
                assert error(late)["code"] == "too_often"
                assert 1 <= error(late)["bounds"]["seconds"] <= RATES["export"].seconds
        assert student.launch()["status"]
        assert other.http.get(f"/api/runs/{other.launch()['id']}/export.json").status_code == 200
        # of what one process answers for all, a person has a few at a time
        weights = f"/api/runs/{other.launch()['id']}/moments/0/weights.npz"
        with ThreadPoolExecutor(16) as threads:
            answers = list(threads.map(other.http.get, 16 * [weights]))
        refusals = [answer for answer in answers if answer.status_code != 200]
        assert {error(refusal)["code"] for refusal in refusals} == {"too_many_questions"}


def test_every_route_that_launches_imports_or_exports_is_limited():
    """Whatever makes runs or files of them: a new route of that kind is found here."""
    app = create_app(Settings())

    def routes(held):
        for route in held:
            if isinstance(route, APIRoute):
                yield route
            elif hasattr(route, "original_router"):
                yield from routes(route.original_router.routes)

    found = {
        f"{method} {route.path}": [
            dependency.call.action
            for dependency in route.dependant.dependencies
            if isinstance(dependency.call, Limited)
        ]
        for route in routes(app.routes)
        for method in route.methods
    }
    makes_runs = {
        name
        for name, _ in found.items()
        if name.startswith("POST")
        and name.endswith(("/runs", "/experiments", "/attempts", "/clone", "/fork", "/imports"))
    }
    students = {" ".join(key) for key, rule in access.TABLE.items() if Role.STUDENT in rule.roles}
    makes_files = {name for name in found if "export" in name or name.endswith(".npz")} & students
    takes_long = {"POST /api/rate-finder", "POST /api/landscapes"}
    studies = {"POST /api/studies", "POST /api/studies/{study_id}/trials/{number}/run"}
    assert len(makes_runs) == 7
    assert len(makes_files) >= 9
    own_data = {name for name in found if name.startswith("POST /api/own-data/") and "upload" in name} | {
        "GET /api/own-data/{name}/file"
    }
    assert {
        name for name, actions in found.items() if actions
    } == makes_runs | makes_files | takes_long | own_data | studies
    assert found["POST /api/imports"] == ["import"]
