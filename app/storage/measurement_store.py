"""The measurement store: what was measured of trainings for the rules of findings, in SQL. Functions of a connection,
for `Database` to call."""

from __future__ import annotations

import json
import sqlite3
from typing import Any


def add(connection: sqlite3.Connection, training_id: str, iteration: int, facts: dict[str, Any]) -> None:
    """Store a measurement of a training; a worker that goes on from a checkpoint may repeat one."""
    connection.execute(
        "INSERT OR IGNORE INTO measurements (training_id, iteration, facts)"
        " SELECT id, ?, ? FROM trainings WHERE id = ?",
        (iteration, json.dumps(facts, allow_nan=False), training_id),
    )


def read(connection: sqlite3.Connection, training_id: str, until: int) -> list[tuple[int, dict[str, Any]]]:
    """The measurements of a training up to an iteration, earliest first."""
    rows = connection.execute(
        "SELECT iteration, facts FROM measurements WHERE training_id = ? AND iteration <= ? ORDER BY iteration",
        (training_id, until),
    )
    return [(row["iteration"], json.loads(row["facts"])) for row in rows]


def copy(connection: sqlite3.Connection, origin_id: str, training_id: str, until: int) -> None:
    """Give a new training the first measurements of another one, up to an iteration."""
    connection.execute(
        "INSERT OR IGNORE INTO measurements (training_id, iteration, facts)"
        " SELECT ?, iteration, facts FROM measurements WHERE training_id = ? AND iteration <= ?",
        (training_id, origin_id, until),
    )
