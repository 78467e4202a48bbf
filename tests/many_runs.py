"""A state folder with many finished runs, as a lab has it after some years."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from app.runs import Run, RunStatus
from app.storage import run_store
from app.storage.database import Database
from engine import ExperimentConfig
from tests import event_loop
from tests.lab_server import QUICK


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

    database = Database(state_dir / "lossroom.sqlite3")
    database.open()
    event_loop.run(database.write(insert))
    database.close()
