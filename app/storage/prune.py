"""`lossroom prune --before DATE`: delete the runs that ended before a day, and give their room back to the disk."""

from __future__ import annotations

import contextlib
import sqlite3
from datetime import date, datetime
from pathlib import Path

from app.folders import make_writable
from app.mistake import Failure, Mistake
from app.runs import RunStatus
from app.storage.database import SCHEMA_VERSION
from app.storage.lock import FolderLock

ENDED = ", ".join(f"'{status.value}'" for status in RunStatus if status.finished)
#: The runs that go. Times are Unix seconds; an imported run may have no end.
CHOSEN = (
    f"status IN ({ENDED}) AND COALESCE(finished_at, created_at) < :before AND NOT (starred AND :keep_starred)"
)


def prune(database: Path, *, before: str, keep_starred: bool, dry_run: bool) -> int:
    """Delete the runs that have ended before the beginning of a day, in this machine's time.

    Args:
        before: the day, as 2026-04-01.
        dry_run: say only what would go; a lab may run meanwhile.

    Raises:
        Mistake, Failure: a lab runs in the folder, or there is nothing that could be pruned.
    """
    try:
        day = date.fromisoformat(before)
    except ValueError:
        raise Mistake(f"--before takes a day such as 2026-04-01, not {before!r}") from None
    if not database.is_file():
        raise Mistake(f"there is no database at {database}")
    values = {
        "before": datetime(day.year, day.month, day.day).timestamp(),
        "keep_starred": keep_starred,
    }
    lock = FolderLock(database.parent)
    if not dry_run:
        make_writable(database.parent, "the state folder")
        lock.acquire("lossroom prune")
    try:
        with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as connection:
            connection.execute("PRAGMA foreign_keys = ON")
            _check_version(connection, database)
            print(_announce(connection, values, dry_run))
            if not dry_run:
                size = database.stat().st_size
                connection.execute(f"DELETE FROM runs WHERE {CHOSEN}", values)
                _compact(connection)
                print(f"the database has {size / 1e6:,.1f} → {database.stat().st_size / 1e6:,.1f} MB")
    except sqlite3.Error as error:
        raise Failure(f"{database} cannot be pruned: {error}") from error
    finally:
        lock.release()
    return 0


def _compact(connection: sqlite3.Connection) -> None:
    """Write the database anew without the room of what was deleted; it needs as much free room meanwhile. From then
    on a lab gives room back by itself."""
    try:
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error as error:
        raise Failure(f"the runs are deleted, but the database cannot be written anew: {error}") from error


def _check_version(connection: sqlite3.Connection, database: Path) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version != SCHEMA_VERSION:
        raise Mistake(
            f"{database} has schema {version} and this Lossroom schema {SCHEMA_VERSION}; start the lab once, and it is"
            " carried forward"
        )


def _announce(connection: sqlite3.Connection, values: dict[str, float | bool], dry_run: bool) -> str:
    runs, first, last = connection.execute(
        f"SELECT COUNT(*), MIN(COALESCE(finished_at, created_at)), MAX(COALESCE(finished_at, created_at))"
        f" FROM runs WHERE {CHOSEN}",
        values,
    ).fetchone()
    (kept,) = connection.execute("SELECT COUNT(*) FROM runs", ()).fetchone()
    (size,) = connection.execute(
        f"SELECT COALESCE(SUM(LENGTH(data)), 0) FROM chunks WHERE run_id IN (SELECT id FROM runs WHERE {CHOSEN})",
        values,
    ).fetchone()
    ended = f", ended {date.fromtimestamp(first)} to {date.fromtimestamp(last)}" if runs else ""
    would = "would delete" if dry_run else "deletes"
    said = f"{runs:,} {'run' if runs == 1 else 'runs'} with {size / 1e6:,.1f} MB of rows{ended}"
    return f"{would} {said}; {kept - runs:,} stay"
