"""`lossroom prune`: old runs are deleted, and the file shrinks."""

import contextlib
import dataclasses
import json
import sqlite3
from datetime import datetime

import numpy as np
import pytest

from app.storage import row_store, run_store
from app.storage.database import Database
from app.trainings import Status
from tests.support import commands, event_loop
from tests.support.lab_server import LabServer
from tests.support.stored_runs import insert, make_run

ROWS = 200_000


def at(*day):
    return datetime(*day).timestamp()


#: name → status, when it ended (or was made), starred
RUNS = {
    "old": ("completed", at(2026, 3, 31, 23, 59), False),
    "old and diverged": ("diverged", at(2025, 7, 1), False),
    "old with a star": ("completed", at(2026, 1, 1), True),
    "of the day": ("completed", at(2026, 4, 1), False),
    "old and paused": ("paused", at(2026, 1, 1), False),
}


def prune(state, *arguments):
    return commands.run("prune", "--state-dir", state, *arguments)


def fill(connection):
    for number, (name, (status, ended, starred)) in enumerate(RUNS.items()):
        finished = {"finished_at": ended} if Status(status).finished else {}
        run = make_run(
            str(number), {}, name=name, iterations=ROWS, at=ended, status=Status(status), **finished
        )
        insert(connection, run)
        run_store.update_run(connection, run.id, {"starred": starred})
        row_store.open_stream(connection, run.training.id, "train", ("iteration",))
        values = np.arange(1, ROWS + 1, dtype=np.float32)[np.newaxis]
        row_store.append_rows(connection, run.training.id, "train", 0, values, at=ended, seconds=1.0)


def test_checkpoints_go_with_their_training(state):
    files = {name: f"{name}/1.14.npz" for name in RUNS}
    with contextlib.closing(sqlite3.connect(state / "lossroom.sqlite3")) as database, database:
        for name, file in files.items():
            made = json.dumps([{"file": file, "iteration": 14, "evaluations": 0, "kept_bytes": 4}])
            database.execute(
                "UPDATE trainings SET checkpoints = ? WHERE id = (SELECT training_id FROM runs WHERE name = ?)",
                (made, name),
            )
            place = state / "checkpoints" / file
            place.parent.mkdir(parents=True)
            place.write_bytes(b"1234")

    assert prune(state, "--before", "2026-04-01", "--keep-starred").returncode == 0

    left = [str(path.relative_to(state / "checkpoints")) for path in state.rglob("*.npz")]
    assert sorted(left) == sorted(files[name] for name in ("old with a star", "of the day", "old and paused"))


@pytest.fixture
def state(tmp_path):
    database = Database(tmp_path / "state" / "lossroom.sqlite3")
    database.open()
    event_loop.run(database.write(fill))
    database.close()
    return tmp_path / "state"


def names(state):
    database = Database(state / "lossroom.sqlite3")
    database.open()
    with contextlib.closing(sqlite3.connect(database.path)) as other:
        found = {name for (name,) in other.execute("SELECT name FROM runs")}
    database.close()
    return found


@pytest.mark.parametrize(
    ("flags", "gone"),
    [
        ([], {"old", "old and diverged", "old with a star"}),
        (["--keep-starred"], {"old", "old and diverged"}),
    ],
)
def test_runs_that_ended_before_the_day_are_deleted_and_the_file_shrinks(state, flags, gone):
    size = (state / "lossroom.sqlite3").stat().st_size

    dry = prune(state, "--before", "2026-04-01", "--dry-run", *flags)
    untouched = names(state)
    done = prune(state, "--before", "2026-04-01", *flags)

    assert dry.returncode == done.returncode == 0, done.stderr
    said = (
        f"{len(gone)} runs with {len(gone) * ROWS * 4 / 1e6:.1f} MB of rows, ended 2025-07-01 to 2026-03-31"
    )
    assert f"would delete {said}; {len(RUNS) - len(gone)} stay" in dry.stdout
    assert f"deletes {said}" in done.stdout
    assert untouched == RUNS.keys()
    assert names(state) == RUNS.keys() - gone
    freed = size - (state / "lossroom.sqlite3").stat().st_size
    assert freed > 0.9 * len(gone) * ROWS * 4


def test_prune_refuses_while_a_lab_is_running(state, tmp_path, data_dir):
    (tmp_path / "lab").mkdir()
    lab = LabServer(tmp_path / "lab", data_dir)
    lab.start()
    try:
        lab.wait_for(lab.launch()["id"], "completed")
        dry = prune(lab.state_dir, "--before", "2100-01-01", "--dry-run")
        refused = prune(lab.state_dir, "--before", "2100-01-01")

        assert "would delete 1 run with " in dry.stdout
        assert refused.returncode == 1
        assert f"is in use by the lab at {lab.url}" in refused.stderr
        assert len(lab.http.get("/api/runs").json()["runs"]) == 1
    finally:
        lab.stop()


@pytest.mark.parametrize("day", ["yesterday", "", "2026-13-01", "01/04/2026"])
def test_an_invalid_day_is_named(state, day):
    done = prune(state, "--before", day)

    assert done.returncode == 2
    assert done.stderr == f"lossroom: --before takes a day such as 2026-04-01, not {day!r}\n"
    assert names(state) == RUNS.keys()


def test_rows_go_with_the_last_run_that_shows_them_and_a_run_of_today_is_not_old(state):
    def share(connection):
        old = make_run("0", {}, name="of today", at=at(2026, 5, 1))
        run_store.insert_run(connection, dataclasses.replace(old, id="today"))
        also = make_run("1", {}, name="also old", at=at(2026, 2, 1))
        run_store.insert_run(connection, dataclasses.replace(also, id="also old"))

    database = Database(state / "lossroom.sqlite3")
    database.open()
    event_loop.run(database.write(share))
    database.close()

    done = prune(state, "--before", "2026-04-01")

    # the rows of "old" are shown by a run of today
    assert f"deletes 4 runs with {2 * ROWS * 4 / 1e6:.1f} MB of rows" in done.stdout
    assert names(state) == {"of the day", "old and paused", "of today"}
    with contextlib.closing(sqlite3.connect(state / "lossroom.sqlite3")) as file:
        (left,) = file.execute("SELECT SUM(rows) FROM chunks").fetchone()
    assert left == 3 * ROWS
