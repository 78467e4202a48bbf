"""Copies of the database. A copy gets its name only when it is complete. Copies that the lab makes by itself are in
`backups`, beside the database."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from datetime import datetime
from pathlib import Path

from app.folders import PRIVATE_FOLDER, make_private

#: How many copies of each kind are kept: the newest ones.
KEPT = 3


class Damaged(Exception):
    """The database is damaged; the message is SQLite's."""


def copy(source: sqlite3.Connection, target: Path) -> int:
    """Copy a database into a new file and check every page before it gets its name; returns the number of runs.

    Raises:
        Damaged: SQLite's integrity check found a fault.
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
    """Copy the open database `source` into `backups`; the file's name begins with `kind`."""
    copy(source, new_path(database, kind))
    delete_old(database, kind)


def new_path(database: Path, kind: str) -> Path:
    """The path for a new copy of this kind; its folder is made."""
    folder = database.parent / "backups"
    folder.mkdir(PRIVATE_FOLDER, parents=True, exist_ok=True)
    return folder / f"{kind}-{datetime.now():%Y%m%d-%H%M%S.%f}.sqlite3"


def delete_old(database: Path, kind: str) -> None:
    """Delete all but the newest copies of a kind. Their names end with the time, so they sort by age."""
    copies = sorted((database.parent / "backups").glob(f"{kind}-*.sqlite3"), reverse=True)
    for old in copies[KEPT:]:
        for path in (old, old.with_name(f"{old.name}-wal")):
            path.unlink(missing_ok=True)
