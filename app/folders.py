"""Folders that something will be written to: made, and proved by writing, before the work begins.

Names, notes and rows of runs are in files that only the lab's user can read.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from app.mistake import Mistake


class FolderError(Mistake):
    """A folder that cannot be made or written; the message names it."""


#: The rights of what the lab makes for itself: its user alone.
PRIVATE_FOLDER = 0o700
PRIVATE_FILE = 0o600


def make_writable(folder: Path, purpose: str, *, mode: int = 0o777) -> None:
    """Make the folder where there is none, and make a file in it, which is gone again at once.

    Args:
        purpose: what the folder is, for the message: "the state folder".
        mode: its rights if it is made; those of a folder that is there stay.

    Raises:
        FolderError: it cannot be made, or no file can be made in it.
    """
    try:
        folder.mkdir(mode, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise FolderError(unwritable(folder, purpose, error)) from error


def make_private(file: Path) -> None:
    """Make an empty file that only this user can read and write; nothing where there is one, whose rights stay.

    Raises:
        OSError: it cannot be made.
    """
    with contextlib.suppress(FileExistsError):
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE_FILE))


def unwritable(path: Path, purpose: str, error: OSError) -> str:
    """One line on what cannot be written; where rights are missing, who misses them."""
    text = f"{purpose} {path} cannot be written: {error.strerror or error}"
    if isinstance(error, PermissionError) and hasattr(os, "geteuid"):
        text += f" (this is user {os.geteuid()})"
    return text
