"""A copy of the database takes the place of the one that is there.

The copy is checked before anything is touched. What it replaces goes to `backups` in the state folder, with its
write-ahead log: left beside the new file, that log would be taken for the new file's and destroy it.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

from app.folders import unwritable
from app.mistake import Failure, Mistake
from app.storage import copies
from app.storage.schema import SCHEMA_VERSION


def replace(database: Path, source: Path) -> tuple[int, Path | None]:
    """Put a copy of `source` in the database's place; returns the number of its runs, and where the old database is.

    The caller holds the lock on the folder.

    Raises:
        Mistake, Failure: `source` is no sound database that this version knows, or the folder cannot be written.
    """
    fresh = database.with_name(f"{database.name}.restored")
    try:
        runs = _checked_copy(source, fresh)
        replaced = _put_aside(database)
        os.replace(fresh, database)
    except OSError as error:
        raise Failure(unwritable(database, "the database", error)) from error
    finally:
        fresh.unlink(missing_ok=True)
    return runs, replaced


def _checked_copy(source: Path, target: Path) -> int:
    # immutable: SQLite makes no other files beside this one, which may be on a read-only disk. Only for files without
    # a log.
    log = source.with_name(f"{source.name}-wal").exists()
    address = f"{source.absolute().as_uri()}?mode=ro{'' if log else '&immutable=1'}"
    try:
        with contextlib.closing(sqlite3.connect(address, uri=True)) as connection:
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version > SCHEMA_VERSION:
                raise Mistake(f"{source} has schema {version}; this Lossroom knows up to {SCHEMA_VERSION}")
            return copies.copy(connection, target)
    except copies.Damaged as error:
        raise Failure(f"{source} is damaged: {error}; nothing was changed") from error
    except sqlite3.Error as error:
        raise Failure(f"{source} is not a database of a lab: {error}; nothing was changed") from error


def _put_aside(database: Path) -> Path | None:
    """Move the old database and its log away together; where to."""
    files = {ending: database.with_name(database.name + ending) for ending in ("", "-wal", "-shm")}
    aside = copies.place(database, "replaced") if database.exists() else None
    for ending in ("", "-wal"):
        if aside is not None and files[ending].exists():
            os.replace(files[ending], aside.with_name(aside.name + ending))
    for ending in ("-wal", "-shm"):
        files[ending].unlink(missing_ok=True)
    copies.forget_old(database, "replaced")
    return aside
