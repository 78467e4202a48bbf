"""State folders with many or with long finished runs, as a lab has them after some years."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np

from app.storage import row_store, run_store
from app.storage.database import Database
from app.storage.transaction import Operation
from app.trainings import Status
from engine import ExperimentConfig
from tests.support import event_loop
from tests.support.experiments import QUICK
from tests.support.stored_runs import insert as insert_run
from tests.support.stored_runs import make_run, training_id


def fill(state_dir: Path, *, runs: int, archived: int) -> None:
    """Store `runs` runs, of which the first `archived` are archived."""
    config = ExperimentConfig.from_dict(QUICK).to_dict()

    def insert(connection: sqlite3.Connection) -> None:
        for number in range(runs):
            run = make_run(
                f"a{number:05}",
                config,
                name=f"run {number}",
                iterations=200,
                at=float(number),
                status=Status.COMPLETED,
                started_at=float(number),
                finished_at=number + 1.0,
            )
            insert_run(connection, run)
            run_store.update_run(connection, run.id, {"archived": number < archived})

    _write(state_dir, insert)


def fill_long(state_dir: Path, run_id: str, *, rows: int) -> None:
    """Store a finished run with this many iterations."""
    length = {"training": {**QUICK["training"], "iterations": rows}}
    config = ExperimentConfig.from_dict({**QUICK, **length}).to_dict()
    random = np.random.default_rng(1)
    part = 50_000

    def insert(connection: sqlite3.Connection) -> None:
        ended = {"status": Status.COMPLETED, "started_at": 1.0, "finished_at": 2.0}
        insert_run(connection, make_run(run_id, config, name=run_id, iterations=rows, at=1.0, **ended))
        training = training_id(run_id)
        columns = {
            "train": ("iteration", "loss", "accuracy", "learning_rate", "gradient_norm"),
            "evaluation": ("iteration", "train_accuracy", "test_accuracy"),
        }
        for stream, names in columns.items():
            row_store.open_stream(connection, training, stream, names)
            for first in range(0, rows, part):
                count = min(part, rows - first)
                values = random.random((len(names), count), np.float32)
                values[0] = np.arange(first + 1, first + count + 1)
                row_store.append_rows(connection, training, stream, first, values, at=2.0, seconds=1.0)

    _write(state_dir, insert)


def _write(state_dir: Path, insert: Operation) -> None:
    database = Database(state_dir / "lossroom.sqlite3")
    database.open()
    event_loop.run(database.write(insert))
    database.close()
