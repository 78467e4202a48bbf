"""Workers are killed and servers die: no finished curve is lost, no run stays in a lie."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np

from tests.lab_server import ENDLESS, wait_until


def rows_of(lab, run_id, count):
    wait_until(lambda: lab.run(run_id)["iteration"] >= count, f"{count} iterations")


def gone(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_a_killed_worker_fails_its_run_and_no_other(make_lab):
    lab = make_lab(LOSSROOM_WORKERS="2")
    doomed = lab.launch(**ENDLESS)
    rows_of(lab, doomed["id"], 10)
    (pid,) = lab.worker_pids()
    other = lab.launch(**ENDLESS)
    rows_of(lab, other["id"], 10)

    os.kill(pid, signal.SIGKILL)
    failed = lab.wait_for(doomed["id"], "failed")

    assert "SIGKILL" in failed["reason"]
    _, rows = lab.stored_rows(doomed["id"])
    assert failed["iteration"] == len(rows)
    at = lab.run(other["id"])["iteration"]
    rows_of(lab, other["id"], at + 100)
    # and its place is given to the next
    lab.wait_for(lab.launch()["id"], "completed")


def test_a_restart_keeps_finished_curves_and_marks_what_ran(make_lab):
    for how in (signal.SIGTERM, signal.SIGKILL):
        lab = make_lab(LOSSROOM_WORKERS="1")
        done = lab.launch(name="done")
        lab.wait_for(done["id"], "completed")
        before = lab.http.get(f"/api/runs/{done['id']}/metrics").json()
        running = lab.launch(**ENDLESS)
        rows_of(lab, running["id"], 100)
        waiting = lab.launch(name="waiting")
        server = lab.http.get("/health").json()["server"]

        lab.restart(how)

        assert lab.http.get("/health").json()["server"] != server
        assert lab.run(done["id"])["status"] == "completed"
        assert lab.run(done["id"])["latest"]["test_accuracy"] > 0.5
        assert lab.http.get(f"/api/runs/{done['id']}/metrics").json() == before
        interrupted = lab.run(running["id"])
        _, rows = lab.stored_rows(running["id"])
        assert interrupted["status"] == "failed"
        assert "server stopped" in interrupted["reason"]
        assert interrupted["iteration"] == len(rows) >= 100
        np.testing.assert_array_equal(rows[:, 0], np.arange(1, len(rows) + 1))
        # what waited goes on by itself
        assert lab.wait_for(waiting["id"], "completed")["name"] == "waiting"


def test_workers_end_themselves_when_the_server_is_gone(make_lab):
    lab = make_lab(LOSSROOM_WORKERS="2")
    running, paused = lab.launch(**ENDLESS), lab.launch(**ENDLESS)
    rows_of(lab, running["id"], 10)
    rows_of(lab, paused["id"], 10)
    lab.post(f"/api/runs/{paused['id']}/pause")
    lab.wait_for(paused["id"], "paused")
    pids = lab.worker_pids()
    assert len(pids) == 2

    lab.stop(signal.SIGKILL)

    wait_until(lambda: all(gone(pid) for pid in pids), "the workers' end")


def test_a_server_that_is_told_to_stop_does_so_with_runs_and_viewers(make_lab):
    lab = make_lab(LOSSROOM_WORKERS="1")
    run = lab.launch(**ENDLESS)
    rows_of(lab, run["id"], 10)
    socket = lab.socket()

    process = lab.process
    lab.stop(signal.SIGTERM)

    assert process.returncode in (0, -signal.SIGTERM)
    socket.close()


def test_a_second_server_on_the_same_address_says_so(make_lab, tmp_path):
    lab = make_lab()
    command = [str(Path(sys.executable).with_name("lossroom")), "serve", "--port", str(lab.port)]

    second = subprocess.run(
        [*command, "--state-dir", str(tmp_path / "other")], capture_output=True, text=True, timeout=60
    )

    assert second.returncode == 1
    assert f"cannot listen on 127.0.0.1:{lab.port}" in second.stderr
