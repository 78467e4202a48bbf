"""Copies of the database: whole or not there, and those that the lab keeps by itself, in `backups` beside it."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from datetime import datetime
from pathlib import Path

from app.folders import PRIVATE_FOLDER, make_private

#: Copies of a kind that are kept, the newest.
KEPT = 3


class Damaged(Exception):
    """A database that is not whole; the message is what SQLite says of it."""


def copy(source: sqlite3.Connection, target: Path) -> int:
    """Copy a database into a new file, check every page of it, and only then give it its name; the number of its runs.

    Raises:
        Damaged: a page is not what it should be.
        sqlite3.Error, OSError: it cannot be copied.
    """
    half = target.with_name(f"{target.name}.part")
    half.unlink(missing_ok=True)
    try:
        make_private(half)
        with contextlib.closing(sqlite3.connect(half)) as written:
            source.backup(written)  # one read transaction: writers go on beside it
            (verdict,) = written.execute("PRAGMA integrity_check(1)").fetchone()
            if verdict != "ok":
                raise Damaged(" ".join(verdict.split()))
            (runs,) = written.execute("SELECT COUNT(*) FROM runs").fetchone()
        with half.open("rb+") as file:
            os.fsync(file.fileno())
        half.replace(target)
    finally:
        for rest in (half, half.with_name(f"{half.name}-journal")):
            rest.unlink(missing_ok=True)
    return int(runs)


def keep_copy(source: sqlite3.Connection, database: Path, kind: str) -> None:
    """Copy a database, which `source` has open, into `backups`; `kind` says in the file's name what it is."""
    copy(source, place(database, kind))
    forget_old(database, kind)


def place(database: Path, kind: str) -> Path:
    """Where a copy of this kind goes; the folder is made."""
    folder = database.parent / "backups"
    folder.mkdir(PRIVATE_FOLDER, parents=True, exist_ok=True)
    return folder / f"{kind}-{datetime.now():%Y%m%d-%H%M%S.%f}.sqlite3"


def forget_old(database: Path, kind: str) -> None:
    """Delete all but the newest copies of a kind; their names end with the time."""
    copies = sorted((database.parent / "backups").glob(f"{kind}-*.sqlite3"), reverse=True)
    for old in copies[KEPT:]:
        for path in (old, old.with_name(f"{old.name}-wal")):
            path.unlink(missing_ok=True)
