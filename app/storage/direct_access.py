"""What commands of the terminal read and write directly in the database, also while a lab runs on it."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from app.mistake import Failure
from app.people.person import Role
from app.storage import people_store

#: How long to wait until a lab has written what it is writing; a lab that takes longer makes the command fail.
BUSY_SECONDS = 5.0
#: The schema version that brought classes.
FIRST_WITH_CLASSES = 8


def newest_launch(database: Path) -> float:
    """When the newest run was launched, in Unix seconds; 0 if there is no run, or the database cannot be read."""
    if not database.is_file():
        return 0.0
    address = f"{database.absolute().as_uri()}?mode=ro"
    with (
        contextlib.suppress(sqlite3.Error),
        contextlib.closing(sqlite3.connect(address, uri=True)) as connection,
    ):
        (newest,) = connection.execute("SELECT MAX(launched_at) FROM runs").fetchone()
        return float(newest or 0)
    return 0.0


def renew_teacher_secret(database: Path, hashed: str) -> str | None:
    """Replace the secret with which the teacher enters the newest class that has not ended. The old one is not valid
    any more, and browsers that entered by it are out.

    Args:
        hashed: the hash of the new secret (`app.people.tokens.hash_of`).

    Returns the name of the class; None if there is no such class.

    Raises:
        Failure: the database cannot be written.
    """
    if not database.is_file():
        return None
    address = f"{database.absolute().as_uri()}?mode=rw"
    try:
        with (
            contextlib.closing(sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS)) as connection,
            connection,
        ):
            if connection.execute("PRAGMA user_version").fetchone()[0] < FIRST_WITH_CLASSES:
                return None
            row = connection.execute(
                "SELECT id, name FROM classes WHERE ended_at IS NULL ORDER BY made_at DESC LIMIT 1"
            ).fetchone()
            if row is not None:
                people_store.renew_secret(connection, row[0], Role.TEACHER, hashed)
    except sqlite3.Error as error:
        raise Failure(f"{database} cannot be written: {error}") from error
    return None if row is None else str(row[1])
