"""Replaces the lab's database with a copy of another one.

The copy is checked before anything changes. The old database moves to `backups` in the state folder, together with its
write-ahead log: if that log stayed, SQLite would apply it to the new file and corrupt it.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

from app.folders import unwritable_message
from app.mistake import Failure, Mistake
from app.storage import copies
from app.storage.schema import SCHEMA_VERSION


def replace(database: Path, source: Path) -> tuple[int, Path | None]:
    """Replace the database with a copy of `source`; returns how many runs it holds, and the old database's new path.

    The caller holds the lock on the folder.

    Raises:
        Mistake, Failure: `source` is damaged or not a database this version can read, or the folder cannot be written.
    """
    new = database.with_name(f"{database.name}.restored")
    try:
        runs = _checked_copy(source, new)
        replaced = _put_aside(database)
        os.replace(new, database)
    except OSError as error:
        raise Failure(unwritable_message(database, "the database", error)) from error
    finally:
        new.unlink(missing_ok=True)
    return runs, replaced


def _checked_copy(source: Path, target: Path) -> int:
    # immutable: SQLite then creates no -wal or -shm files, so a read-only disk works. A database with a log cannot be
    # opened this way: the log would be ignored.
    log = source.with_name(f"{source.name}-wal").exists()
    address = f"{source.absolute().as_uri()}?mode=ro{'' if log else '&immutable=1'}"
    try:
        with contextlib.closing(sqlite3.connect(address, uri=True)) as connection:
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version > SCHEMA_VERSION:
                raise Mistake(
                    f"{source} has schema {version}; this version of Lossroom reads up to schema {SCHEMA_VERSION}"
                )
            return copies.copy(connection, target)
    except copies.Damaged as error:
        raise Failure(f"{source} is damaged: {error}; nothing was changed") from error
    except sqlite3.Error as error:
        raise Failure(f"{source} is not a Lossroom database: {error}; nothing was changed") from error


def _put_aside(database: Path) -> Path | None:
    """Move the old database and its log away together; return the database's new path."""
    files = {ending: database.with_name(database.name + ending) for ending in ("", "-wal", "-shm")}
    aside = copies.new_path(database, "replaced") if database.exists() else None
    for ending in ("", "-wal"):
        if aside is not None and files[ending].exists():
            os.replace(files[ending], aside.with_name(aside.name + ending))
    for ending in ("-wal", "-shm"):
        files[ending].unlink(missing_ok=True)
    copies.delete_old(database, "replaced")
    return aside
