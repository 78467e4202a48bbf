"""The database: SQLite in WAL mode, every write through one thread, one transaction per batch.

Writers hand in operations (functions of a connection). The thread takes whatever is waiting, runs it in
one transaction, and reports each operation after the commit: what is reported is durable. Under load the
batches grow by themselves; when idle, an operation is committed within about a millisecond.

The queue is bounded. A worker's reader thread waits while it is full, so the pipe fills and the worker slows down: no
row is dropped. While the disk is full or broken, operations that record events (`submit`, `settle`) are kept and tried
again, and requested ones (`write`) are refused at once; `fault` says why.

An operation that meets a damaged page fails alone: the others are written.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from app.errors import StoreDamaged, StoreUnavailable
from app.folders import PRIVATE_FOLDER, make_private
from app.storage import faults
from app.storage.copies import Damaged
from app.storage.schema import SCHEMA_VERSION, DatabaseError, migrate
from engine.reasons import Reason

T = TypeVar("T")
Operation = Callable[[sqlite3.Connection], Any]
Done = Callable[[Any], None]

log = logging.getLogger(__name__)

#: At most this many operations in one transaction: bounds how long a reader waits for its row to be durable.
BATCH = 512
RETRY_SECONDS = 1.0
#: How long to wait for another program that writes to the database.
BUSY_SECONDS = 2.0
#: A disk that does not complete a small write in this time counts as broken.
PROOF_SECONDS = 4.0
#: Free pages (of 4 KB) that the file keeps for later writes; more are released, this many at a time.
SPARE_PAGES = 256
#: Queries that run at the same time; more wait.
READERS = 8


class _Item:
    """An operation in the queue. If it is `refusable`, it is removed when the disk has a fault."""

    __slots__ = ("done", "operation", "refusable", "refused")

    def __init__(self, operation: Operation, done: Done, *, refusable: bool = False) -> None:
        self.operation = operation
        self.done = done
        self.refusable = refusable
        self.refused = False


class Database:
    """One SQLite file with one writer thread, and one connection for each thread that reads.

    Attributes:
        fault: why nothing can be written now; None if writing works.
        damage: the damage that was found, if any; the rest of the database can still be read and written.
    """

    def __init__(self, path: Path, *, capacity: int = 1024) -> None:
        self.path = path
        self.fault: str | None = None
        self.damage: str | None = None
        self._queue: queue.Queue[_Item | None] = queue.Queue(maxsize=capacity)
        self._refusable: set[_Item] = set()  # those that are in the queue
        self._fault_lock = threading.Lock()
        self._local = threading.local()
        self._readers = ThreadPoolExecutor(READERS, "database-reader")
        self._reading: list[sqlite3.Connection] = []
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def open(self) -> None:
        """Create or migrate the file, write to it, and start the writer thread. A second call does nothing.

        A file that can be read but not written is opened: its runs can be looked at, and `fault` says what is wrong.

        Raises:
            DatabaseError: the file is newer than this version, or not a database, or cannot be made.
        """
        if self._thread is not None:
            return
        try:
            self.path.parent.mkdir(PRIVATE_FOLDER, parents=True, exist_ok=True)
            make_private(self.path)  # SQLite gives its log the same rights
            with contextlib.closing(self._connect()) as connection:
                (pages,) = connection.execute("PRAGMA page_count").fetchone()
                if pages == 0:  # a new file; see `_give_back`
                    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
                connection.execute("PRAGMA journal_mode = WAL")
                migrate(connection, self.path)
                # reads every page of both tables: damage is better found now than in the middle of a lesson
                connection.execute("SELECT SUM(LENGTH(config)) FROM trainings").fetchone()
                connection.execute("SELECT SUM(LENGTH(notes)) FROM runs").fetchone()
                self._try_to_write(connection)
        except (sqlite3.DatabaseError, Damaged, OSError) as error:
            text = f"cannot open {self.path}: {error}"
            if faults.code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) or isinstance(
                error, Damaged
            ):
                text += "; `lossroom restore FILE` puts a copy in its place"
            raise DatabaseError(text) from error
        self._thread = threading.Thread(target=self._write_loop, name="database-writer", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Commit what is waiting, stop the writer, and merge the write-ahead log into the file."""
        if self._thread is None:
            return
        for connection in self._reading:
            connection.interrupt()
        self._readers.shutdown(cancel_futures=True)
        self._closing.set()
        self._queue.put(None)
        self._thread.join()
        self._thread = None
        for connection in self._reading:
            connection.close()
        self._reading.clear()
        with contextlib.suppress(sqlite3.Error), contextlib.closing(self._connect()) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    @property
    def waiting(self) -> int:
        """Operations in the queue now."""
        return self._queue.qsize()

    # -- writing ---------------------------------------------------------------------------------

    def submit(self, operation: Operation, done: Done) -> None:
        """Queue `operation`; `done(result or exception)` runs in the writer thread after the commit.

        Waits while the queue is full. Not for the event loop: use `write` there.
        """
        self._queue.put(_Item(operation, done))

    async def write(self, operation: Callable[[sqlite3.Connection], T]) -> T:
        """Run `operation` and return its result once it is committed.

        Raises:
            StoreUnavailable: the disk accepts no writes now.
            StoreDamaged: the operation needs a damaged page.
        """
        return await self._write(operation, refusable=True)

    async def settle(self, operation: Callable[[sqlite3.Connection], T]) -> T:
        """As `write`, but waits until a fault of the disk is over: for events, which must be stored."""
        return await self._write(operation, refusable=False)

    async def check_writable(self) -> str | None:
        """Commit a write that changes nothing. None if this works, otherwise why not."""
        try:
            await asyncio.wait_for(self.write(_write_nothing), PROOF_SECONDS)
        except StoreUnavailable:
            return self.fault or Reason("store_silent", "the disk takes no writes")
        except TimeoutError:
            return Reason("store_silent", "the disk takes no writes")
        return None

    async def _write(self, operation: Callable[[sqlite3.Connection], T], *, refusable: bool) -> T:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()

        def set_result(result: Any) -> None:
            if future.cancelled():
                return
            if isinstance(result, BaseException):
                future.set_exception(result)
            else:
                future.set_result(result)

        item = _Item(operation, lambda result: _call_in(loop, set_result, result), refusable=refusable)
        if refusable:
            with self._fault_lock:
                if self.fault is not None:
                    raise faults.unavailable(self.fault)
                self._refusable.add(item)
        try:
            self._queue.put_nowait(item)
        except queue.Full:
            await asyncio.to_thread(self._queue.put, item)
        return await future

    def _write_loop(self) -> None:
        connection = self._connect()
        # of a text that is replaced, such as the nicknames of a class that ends, nothing stays in its page
        connection.execute("PRAGMA secure_delete = FAST")
        stopping = False
        while not stopping:
            batch: list[_Item] = []
            item = self._queue.get()
            while item is not None:
                batch.append(item)
                if len(batch) == BATCH:
                    break
                try:
                    item = self._queue.get_nowait()
                except queue.Empty:
                    break
            else:
                stopping = True
            if batch:
                self._commit(connection, batch)
                self._give_back(connection)
        connection.close()

    def _give_back(self, connection: sqlite3.Connection) -> None:
        """Shorten the file by the pages that deleted runs have left, a few at a time while nothing waits."""
        with contextlib.suppress(sqlite3.Error):  # a full disk: another time
            while self._queue.empty() and not self._closing.is_set():
                (free,) = connection.execute("PRAGMA freelist_count").fetchone()
                if free <= SPARE_PAGES:
                    break
                connection.execute(f"PRAGMA incremental_vacuum({SPARE_PAGES})").fetchall()
                if connection.execute("PRAGMA freelist_count").fetchone()[0] == free:
                    break  # a file of an earlier version, until `lossroom prune` has written it anew

    def _commit(self, connection: sqlite3.Connection, batch: list[_Item]) -> None:
        with self._fault_lock:
            batch = [item for item in batch if not item.refused]
            self._refusable.difference_update(batch)
        while True:
            results = self._try_to_write(connection, batch)
            if results is not None:
                break
            # No result is given for the batch; the workers wait behind the bounded queue.
            assert self.fault is not None
            refused = [item for item in batch if item.refusable]
            _report(refused, [faults.unavailable(self.fault)] * len(refused))
            batch = [item for item in batch if not item.refusable]
            if self._closing.wait(RETRY_SECONDS):
                log.error("closing with %d operations that could not be written", len(batch))
                results = [faults.unavailable(self.fault)] * len(batch)
                break
        _report(batch, results)

    def _try_to_write(
        self, connection: sqlite3.Connection, batch: list[_Item] | None = None
    ) -> list[Any] | None:
        """Run the batch in one transaction, or write what changes nothing; its results, or None and a `fault`."""
        try:
            results = _run_batch(connection, batch or [_Item(_write_nothing, _ignore)])
        except sqlite3.Error as error:
            # The whole transaction failed: a full disk, an I/O error.
            with contextlib.suppress(sqlite3.Error):
                connection.rollback()
            if self.fault is None:
                log.error("the database cannot be written: %s", error)
            with self._fault_lock:
                fault = self.fault = faults.reason(error)
                refused = list(self._refusable)
                self._refusable.clear()
                for item in refused:
                    item.refused = True
            _report(refused, [faults.unavailable(fault)] * len(refused))
            return None
        if self.fault is not None:
            log.warning("the database can be written again")
        self.fault = None
        for refusal in results:
            if isinstance(refusal, StoreDamaged):
                self._note(refusal)
        return results if batch else []

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


