"""lossroom backup: copy the database, while the lab runs or not.

The copy holds everything of finished runs. A run that was training goes on from the start when a lab is opened with
it, because checkpoints are not copied: its rows are computed again, bit for bit, and the curve is the same.
"""

from __future__ import annotations

from pathlib import Path

from app.folders import make_writable
from app.mistake import Mistake
from app.storage.backup import back_up


def backup(source: Path, target: Path, *, force: bool = False) -> int:
    """Copy the database to `target`, whole or not at all.

    Raises:
        Mistake, Failure: there is nothing to copy, or it cannot be copied.
    """
    if not source.is_file():
        raise Mistake(f"there is no database at {source}")
    make_writable(target.parent, "the folder")
    if target.is_dir():
        raise Mistake(f"{target} is a folder; name the file that the copy will be")
    if target.exists() and not force:
        raise Mistake(f"{target} exists already; --force replaces it")
    runs = back_up(source, target)
    print(f"{runs:,} runs, {target.stat().st_size / 1e6:,.1f} MB → {target}")
    return 0
