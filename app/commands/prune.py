"""lossroom prune: delete the runs and studies that ended before a day, and release their space on the disk."""

from __future__ import annotations

from datetime import date, datetime

from app.folders import make_writable
from app.jobs import checkpoints
from app.jobs.checkpoint_place import demand_usable, place_of
from app.jobs.checkpoint_store import open_store
from app.mistake import Mistake
from app.settings import Settings
from app.storage.lock import FolderLock
from app.storage.prune import OldRuns


def prune(settings: Settings, *, before: str, keep_starred: bool, dry_run: bool) -> int:
    """Delete the runs and studies that have ended before the beginning of a day, in this machine's time.

    Args:
        before: the day, as 2026-04-01.
        dry_run: only print what would be deleted; a lab may run meanwhile.

    Raises:
        Mistake, Failure: the day is not a date, there is no database, or a lab runs in the folder.
    """
    try:
        day = date.fromisoformat(before)
    except ValueError:
        raise Mistake(f"--before takes a day such as 2026-04-01, not {before!r}") from None
    database = settings.database_path
    if not database.is_file():
        raise Mistake(f"there is no database at {database}")
    beginning = datetime(day.year, day.month, day.day).timestamp()
    if dry_run:
        with OldRuns(database, before=beginning, keep_starred=keep_starred) as old:
            print(f"would delete {_described(old)}")
        return 0
    demand_usable(settings)
    make_writable(database.parent, "the state folder")
    with (
        FolderLock(database.parent).held("lossroom prune"),
        OldRuns(database, before=beginning, keep_starred=keep_starred) as old,
    ):
        print(f"deletes {_described(old)}")
        size = database.stat().st_size
        old.delete()
        try:
            checkpoints.sweep(open_store(place_of(settings)), old.checkpoints())
        except OSError as error:
            print(f"their checkpoints stay until a lab starts: {error}")
        print(f"the database has {size / 1e6:,.1f} → {database.stat().st_size / 1e6:,.1f} MB")
    return 0


def _described(old: OldRuns) -> str:
    counted = old.count()
    text = f"{counted.runs:,} {'run' if counted.runs == 1 else 'runs'}"
    if counted.studies:
        text += f" and {counted.studies:,} {'study' if counted.studies == 1 else 'studies'}"
    text += f" with {counted.row_bytes / 1e6:,.1f} MB of rows"
    if counted.ended is not None:
        first, last = map(date.fromtimestamp, counted.ended)
        text += f", ended {first} to {last}"
    return f"{text}; {counted.others:,} stay"
