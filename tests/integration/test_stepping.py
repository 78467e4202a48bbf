"""The teacher moves all that trains together."""

import os
import signal
import time
from functools import partial

from tests.support.class_lab import running_class
from tests.support.errors import error
from tests.support.experiments import ENDLESS
from tests.support.waiting import wait_until


def test_what_trains_moves_exactly_as_far_as_the_teacher_steps_whatever_worker_it_has(tmp_path):
    with running_class(tmp_path) as lab:
        teacher, ada, bob = lab.teacher(), lab.student("Ada"), lab.student("Bob")
        assert error(teacher.http.post("/api/class/step"))["code"] == "nothing_trains"
        assert not teacher.me["held"]
        mine, waiting = ada.launch(**ENDLESS), None
        # two show one training: it moves for both
        same = bob.http.post("/api/runs", json={**ENDLESS}).json()
        assert same["training"] == mine["training"]
        other = bob.launch(**ENDLESS, seed=1)
        for run in (mine, other):
            teacher.wait_for(run["id"], "running")
        waiting = ada.launch(**ENDLESS, seed=2)

        def run_of(run):
            return teacher.http.get(f"/api/runs/{run['id']}").json()

        def rows_of(*runs):
            """How many iterations of each are stored."""
            path = "/api/runs/{}/metrics?columns=iteration&after=100000000"
            return [teacher.http.get(path.format(run["id"])).json()["total"] for run in runs]

        def goes_on(run, iteration):
            return run_of(run)["iteration"] > iteration

        def step(iterations):
            teacher.http.post("/api/class/step", json={"iterations": iterations}).raise_for_status()

        step(10)
        wait_until(lambda: run_of(mine)["why"] == {"code": "stepped_together", "values": {}}, "a pause")
        wait_until(lambda: run_of(other)["status"] == "paused", "a pause")
        assert (ada.me["held"], ada.me["stepped"]) == (True, 10)
        refused = ada.http.post(f"/api/runs/{mine['id']}/resume")
        assert (refused.status_code, error(refused)["code"]) == (409, "held")

        # The first ten begin at the iteration that each was at, which is not known. They take a few milliseconds: when
        # no row has come for a second, they are done.
        begun, since = [0, 0], time.monotonic()

        def are_done():
            nonlocal begun, since
            before, begun = begun, rows_of(mine, other)
            if before != begun:
                since = time.monotonic()
            return time.monotonic() > since + 1

        wait_until(are_done, "ten iterations")
        for iterations in (1, 10):
            step(iterations)
            begun = [iteration + iterations for iteration in begun]
            wait_until(lambda: rows_of(mine, other) == begun, f"{iterations} more")  # noqa: B023

        # the same with other workers, and after a restart of the lab
        step(100)
        for pid in lab.worker_pids():
            os.kill(pid, signal.SIGKILL)
        begun = [iteration + 100 for iteration in begun]
        wait_until(lambda: rows_of(mine, other) == begun, "100 more by other workers")
        lab.restart()
        assert (teacher.me["held"], teacher.me["stepped"]) == (True, 0)
        step(10)
        begun = [iteration + 10 for iteration in begun]
        wait_until(lambda: rows_of(mine, other) == begun, "10 more after a restart")
        assert run_of(waiting)["status"] == "queued"
        path = f"/api/runs/{mine['id']}/metrics?columns=iteration"
        assert teacher.http.get(path).json()["columns"]["iteration"] == list(range(1, begun[0] + 1))

        teacher.http.post("/api/class/hold", json={"held": False}).raise_for_status()
        for run, before in zip((mine, other), begun, strict=True):
            teacher.wait_for(run["id"], "running")
            wait_until(partial(goes_on, run, before), "it goes on")
        assert run_of(same)["training"] == mine["training"]
        assert (run_of(waiting)["status"], ada.me["stepped"]) == ("queued", None)
