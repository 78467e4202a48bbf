"""Folders that are written to: made, and tested by writing a file, before the work begins.

Names, notes and rows of runs are in files that only the lab's user can read.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from pathlib import Path

from app.errors import StoreUnavailable
from app.machine import is_container
from app.mistake import Mistake
from engine.reasons import Reason


class FolderError(Mistake):
    """A folder that cannot be made or written; the message names it."""


#: The rights of what the lab makes for itself: its user alone.
PRIVATE_FOLDER = 0o700
PRIVATE_FILE = 0o600

#: Free space below this gives a warning: it is enough only for a few lessons of a class, or for decoding a data set.
LOW_DISK_BYTES = 500_000_000


def free_bytes(folder: Path) -> int:
    """Free bytes on the disk of a folder."""
    return shutil.disk_usage(folder).free


def demand_disk(folder: Path, needed_bytes: int = 0) -> None:
    """Refuse what people send if it would fill the disk of a folder: the database needs room as well.

    Args:
        needed_bytes: that are to be written.

    Raises:
        StoreUnavailable: there is no room.
    """
    if free_bytes(folder) < needed_bytes + LOW_DISK_BYTES:
        raise StoreUnavailable(Reason("disk_full", "the disk of the lab is full"), code="disk_full")


def make_writable(folder: Path, purpose: str, *, mode: int = 0o777) -> None:
    """Make the folder if it does not exist, and test it: a file is made in it and deleted.

    Args:
        purpose: what the folder is, for the message: "the state folder".
        mode: the rights of a new folder; an existing one keeps its own.

    Raises:
        FolderError: it cannot be made, or no file can be made in it.
    """
    try:
        folder.mkdir(mode, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise FolderError(unwritable_message(folder, purpose, error)) from error


def make_private(file: Path) -> None:
    """Make an empty file that only this user can read and write. An existing file stays as it is.

    Raises:
        OSError: it cannot be made.
    """
    with contextlib.suppress(FileExistsError):
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE_FILE))


def unwritable_message(path: Path, purpose: str, error: OSError) -> str:
    """One line that names what cannot be written; if the rights are missing, it names the user too."""
    text = f"{purpose} {path} cannot be written: {error.strerror or error}"
    if isinstance(error, PermissionError) and hasattr(os, "geteuid"):
        text += f" (this is user {os.geteuid()}{_owner_advice(path)})"
    return text


def _owner_advice(path: Path) -> str:
    """In a container: who owns the mounted folder, and how to make it writable."""
    if not is_container():
        return ""
    # unlike `Path.exists`, this is False for a folder inside of one that this user may not look into
    existing = next(folder for folder in (path, *path.absolute().parents) if os.path.exists(folder))
    owner = existing.stat()
    whom = f"{owner.st_uid}:{owner.st_gid}"
    give = f"give the folder to user {os.geteuid()} (chown {os.geteuid()} {existing})"
    if owner.st_uid == os.geteuid():
        return f", to whom {existing} belongs: try chmod u+rwx {existing}; with SELinux, mount the folder with :Z"
    if owner.st_uid == 0:
        return f", and {existing} belongs to root: {give}"
    return (
        f", and {existing} belongs to user {whom}: start the container as that user, `docker run --user {whom}` or"
        f" LOSSROOM_USER={whom} for Docker Compose, or {give}"
    )
