"""Training time is measured by a clock that cannot be set; pauses and downtime do not count."""

import json
import time

import pytest

from app.live import frames
from tests.support.experiments import ENDLESS
from tests.support.lab_server import LabServer
from tests.support.waiting import TIMEOUT, wait_until

#: Python runs a module of this name at its start: from then on the clock goes back an hour in every second.
BACKWARDS = """
import time
begun, clock, passed = time.monotonic(), time.time(), time.monotonic
time.time = lambda: clock - 3600 * (passed() - begun)
"""


@pytest.fixture
def lab_of_the_past(make_lab, tmp_path, monkeypatch) -> LabServer:
    folder = tmp_path / "clock"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(BACKWARDS)
    return make_lab(PYTHONPATH=str(folder), LOSSROOM_WORKERS="1")


def times_of(lab, run_id):
    """The times of a run's rows, as a viewer receives them."""
    times: list[tuple[int, float]] = []
    total = lab.http.get(f"/api/runs/{run_id}/metrics?columns=iteration").json()["total"]
    socket = lab.socket()
    socket.send(json.dumps({"subscribe": {run_id: {"train": 0}}}))
    while not times or times[-1][0] < total:
        message = socket.recv(timeout=TIMEOUT)
        if isinstance(message, bytes):
            header, _ = frames.decode(message)
            if header["stream"] == "train":
                times += header["times"]
    socket.close()
    return times


def test_a_clock_that_is_set_back_makes_no_time_negative(lab_of_the_past):
    lab = lab_of_the_past
    run = lab.launch(training={"iterations": 3000, "batch_size": 32, "evaluate_every": 500})
    done = lab.wait_for(run["id"], "completed")

    assert 0 < done["seconds"] < 3600
    assert done["finished_at"] >= done["started_at"]
    assert lab.http.get("/health").json()["uptime_seconds"] >= 0
    trained = [seconds for _, _, seconds in times_of(lab, run["id"])]
    assert trained == sorted(trained)
    assert 0 <= trained[0] <= trained[-1] <= done["seconds"]


def test_pauses_and_time_without_a_server_do_not_count_as_training(make_lab):
    lab = make_lab(LOSSROOM_WORKERS="1")
    begun = time.monotonic()
    run_id = lab.launch(**ENDLESS)["id"]
    wait_until(lambda: lab.run(run_id)["iteration"] > 100, "rows")
    lab.post(f"/api/runs/{run_id}/pause")
    paused = lab.wait_for(run_id, "paused")["seconds"]
    time.sleep(1.0)
    assert lab.run(run_id)["seconds"] == paused
    lab.stop()
    time.sleep(1.0)
    lab.start()
    assert lab.run(run_id)["seconds"] == paused
    lab.post(f"/api/runs/{run_id}/resume")
    wait_until(lambda: lab.run(run_id)["seconds"] > paused, "more training")
    lab.post(f"/api/runs/{run_id}/cancel")
    ended = lab.wait_for(run_id, "cancelled")

    elapsed = time.monotonic() - begun
    assert paused < ended["seconds"] <= elapsed - 2.0
    lab.restart()
    assert lab.run(run_id)["seconds"] == ended["seconds"]


def test_after_a_kill_training_time_continues_from_the_last_stored_row(make_lab):
    lab = make_lab(LOSSROOM_WORKERS="1", LOSSROOM_CHECKPOINT_SECONDS="3600")
    begun = time.monotonic()
    run_id = lab.launch(**ENDLESS)["id"]
    wait_until(lambda: lab.run(run_id)["iteration"] > 500, "rows")
    lab.stop(9)
    time.sleep(1.0)
    lab.start()
    done = lab.train_on(run_id, attempt=2)

    trained = [seconds for _, _, seconds in times_of(lab, run_id)]
    assert trained == sorted(trained)
    assert trained[-1] <= done["seconds"] <= time.monotonic() - begun - 1.0
