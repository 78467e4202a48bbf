"""The queue store: the trainings that wait out of turn, in SQL. Functions of a connection, for `Database` to call."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable


def load(connection: sqlite3.Connection) -> list[tuple[str, str | None]]:
    """As `replace` stored it."""
    rows = connection.execute("SELECT training_id, behind FROM queue_places ORDER BY place")
    return [(row["training_id"], row["behind"]) for row in rows]


def replace(connection: sqlite3.Connection, places: Iterable[tuple[str, str | None]]) -> None:
    """Store the trainings that start out of turn, in their order, instead of those stored before.

    Args:
        places: training, and the one that it starts right after; None: it starts before all turns. Trainings that were
            deleted in the meantime are left out.
    """
    connection.execute("DELETE FROM queue_places")
    connection.executemany(
        "INSERT INTO queue_places (training_id, behind) SELECT id, ? FROM trainings WHERE id = ?",
        [(behind, training_id) for training_id, behind in places],
    )
