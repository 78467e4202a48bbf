"""lossroom restore: put a copy of the database in the place of the one that is there, while no lab runs."""

from __future__ import annotations

from pathlib import Path

from app.folders import make_writable
from app.mistake import Mistake
from app.storage.lock import FolderLock
from app.storage.restore import replace


def restore(source: Path, database: Path) -> int:
    """Replace the database by a copy of `source`, and keep what it replaces.

    Raises:
        Mistake, Failure: a lab runs in the folder, `source` is no sound database that this version knows, or the
            folder cannot be written.
    """
    if not source.is_file():
        raise Mistake(f"there is no file {source}")
    if database.exists() and source.samefile(database):
        raise Mistake(f"{source} is the database itself; name a copy of it")
    make_writable(database.parent, "the state folder")
    with FolderLock(database.parent).held("lossroom restore"):
        runs, replaced = replace(database, source)
    print(f"{runs:,} runs from {source}" + (f"; what was there before is {replaced}" if replaced else ""))
    return 0
