"""The database: SQLite in WAL mode, every write through one thread, one transaction per batch.

Writers hand in operations (functions of a connection). The thread takes whatever is waiting, runs it in
one transaction, and reports each operation after the commit: what is reported is durable. Under load the
batches grow by themselves; when idle, an operation is committed within about a millisecond.

The queue is bounded. A worker's reader thread that finds it full waits, so the pipe fills, so the worker
slows down: no row is dropped. While the disk is full or broken the batch is kept and tried again, and
`fault` says why.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from app.errors import StoreUnavailable
from engine.reasons import Reason, of_error

T = TypeVar("T")
Operation = Callable[[sqlite3.Connection], Any]
Done = Callable[[Any], None]

log = logging.getLogger(__name__)

SCHEMA_VERSION = 4
#: Operations in one transaction at most: bounds how long a reader waits for its row to be durable.
BATCH = 512
RETRY_SECONDS = 1.0


class _Item(NamedTuple):
    operation: Operation
    done: Done


class DatabaseError(Exception):
    """The file is not a Lossroom database that this version can open."""


class Database:
    """One SQLite file with one writer thread and a reading connection per calling thread."""

    def __init__(self, path: Path, *, capacity: int = 1024) -> None:
        self.path = path
        self.fault: str | None = None
        self._queue: queue.Queue[_Item | None] = queue.Queue(maxsize=capacity)
        self._local = threading.local()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def open(self) -> None:
        """Create or migrate the file and start the writer thread; nothing when that is done already.

        Raises:
            DatabaseError: the file is newer than this version, or not a database.
        """
        if self._thread is not None:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with contextlib.closing(self._connect()) as connection:
                connection.execute("PRAGMA journal_mode = WAL")
                _migrate(connection)
                # every page of the runs' table: better known now than in the middle of a lesson
                connection.execute("SELECT SUM(LENGTH(config)) FROM runs").fetchone()
        except sqlite3.DatabaseError as error:
            raise DatabaseError(f"cannot open {self.path}: {error}") from error
        self._thread = threading.Thread(target=self._write_loop, name="database-writer", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Commit what is waiting, then stop the writer."""
        if self._thread is None:
            return
        self._closing.set()
        self._queue.put(None)
        self._thread.join()
        self._thread = None

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
            StoreUnavailable: the disk does not take writes now.
        """
        if self.fault is not None:
            text = f"the lab cannot write to its disk: {self.fault}"
            raise StoreUnavailable(Reason("store_unavailable", text, why=self.fault))
        return await self.settle(operation)

    async def settle(self, operation: Callable[[sqlite3.Connection], T]) -> T:
        """As `write`, but waits through a fault of the disk: for what has happened and must be told."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()

        def settle(result: Any) -> None:
            if future.cancelled():
                return
            if isinstance(result, BaseException):
                future.set_exception(result)
            else:
                future.set_result(result)

        item = _Item(operation, lambda result: _call_in(loop, settle, result))
        try:
            self._queue.put_nowait(item)
        except queue.Full:
            await asyncio.to_thread(self._queue.put, item)
        return await future

    def _write_loop(self) -> None:
        connection = self._connect()
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
        connection.close()

    def _commit(self, connection: sqlite3.Connection, batch: list[_Item]) -> None:
        while True:
            try:
                results = _run_batch(connection, batch)
            except sqlite3.Error as error:
                # The whole transaction failed: a full disk, an I/O error. The batch stays; nobody is told
                # that it is done; the workers wait behind the bounded queue.
                with contextlib.suppress(sqlite3.Error):
                    connection.rollback()
                if self.fault is None:
                    log.error("the database cannot be written: %s", error)
                self.fault = _reason(error)
                if self._closing.wait(RETRY_SECONDS):
                    log.error("closing with %d operations that could not be written", len(batch))
                    refusal = Reason("store_unavailable", self.fault, why=self.fault)
                    results = [StoreUnavailable(refusal)] * len(batch)
                    break
            else:
                if self.fault is not None:
                    log.warning("the database can be written again")
                self.fault = None
                break
        for item, result in zip(batch, results, strict=True):
            try:
                item.done(result)
            except Exception:  # one listener's fault is not the store's
                log.exception("a listener of a committed write failed")

    # -- reading ---------------------------------------------------------------------------------

    async def read(self, query: Callable[[sqlite3.Connection], T]) -> T:
        """Run `query` in a thread of its own; WAL lets it read beside the writer."""
        return await asyncio.to_thread(self.read_now, query)

    def read_now(self, query: Callable[[sqlite3.Connection], T]) -> T:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._connect()
            connection.execute("PRAGMA query_only = ON")
            self._local.connection = connection
        return query(connection)

    def _connect(self) -> sqlite3.Connection:
        # isolation_level=None: transactions are said explicitly, never begun behind our back
        connection = sqlite3.connect(self.path, timeout=10, isolation_level=None, check_same_thread=False)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA foreign_keys = ON")
        # A commit survives any crash of this process without an fsync, which would put a slow disk's
        # 10-50 ms into every row's way. A power cut can take the last moments, never the file.
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection


def _run_batch(connection: sqlite3.Connection, batch: list[_Item]) -> list[Any]:
    """All operations in one transaction; one that is refused is undone alone."""
    results: list[Any] = []
    connection.execute("BEGIN IMMEDIATE")
    for item in batch:
        connection.execute("SAVEPOINT operation")
        try:
            results.append(item.operation(connection))
        except Exception as error:
            if _is_of_the_disk(error):
                raise  # not the operation's fault: the whole batch is tried again
            connection.execute("ROLLBACK TO operation")
            results.append(error)
        connection.execute("RELEASE operation")
    connection.execute("COMMIT")
    return results


def _reason(error: sqlite3.Error) -> Reason:
    codes = {sqlite3.SQLITE_FULL: "disk_full", sqlite3.SQLITE_READONLY: "not_permitted"}
    # the low byte is the kind of error; the others tell more of it
    code = codes.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    return Reason(code, str(error)) if code else of_error(error)


def _is_of_the_disk(error: Exception) -> bool:
    """Full, broken, locked or corrupt: what no other operation could have written either."""
    # A corrupt file is a plain DatabaseError; its other subclasses speak of what was asked for.
    return isinstance(error, sqlite3.OperationalError | sqlite3.InternalError) or (
        type(error) is sqlite3.DatabaseError
    )


def _migrate(connection: sqlite3.Connection) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA_VERSION:
        raise DatabaseError(f"the database has schema {version}; this Lossroom knows up to {SCHEMA_VERSION}")
    scripts = list(_scripts(version))
    if scripts:
        connection.executescript(
            "BEGIN IMMEDIATE;" + ";".join(scripts) + f";PRAGMA user_version = {SCHEMA_VERSION};COMMIT;"
        )


def _scripts(version: int) -> Iterator[str]:
    storage = resources.files("app.storage")
    if version == 0:  # a new file starts at the newest schema
        yield storage.joinpath("schema.sql").read_text("utf-8")
        return
    for step in range(version + 1, SCHEMA_VERSION + 1):
        yield storage.joinpath("migrations", f"{step}.sql").read_text("utf-8")


def _call_in(loop: asyncio.AbstractEventLoop, callback: Callable[[Any], None], result: Any) -> None:
    """Hand a result to the event loop, which may have gone while the write was under way."""
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(callback, result)
