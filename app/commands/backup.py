"""lossroom backup: copy the database, also while a lab runs.

The copy holds all data of finished runs. Checkpoints are not copied, so a run that was training starts again from
iteration 1 when a lab opens the copy: its rows are computed again, and the curve is the same, bit for bit. Nor are own
data sets, which are a folder beside the database.
"""

from __future__ import annotations

from pathlib import Path

from app.folders import make_writable
from app.mistake import Mistake
from app.storage.backup import back_up
from engine.datasets import own


def backup(source: Path, target: Path, own_dir: Path, *, force: bool = False) -> int:
    """Copy the database to `target`. An incomplete copy is never left.

    Args:
        own_dir: the folder of own data sets, which is named where there are any.

    Raises:
        Mistake, Failure: there is no database, or it cannot be copied.
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
    if own_dir.is_dir() and any(map(own.is_there, own_dir.glob("own-*"))):
        print(f"own data sets are not in it: copy {own_dir} as well")
    return 0
