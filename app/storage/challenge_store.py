"""The challenge store: reads and writes the challenges of classes, on an SQLite connection."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict

from app.people.challenge import Challenge, Entry, Phase
from app.people.judging import Terms

#: The columns of a challenge's terms; their names are those of the fields of `Terms`.
TERMS = ("dataset", "validation_size", "max_parameters", "max_seconds", "max_iterations")


def insert(connection: sqlite3.Connection, class_id: str, challenge: Challenge) -> None:
    """Store a new challenge of a class."""
    connection.execute(
        f"INSERT INTO challenges (id, class_id, name, {', '.join(TERMS)}, started_at, phase)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            challenge.id,
            class_id,
            challenge.name,
            *(getattr(challenge.terms, name) for name in TERMS),
            challenge.started_at,
            challenge.phase.value,
        ),
    )


def update(connection: sqlite3.Connection, challenge: Challenge) -> None:
    """Store the phase and the entries of a challenge."""
    entries = json.dumps([asdict(entry) for entry in challenge.entries])
    connection.execute(
        "UPDATE challenges SET phase = ?, entries = ? WHERE id = ?",
        (challenge.phase.value, entries, challenge.id),
    )


def end(connection: sqlite3.Connection, challenge: Challenge, at: float) -> None:
    """Store that a challenge has ended `at` this time in Unix seconds, and its phase and entries."""
    update(connection, challenge)
    connection.execute("UPDATE challenges SET ended_at = ? WHERE id = ?", (at, challenge.id))


def find_current(connection: sqlite3.Connection, class_id: str) -> Challenge | None:
    """The challenge of a class that has not ended; None if there is none."""
    row = connection.execute(
        "SELECT * FROM challenges WHERE class_id = ? AND ended_at IS NULL ORDER BY started_at DESC LIMIT 1",
        (class_id,),
    ).fetchone()
    return None if row is None else _challenge(row)


def find_all(connection: sqlite3.Connection, class_id: str) -> list[Challenge]:
    """All challenges of a class, the oldest first, also those that have ended."""
    rows = connection.execute(
        "SELECT * FROM challenges WHERE class_id = ? ORDER BY started_at, rowid", (class_id,)
    )
    return [_challenge(row) for row in rows]


def _challenge(row: sqlite3.Row) -> Challenge:
    return Challenge(
        id=row["id"],
        name=row["name"],
        terms=Terms(**{name: row[name] for name in TERMS}),
        started_at=row["started_at"],
        phase=Phase(row["phase"]),
        entries=tuple(Entry(**entry) for entry in json.loads(row["entries"])),
    )
