"""A backup of the database in a file that the user names; the lab's own copies are in `copies.py`."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from app.folders import unwritable_message
from app.mistake import Failure
from app.storage.copies import Damaged, copy


def back_up(source: Path, target: Path) -> int:
    """Copy the database to `target`, whole or not at all; returns the number of runs in it.

    Raises:
        Failure: it is damaged, or cannot be copied.
    """
    try:
        with contextlib.closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as live:
            return copy(live, target)
    except Damaged as error:
        raise Failure(
            f"{source} is damaged: {error}; `lossroom restore FILE` puts an earlier copy in its place"
        ) from error
    except OSError as error:
        raise Failure(unwritable_message(target, "the copy", error)) from error
    except sqlite3.Error as error:
        raise Failure(f"cannot copy {source} to {target}: {error}") from error
