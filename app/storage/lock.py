"""The lock on the state folder: one process at a time trains its runs and writes its database.

It is SQLite's lock on a small separate file: an unfinished transaction that changes nothing. The operating system
releases it when the process ends, however it ends; workers do not inherit it; and it works on every platform, and on
every file system on which the database itself is safe. Readers, such as `lossroom backup`, need no lock.
"""

from __future__ import annotations

import contextlib
import os
import platform
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from app.folders import FolderError, make_private
from app.mistake import Failure
from app.storage import faults

#: How long to wait for another lab that is about to end.
WAIT_SECONDS = 1.0


class FolderInUse(Failure):
    """Another process has locked the folder; the message names the folder and the process."""


class FolderLock:
    """Held from `acquire` to `release`, or to the end of this process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._connection: sqlite3.Connection | None = None

    def acquire(self, holder: str) -> None:
        """Take the lock. Does nothing if this object already holds it.

        Args:
            holder: what this process is, for the message that another one gets: "the lab at http://127.0.0.1:8000".

        Raises:
            FolderInUse: another process holds it.
            FolderError: the file cannot be locked.
        """
        if self._connection is not None:
            return
        file = self._folder / "lossroom.lock"
        try:
            make_private(file)
            connection = sqlite3.connect(
                file, timeout=WAIT_SECONDS, isolation_level=None, check_same_thread=False
            )
        except (sqlite3.Error, OSError) as error:
            raise FolderError(f"{file} cannot be opened: {error}") from error
        try:
            connection.execute("BEGIN IMMEDIATE")
            _sign(connection, holder)
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            if faults.code(error) == sqlite3.SQLITE_BUSY:
                raise FolderInUse(
                    f"the state folder {self._folder} is in use by {_signature(connection)}"
                ) from None
            raise FolderError(f"{file} cannot be locked: {error}") from error
        finally:
            if not connection.in_transaction:
                connection.close()
        self._connection = connection

    @contextlib.contextmanager
    def held(self, holder: str) -> Iterator[None]:
        """Hold the lock during a `with` block; see `acquire`."""
        self.acquire(holder)
        try:
            yield
        finally:
            self.release()

    def release(self) -> None:
        """Give the lock back."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def last_holder(folder: Path) -> str | None:
    """The process that has the folder's lock, or had it last. None: no process has locked the folder yet."""
    file = folder / "lossroom.lock"
    if not file.is_file():
        return None
    with contextlib.closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        return _signature(connection)


def _sign(connection: sqlite3.Connection, holder: str) -> None:
    since = time.strftime("%Y-%m-%d %H:%M:%S")
    text = f"{holder} (process {os.getpid()} on {platform.node() or 'this machine'}, since {since})"
    try:
        connection.execute("CREATE TABLE IF NOT EXISTS holder (text TEXT NOT NULL)")
        connection.execute("DELETE FROM holder")
        connection.execute("INSERT INTO holder VALUES (?)", (text,))
        connection.execute("COMMIT")
    except sqlite3.OperationalError:  # on a full disk the lock works too, only without the name
        with contextlib.suppress(sqlite3.Error):
            connection.rollback()


def _signature(connection: sqlite3.Connection) -> str:
    try:
        (text,) = connection.execute("SELECT text FROM holder").fetchone()
    except (sqlite3.Error, TypeError):
        return "another process"
    return str(text)