class _MetDamage(Exception):
    """An operation met a damaged page: what its transaction has done cannot be committed any more."""

    def __init__(self, place: int, refusal: StoreDamaged) -> None:
        super().__init__(place)
        self.place = place
        self.refusal = refusal


def _run_batch(connection: sqlite3.Connection, batch: list[_Item]) -> list[Any]:
    """All operations in one transaction; one that is refused is undone alone."""
    refusals: dict[int, StoreDamaged] = {}
    while True:  # each time without one more
        try:
            return _run_all_but(refusals, connection, batch)
        except _MetDamage as met:
            connection.rollback()
            refusals[met.place] = met.refusal


def _run_all_but(
    refusals: dict[int, StoreDamaged], connection: sqlite3.Connection, batch: list[_Item]
) -> list[Any]:
    results: list[Any] = []
    connection.execute("BEGIN IMMEDIATE")
    for place, item in enumerate(batch):
        if place in refusals:
            results.append(refusals[place])
            continue
        connection.execute("SAVEPOINT operation")
        try:
            results.append(item.operation(connection))
        except Exception as error:
            if faults.is_damage(error):
                raise _MetDamage(place, faults.damaged(error)) from error
            if faults.is_of_the_disk(error):
                raise  # not the operation's fault: the whole batch is tried again
            connection.execute("ROLLBACK TO operation")
            results.append(error)
        connection.execute("RELEASE operation")
    connection.execute("COMMIT")
    return results


def _report(batch: list[_Item], results: list[Any]) -> None:
    for item, result in zip(batch, results, strict=True):
        try:
            item.done(result)
        except Exception:  # an error in one listener must not stop the store
            log.exception("a listener of a committed write failed")


def _write_nothing(connection: sqlite3.Connection) -> None:
    """Writes the first page as it is: proof that the file can be written."""
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _ignore(_: Any) -> None:
    """For operations whose result is not needed."""


def _call_in(loop: asyncio.AbstractEventLoop, callback: Callable[[Any], None], result: Any) -> None:
    """Hand a result to the event loop, which may have been closed during the write."""
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(callback, result)
