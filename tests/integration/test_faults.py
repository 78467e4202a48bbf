"""Workers and servers are killed: every run continues, and its curve is that of an uninterrupted run."""

import contextlib
import os
import shutil
import signal
import sqlite3
import sys

import pytest
from websockets.exceptions import ConnectionClosed

from tests.support import commands
from tests.support.experiments import ENDLESS, STOCHASTIC
from tests.support.reference import assert_uninterrupted
from tests.support.waiting import wait_until

OFTEN = {"LOSSROOM_CHECKPOINT_SECONDS": "0.2"}


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


def checkpoint_files(lab):
    return sorted((lab.state_dir / "checkpoints").glob("*.npz"))


def kill_with_workers(lab):
    """Kill a lab and wait until its workers have ended, so that nothing is written any more."""
    workers = lab.worker_pids()
    lab.stop(signal.SIGKILL)
    wait_until(lambda: all(map(gone, workers)), "the workers' end")


def stored_status(lab, run_id):
    """The possible statuses of a run after a kill. Viewers get a status once it is stored; GET may show it earlier."""
    with contextlib.closing(sqlite3.connect(lab.state_dir / "lossroom.sqlite3")) as database:
        return database.execute(
            "SELECT status FROM runs JOIN trainings ON trainings.id = training_id WHERE runs.id = ?",
            (run_id,),
        ).fetchone()[0]


def test_a_run_whose_worker_is_killed_goes_on_with_the_same_curve_and_disturbs_no_other(make_lab):
    lab = make_lab(LOSSROOM_WORKERS="2", **OFTEN)
    run = lab.launch(**STOCHASTIC)
    rows_of(lab, run["id"], 10)
    (pid,) = lab.worker_pids()
    other = lab.launch(**ENDLESS)
    rows_of(lab, run["id"], 1000)

    os.kill(pid, signal.SIGKILL)
    assert_uninterrupted(lab, lab.train_on(run["id"], attempt=2))

    now = lab.run(other["id"])
    assert (now["status"], now["attempt"]) == ("running", 1)
    wait_until(lambda: not list((lab.state_dir / "checkpoints").glob(f"{run['id']}*")), "a clean folder")


def test_a_run_whose_worker_dies_before_its_first_checkpoint_begins_again(make_lab):
    lab = make_lab(LOSSROOM_WORKERS="1", LOSSROOM_CHECKPOINT_SECONDS="3600")
    run = lab.launch(**STOCHASTIC)
    rows_of(lab, run["id"], 500)

    os.kill(lab.worker_pids()[0], signal.SIGKILL)

    assert_uninterrupted(lab, lab.train_on(run["id"], attempt=2))


def test_a_damaged_checkpoint_costs_time_and_nothing_else(make_lab):
    lab = make_lab(LOSSROOM_WORKERS="1", **OFTEN)
    run = lab.launch(**STOCHASTIC)
    wait_until(lambda: len(checkpoint_files(lab)) >= 2, "two checkpoints")
    kill_with_workers(lab)
    for file in checkpoint_files(lab):
        file.write_bytes(file.read_bytes()[:1000])

    lab.start()

    assert_uninterrupted(lab, lab.train_on(run["id"], attempt=2))


def test_checkpoints_and_decoded_data_that_are_deleted_or_cut_short_while_a_run_trains_cost_time_only(
    make_lab,
):
    lab = make_lab(LOSSROOM_WORKERS="1", **OFTEN)
    run = lab.launch(**STOCHASTIC)
    wait_until(lambda: checkpoint_files(lab), "a checkpoint")
    (decoded,) = (lab.state_dir / "cache").glob("digits-*")

    shutil.rmtree(lab.state_dir / "checkpoints")
    (decoded / "train_labels.npy").unlink()
    os.kill(lab.worker_pids()[0], signal.SIGKILL)
    wait_until(lambda: lab.run(run["id"])["attempt"] == 2 and lab.worker_pids(), "a new worker")
    # rows that the new worker has trained, from decoded data that are whole again
    rows_of(lab, run["id"], lab.run(run["id"])["iteration"] + 100)
    os.truncate(decoded / "train_images.npy", 1000)  # the worker has it mapped, and crashes

    assert_uninterrupted(lab, lab.train_on(run["id"], attempt=3))
    assert (decoded / "train_labels.npy").exists()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL], ids=lambda how: how.name)
def test_a_restart_keeps_finished_curves_and_goes_on_with_the_others(make_lab, how):
    lab = make_lab(LOSSROOM_WORKERS="1", **OFTEN)
    done = lab.launch(name="done")
    lab.wait_for(done["id"], "completed")
    before = lab.http.get(f"/api/runs/{done['id']}/metrics").json()
    running = lab.launch(**STOCHASTIC)
    rows_of(lab, running["id"], 1000)
    waiting = lab.launch(name="waiting")
    server = lab.http.get("/health").json()["server"]

    lab.restart(how)

    assert lab.http.get("/health").json()["server"] != server
    assert lab.run(done["id"])["status"] == "completed"
    assert lab.run(done["id"])["latest"]["test_accuracy"] > 0.5
    assert lab.http.get(f"/api/runs/{done['id']}/metrics").json() == before
    interrupted = lab.train_on(running["id"], attempt=2)
    assert_uninterrupted(lab, interrupted)
    waited = lab.wait_for(waiting["id"], "completed")
    assert waited["attempt"] == 1
    assert waited["started_at"] > interrupted["started_at"]


@pytest.mark.parametrize("saved", [True, False])
def test_a_paused_run_stays_paused_over_a_restart_and_then_steps_and_goes_on(make_lab, saved):
    lab = make_lab(LOSSROOM_WORKERS="1")
    run = lab.launch(**STOCHASTIC)
    rows_of(lab, run["id"], 300)
    lab.post(f"/api/runs/{run['id']}/pause")
    paused_at = lab.wait_for(run["id"], "paused")["iteration"]

    wait_until(lambda: checkpoint_files(lab), "the checkpoint of a pause")
    wait_until(lambda: stored_status(lab, run["id"]) == "paused", "the pause, stored")
    kill_with_workers(lab)
    if not saved:  # then it catches up first, and the steps come after that
        for file in checkpoint_files(lab):
            file.unlink()
    lab.start()

    assert lab.run(run["id"])["status"] == "paused"
    lab.post(f"/api/runs/{run['id']}/step", iterations=10)
    rows_of(lab, run["id"], paused_at + 10)
    assert lab.run(run["id"])["iteration"] == paused_at + 10
    lab.post(f"/api/runs/{run['id']}/resume")
    assert_uninterrupted(lab, lab.train_on(run["id"], attempt=2))


def wait_for_changes(lab, run_id, count):
    wait_until(lambda: len(lab.run(run_id)["annotations"]) == count, "the change")


def test_changes_by_hand_are_made_again_at_their_iterations(make_lab):
    lab = make_lab(LOSSROOM_WORKERS="1", LOSSROOM_CHECKPOINT_SECONDS="3600")
    run = lab.launch(**STOCHASTIC)
    url = f"/api/runs/{run['id']}"
    wanted = ({"learning_rate": 0.01}, {"l2": 0.001, "dropout": 0.5})
    for changes, values in enumerate(wanted, start=1):
        count = 400 * changes
        rows_of(lab, run["id"], count)
        assert lab.http.patch(f"{url}/live", json=values).status_code == 200
        wait_for_changes(lab, run["id"], changes)
    rows_of(lab, run["id"], 1000)

    lab.restart(signal.SIGKILL)  # no checkpoint: everything is computed again, with the changes

    finished = lab.train_on(run["id"], attempt=2)
    assert [annotation["changes"] for annotation in finished["annotations"]] == [
        {"learning_rate": [0.001, 0.01]},
        {"l2": [0.0, 0.001], "dropout": [0.2, 0.5]},
    ]
    assert_uninterrupted(lab, finished)


def test_a_paused_run_that_loses_its_worker_keeps_its_place_and_its_changes(make_lab):
    lab = make_lab(LOSSROOM_WORKERS="1")
    run = lab.launch(**STOCHASTIC)
    rows_of(lab, run["id"], 100)
    lab.post(f"/api/runs/{run['id']}/pause")
    lab.wait_for(run["id"], "paused")

    (pid,) = lab.worker_pids()
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: lab.run(run["id"])["attempt"] == 2, "the loss of the worker")
    paused = lab.run(run["id"])
    assert paused["status"] == "paused"
    lab.http.patch(f"/api/runs/{run['id']}/live", json={"learning_rate": 0.005})
    lab.post(f"/api/runs/{run['id']}/resume")

    finished = lab.train_on(run["id"], attempt=2)
    (annotation,) = finished["annotations"]
    assert annotation["iteration"] == paused["iteration"]
    assert_uninterrupted(lab, finished)


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


def test_a_server_that_is_being_stopped_says_so_and_saves_its_runs(make_lab):
    lab = make_lab(LOSSROOM_WORKERS="1", LOSSROOM_CHECKPOINT_SECONDS="3600")
    run = lab.launch(**ENDLESS)
    rows_of(lab, run["id"], 10)
    socket = lab.socket()
    assert checkpoint_files(lab) == []

    process = lab.process
    lab.stop(signal.SIGTERM)

    with pytest.raises(ConnectionClosed) as closed:
        list(socket)
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1012, "the lab is restarting")
    assert process.returncode in (0, -signal.SIGTERM)
    (file,) = checkpoint_files(lab)
    saved = int(file.name.split(".")[2])
    assert saved == len(lab.stored_rows(run["id"])[1])


def test_a_second_server_on_the_same_address_says_so(make_lab, tmp_path):
    lab = make_lab()

    second = commands.run("serve", "--port", str(lab.port), "--state-dir", tmp_path / "other")

    assert second.returncode == 1
    assert f"cannot listen on 127.0.0.1:{lab.port}" in second.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="a full disk is imitated with prlimit, which is Linux's")
def test_a_full_disk_is_named_training_waits_and_nothing_is_lost(make_lab):
    import resource

    lab = make_lab(LOSSROOM_WORKERS="1")
    run = lab.launch(**STOCHASTIC)
    rows_of(lab, run["id"], 100)

    full = (lab.state_dir / "lossroom.sqlite3").stat().st_size
    _, unlimited = resource.prlimit(lab.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(lab.process.pid, resource.RLIMIT_FSIZE, (full, unlimited))
    health = wait_until(
        lambda: (answer := lab.http.get("/health")).status_code == 503 and answer.json(), "the fault"
    )
    assert health["ready"] is False
    assert "disk" in health["reason"]
    assert lab.http.get("/health/live").status_code == 200
    refused = lab.http.post("/api/runs", json=STOCHASTIC)
    assert refused.status_code == 503
    assert refused.json()["error"]["code"] == "store_unavailable"
    assert lab.run(run["id"])["status"] == "running"

    resource.prlimit(lab.process.pid, resource.RLIMIT_FSIZE, (unlimited, unlimited))
    wait_until(lambda: lab.http.get("/health").status_code == 200, "the recovery")

    assert_uninterrupted(lab, lab.train_on(run["id"]))
