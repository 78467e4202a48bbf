"""The database: SQLite in WAL mode, every write through one thread, one transaction per batch.

Writers hand in operations (functions of a connection). The thread takes whatever is waiting, runs it in
one transaction, and reports each operation after the commit: what is reported is durable. Under load the
batches grow by themselves; when idle, an operation is committed within about a millisecond. See `writer`.

An operation that meets a damaged page fails alone: the others are written.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from app.errors import StoreDamaged, StoreUnavailable
from app.folders import PRIVATE_FOLDER, make_private
from app.storage import faults
from app.storage.copies import Damaged
from app.storage.schema import DatabaseError, migrate
from app.storage.transaction import Operation
from app.storage.writer import Done, Writer, write_nothing
from engine.reasons import Reason

T = TypeVar("T")

log = logging.getLogger(__name__)

#: How long to wait for another program that writes to the database.
BUSY_SECONDS = 2.0
#: A disk that does not complete a small write in this time counts as broken.
PROOF_SECONDS = 4.0
#: Queries that run at the same time; more wait.
READERS = 8


class Database:
    """One SQLite file with one writer thread, and one connection for each thread that reads.

    Attributes:
        damage: the damage that was found, if any; the rest of the database can still be read and written.
    """

    def __init__(self, path: Path, *, capacity: int = 1024) -> None:
        """`capacity`: the most operations that wait to be written."""
        self.path = path
        self.damage: str | None = None
        self._writer = Writer(self._connect, self._note, capacity=capacity)
        self._local = threading.local()
        self._readers = ThreadPoolExecutor(READERS, "database-reader")
        self._reading: list[sqlite3.Connection] = []
        self._is_open = False

    @property
    def is_open(self) -> bool:
        return self._is_open

    def open(self) -> None:
        """Create or migrate the file, write to it, and start the writer thread. A second call does nothing.

        A file that can be read but not written is opened: its runs can be looked at, and `fault` says what is wrong.

        Raises:
            DatabaseError: the file is newer than this version, or not a database, or cannot be made.
        """
        if self._is_open:
            return
        try:
            self.path.parent.mkdir(PRIVATE_FOLDER, parents=True, exist_ok=True)
            make_private(self.path)  # SQLite gives its log the same permissions
            with contextlib.closing(self._connect()) as connection:
                (pages,) = connection.execute("PRAGMA page_count").fetchone()
                if pages == 0:  # a new file: pages that become free are given back, see `Writer`
                    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
                connection.execute("PRAGMA journal_mode = WAL")
                migrate(connection, self.path)
                # every page of both tables: damage is better found now than in the middle of a lesson
                for table in ("trainings", "runs"):
                    for _ in connection.execute(f"SELECT * FROM {table}"):
                        pass
                self._writer.try_to_write(connection)
        except (sqlite3.DatabaseError, Damaged, OSError) as error:
            text = f"cannot open {self.path}: {error}"
            if faults.code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) or isinstance(
                error, Damaged
            ):
                text += "; `lossroom restore FILE` puts a copy in its place"
            raise DatabaseError(text) from error
        self._writer.start()
        self._is_open = True

    def close(self) -> None:
        """Commit what is waiting, stop the writer, and merge the write-ahead log into the file."""
        if not self._is_open:
            return
        for connection in self._reading:
            connection.interrupt()
        self._readers.shutdown(cancel_futures=True)
        self._writer.stop()
        self._is_open = False
        for connection in self._reading:
            connection.close()
        self._reading.clear()
        with contextlib.suppress(sqlite3.Error), contextlib.closing(self._connect()) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    # -- writing ---------------------------------------------------------------------------------

    @property
    def fault(self) -> str | None:
        """Why nothing can be written now; None if writing works."""
        return self._writer.fault

    @property
    def waiting(self) -> int:
        """Operations that wait to be written now."""
        return self._writer.waiting

    def submit(self, operation: Operation, done: Done) -> None:
        """Queue `operation`; `done(result or exception)` runs in the writer thread after the commit.

        Waits while the queue is full. Not for the event loop: use `write` there.
        """
        self._writer.submit(operation, done)

    async def write(self, operation: Callable[[sqlite3.Connection], T]) -> T:
        """Run `operation` and return its result once it is committed.

        Raises:
            StoreUnavailable: the disk accepts no writes now.
            StoreDamaged: the operation needs a damaged page.
        """
        return await self._writer.write(operation, refusable=True)

    async def write_when_possible(self, operation: Callable[[sqlite3.Connection], T]) -> T:
        """As `write`, but is not refused: waits until the disk accepts writes again. For events, which must be
        stored."""
        return await self._writer.write(operation, refusable=False)

    async def check_writable(self) -> str | None:
        """Commit a write that changes nothing. None if this works, otherwise why not."""
        try:
            await asyncio.wait_for(self.write(write_nothing), PROOF_SECONDS)
        except StoreUnavailable:
            return self.fault or Reason("store_silent", "the disk takes no writes")
        except TimeoutError:
            return Reason("store_silent", "the disk takes no writes")
        return None

    # -- reading ---------------------------------------------------------------------------------

    async def read(self, query: Callable[[sqlite3.Connection], T]) -> T:
        """Run `query` in a separate thread; WAL lets it read while another thread writes.

        Raises:
            StoreDamaged: the query needs a damaged page.
        """
        return await asyncio.get_running_loop().run_in_executor(self._readers, self.read_now, query)

    def read_now(self, query: Callable[[sqlite3.Connection], T]) -> T:
        """As `read`, in the calling thread."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._connect()
            connection.execute("PRAGMA query_only = ON")
            self._local.connection = connection
            self._reading.append(connection)
        try:
            return query(connection)
        except sqlite3.DatabaseError as error:
            if not faults.is_damage(error) and faults.code(error) != sqlite3.SQLITE_IOERR:
                raise
            refusal = faults.damaged(error)
            self._note(refusal)
            raise refusal from error

    def _note(self, refusal: StoreDamaged) -> None:
        if self.damage is None:
            log.error("%s; `lossroom restore FILE` puts a copy in its place", refusal)
        self.damage = refusal.message

    def _connect(self) -> sqlite3.Connection:
        # isolation_level=None: sqlite3 begins no transactions itself; all are explicit
        connection = sqlite3.connect(
            self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA foreign_keys = ON")
        # A commit survives any crash of this process without an fsync, which would put a slow disk's
        # 10-50 ms into every row's way. A power cut can take the last moments, never the file.
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection
