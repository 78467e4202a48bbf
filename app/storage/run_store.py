"""The run store: runs, in SQL. Functions of a connection, for `Database` to call."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from app.runs import Run
from app.storage import measurement_store, row_store, training_store
from app.storage.columns import as_stored, store_changes
from app.trainings import Training

COLUMNS = (
    "id",
    "training_id",
    "name",
    "launched_at",
    "lesson",
    "group_id",
    "color",
    "starred",
    "archived",
    "tags",
    "notes",
    "origin",
    "owner",
    "shared",
)


def insert_run(connection: sqlite3.Connection, run: Run) -> int:
    """Store a new run of a stored training; returns the number it was given."""
    values = {
        **{column: as_stored(getattr(run, column)) for column in COLUMNS if column != "training_id"},
        "training_id": run.training.id,
    }
    named = ", ".join(f":{column}" for column in COLUMNS)
    cursor = connection.execute(f"INSERT INTO runs ({', '.join(COLUMNS)}) VALUES ({named})", values)
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def insert_runs(
    connection: sqlite3.Connection,
    runs: list[Run],
    trainings: list[Training],
    streams: Mapping[str, Mapping[str, row_store.WholeStream]],
    also: Sequence[Callable[[sqlite3.Connection], Any]] = (),
) -> list[int]:
    """Store new runs with those of their trainings that are new, and of imported trainings the streams (training id →
    stream → rows); returns the numbers that the runs were given.

    Args:
        also: what belongs to the runs, and is stored after them.
    """
    for training in trainings:
        training_store.insert_training(connection, training, streams.get(training.id))
    numbers = [insert_run(connection, run) for run in runs]
    _number_origins(connection, runs, numbers)
    for operation in also:
        operation(connection)
    return numbers


def _number_origins(connection: sqlite3.Connection, runs: list[Run], numbers: list[int]) -> None:
    """If the origin of an imported fork was imported with it, note the origin's new number in the fork."""
    numbered = {run.id: number for run, number in zip(runs, numbers, strict=True)}
    for run in runs:
        if run.origin is not None and run.origin["run"] in numbered:
            run.origin["number"] = numbered[run.origin["run"]]
            update_run(connection, run.id, {"origin": run.origin})


def separate_run(
    connection: sqlite3.Connection,
    run_id: str,
    origin_id: str,
    training: Training,
    totals: Mapping[str, int],
) -> None:
    """Store a new training with the first rows of another one (stream → how many), and let a run show it."""
    training_store.insert_training(connection, training)
    row_store.copy_rows(connection, origin_id, training.id, totals)
    # there is a row of the stream `train` for each iteration
    measurement_store.copy(connection, origin_id, training.id, totals.get("train", 0))
    update_run(connection, run_id, {"training_id": training.id})


def update_run(connection: sqlite3.Connection, run_id: str, changes: Mapping[str, Any]) -> None:
    """Store changed columns of a run."""
    store_changes(connection, "runs", run_id, changes)


def change_remarks(
    connection: sqlite3.Connection, run_id: str, change: Callable[[dict[str, Any]], dict[str, Any]]
) -> dict[str, Any]:
    """Store what `change` returns for a run's current name, tags and notes, and return it; {} if the run is deleted."""
    row = connection.execute("SELECT name, tags, notes FROM runs WHERE id = ?", (run_id,)).fetchone()
    if row is None:
        return {}
    changes = change({**dict(row), "tags": json.loads(row["tags"])})
    if changes:
        update_run(connection, run_id, changes)
    return changes


def delete_run(connection: sqlite3.Connection, run_id: str) -> None:
    """Delete a run; with the last run of a training, a trigger of the schema deletes the training and its rows."""
    connection.execute("DELETE FROM runs WHERE id = ?", (run_id,))


def load_runs(connection: sqlite3.Connection, trainings: Mapping[str, Training]) -> list[Run]:
    """All runs, oldest first, of trainings by id."""
    return [
        Run(
            id=row["id"],
            number=row["number"],
            name=row["name"],
            training=trainings[row["training_id"]],
            launched_at=row["launched_at"],
            lesson=row["lesson"],
            group_id=row["group_id"],
            color=row["color"],
            starred=bool(row["starred"]),
            archived=bool(row["archived"]),
            tags=json.loads(row["tags"]),
            notes=row["notes"],
            origin=row["origin"] and json.loads(row["origin"]),
            owner=row["owner"],
            shared=bool(row["shared"]),
        )
        for row in connection.execute("SELECT * FROM runs ORDER BY number")
    ]
