"""A class whose people take turns, over HTTP, with real workers."""

import pytest

from tests.support.class_lab import running_class
from tests.support.experiments import ENDLESS
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


def test_people_take_turns_also_after_a_restart_and_the_teachers_runs_start_first(lab):
    teacher, greedy, other = lab.teacher(), lab.student("Greedy"), lab.student("Other")
    running = greedy.launch(**endless(0), fresh=False)
    for number in range(1, 5):
        greedy.launch(**endless(number, f"greedy {number}"), fresh=False)
    for number in range(1, 3):
        other.launch(**endless(10 + number, f"other {number}"), fresh=False)
    teacher.launch(**endless(20, "teacher"), fresh=False)

    wait_until(lambda: takes_turns(order(teacher)), "turns")

    lab.restart()
    # the running one has lost its worker, and its owner has had a turn with it
    path = f"/api/runs/{running['id']}"
    wait_until(lambda: teacher.http.get(path).json()["status"] == "running", "a worker")
    wait_until(lambda: takes_turns(order(teacher)), "the same turns")
