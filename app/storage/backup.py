"""`lossroom backup FILE`: a consistent copy of the database, while the lab runs or not.

The copy holds everything of finished runs. A run that was training goes on from the start when a lab is opened with
it, because checkpoints are not copied: its rows are computed again, bit for bit, and the curve is the same.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import sys
from pathlib import Path


def backup(source: Path, target: Path, *, force: bool = False) -> int:
    """Copy the database to `target`, whole or not at all; 2 for a mistake, 1 where it cannot be done."""
    if not source.is_file():
        return _complain(f"there is no database at {source}", 2)
    if target.exists() and not force:
        return _complain(f"{target} exists already; --force replaces it", 2)
    half = target.with_name(f"{target.name}.part")
    half.unlink(missing_ok=True)
    try:
        with (
            contextlib.closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as live,
            contextlib.closing(sqlite3.connect(half)) as copy,
        ):
            live.backup(copy)  # one read transaction: writers go on beside it
            (verdict,) = copy.execute("PRAGMA integrity_check").fetchone()
            (runs,) = copy.execute("SELECT COUNT(*) FROM runs").fetchone()
        if verdict != "ok":
            return _complain(f"the database is damaged: {verdict}", 1)
        with half.open("rb") as written:
            os.fsync(written.fileno())
        half.replace(target)
    except (sqlite3.Error, OSError) as error:
        return _complain(f"cannot copy {source} to {target}: {error}", 1)
    finally:
        half.unlink(missing_ok=True)
    print(f"{runs:,} runs, {target.stat().st_size / 1e6:,.1f} MB → {target}")
    return 0


def _complain(message: str, status: int) -> int:
    print(f"lossroom: {message}", file=sys.stderr)
    return status
