"""State folders with many or with long finished runs, as a lab has them after some years."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np

from app.runs import Run, RunStatus
from app.storage import run_store
from app.storage.database import Database, Operation
from engine import ExperimentConfig
from tests.support import event_loop
from tests.support.experiments import QUICK


def fill(state_dir: Path, *, runs: int, archived: int) -> None:
    """Store `runs` runs, of which the first `archived` are archived."""
    config = ExperimentConfig.from_dict(QUICK).to_dict()

    def insert(connection: sqlite3.Connection) -> None:
        for number in range(runs):
            run = Run(f"a{number:05}", 0, f"run {number}", config, 200, created_at=float(number))
            run.status = RunStatus.COMPLETED
            run_store.insert_run(connection, run)
            changes = {
                "archived": number < archived,
                "started_at": float(number),
                "finished_at": number + 1.0,
            }
            run_store.update_run(connection, run.id, changes)

    _write(state_dir, insert)


def fill_long(state_dir: Path, run_id: str, *, rows: int) -> None:
    """Store a finished run with this many iterations."""
    length = {"training": {**QUICK["training"], "iterations": rows}}
    config = ExperimentConfig.from_dict({**QUICK, **length}).to_dict()
    random = np.random.default_rng(1)
    part = 50_000

    def insert(connection: sqlite3.Connection) -> None:
        run_store.insert_run(connection, Run(run_id, 0, run_id, config, rows, created_at=1.0))
        ended = {"status": "completed", "started_at": 1.0, "finished_at": 2.0}
        run_store.update_run(connection, run_id, ended)
        columns = {
            "train": ("iteration", "loss", "accuracy", "learning_rate", "gradient_norm"),
            "evaluation": ("iteration", "train_accuracy", "test_accuracy"),
        }
        for stream, names in columns.items():
            run_store.open_stream(connection, run_id, stream, names)
            for first in range(0, rows, part):
                count = min(part, rows - first)
                values = random.random((len(names), count), np.float32)
                values[0] = np.arange(first + 1, first + count + 1)
                run_store.append_rows(connection, run_id, stream, first, values, at=2.0, seconds=1.0)

    _write(state_dir, insert)


def _write(state_dir: Path, insert: Operation) -> None:
    database = Database(state_dir / "lossroom.sqlite3")
    database.open()
    event_loop.run(database.write(insert))
    database.close()
