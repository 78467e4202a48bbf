"""Runs for the store, each with a training of its own."""

from __future__ import annotations

import sqlite3
from typing import Any

from app.runs import Run
from app.storage import run_store
from app.trainings import Training


def training_id(run_id: str) -> str:
    """The id of the training of a run of `make_run`: another one than the run's."""
    return f"training-{run_id}"


def make_run(
    run_id: str,
    config: dict[str, Any],
    *,
    name: str = "name",
    iterations: int = 100,
    at: float = 1.5,
    **training: Any,
) -> Run:
    """A run that was launched at `at`; `training` are further attributes of its training."""
    its_training = Training(training_id(run_id), config, iterations, at, **training)
    return Run(run_id, 0, name, its_training, at)


def insert(connection: sqlite3.Connection, run: Run) -> int:
    """Store a run with its training; returns its number."""
    (number,) = run_store.insert_runs(connection, [run], [run.training], {})
    return number
