"""lossroom restore: replace the database with a backup copy, while no lab is running."""

from __future__ import annotations

from pathlib import Path

from app.folders import PRIVATE_FOLDER, make_writable
from app.mistake import Mistake
from app.storage.lock import FolderLock
from app.storage.restore import replace


def restore(source: Path, database: Path) -> int:
    """Replace the database with a copy of `source`; the old one is kept in `backups`.

    Raises:
        Mistake, Failure: a lab is running in the folder, `source` is damaged or not a database this version can read,
            or the folder cannot be written.
    """
    if not source.is_file():
        raise Mistake(f"there is no file {source}")
    if database.exists() and source.samefile(database):
        raise Mistake(f"{source} is the database itself; name a copy of it")
    make_writable(database.parent, "the state folder", mode=PRIVATE_FOLDER)
    with FolderLock(database.parent).held("lossroom restore"):
        runs, replaced = replace(database, source)
    print(f"{runs:,} runs from {source}" + (f"; the old database is now {replaced}" if replaced else ""))
    return 0
