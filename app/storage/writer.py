"""The writer: one thread that writes to the database, with one transaction for all operations that wait.

The queue is bounded. A worker's reader thread waits while it is full, so the pipe fills and the worker slows down: no
row is dropped. While the disk is full or broken, operations that record events are kept and tried again, and requested
ones (`refusable`) are refused at once; `fault` says why.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import queue
import sqlite3
import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from app.errors import StoreDamaged
from app.storage import faults
from app.storage.schema import SCHEMA_VERSION
from app.storage.transaction import Operation, run_together

T = TypeVar("T")
Done = Callable[[Any], None]

log = logging.getLogger(__name__)

#: At most this many operations in one transaction. This bounds how long an operation waits for its commit.
BATCH = 512
#: While the disk takes no writes, it is tried again this often.
RETRY_SECONDS = 1.0
#: Free pages (of 4 KB) that the file keeps for later writes; more are released, this many at a time.
SPARE_PAGES = 256


class _Item:
    """An operation in the queue. If it is `refusable`, it is refused when the disk has a fault: it stays in the queue
    with `refused` set, and is skipped."""

    __slots__ = ("done", "operation", "refusable", "refused")

    def __init__(self, operation: Operation, done: Done, *, refusable: bool = False) -> None:
        self.operation = operation
        self.done = done
        self.refusable = refusable
        self.refused = False


class Writer:
    """
    Attributes:
        fault: why nothing can be written now; None if writing works.
    """

    def __init__(
        self,
        connect: Callable[[], sqlite3.Connection],
        on_damage: Callable[[StoreDamaged], None],
        *,
        capacity: int,
    ) -> None:
        """
        Args:
            on_damage: called where an operation has met a damaged page.
            capacity: the most operations that wait.
        """
        self.fault: str | None = None
        self._connect = connect
        self._on_damage = on_damage
        self._queue: queue.Queue[_Item | None] = queue.Queue(maxsize=capacity)
        self._refusable: set[_Item] = set()  # those that are in the queue
        self._fault_lock = threading.Lock()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def waiting(self) -> int:
        """Operations in the queue now."""
        return self._queue.qsize()

    def start(self) -> None:
        self._thread = threading.Thread(target=self._loop, name="database-writer", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Commit what is waiting, and end the thread."""
        if self._thread is not None:
            self._closing.set()
            self._queue.put(None)
            self._thread.join()
            self._thread = None

    def try_to_write(self, connection: sqlite3.Connection) -> None:
        """Write what changes nothing; `fault` says what went wrong, if anything did. Call it before `start`."""
        self._try(connection, [write_nothing])

    def submit(self, operation: Operation, done: Done) -> None:
        """Queue `operation`; `done(result or exception)` runs in the writer's thread after the commit.

        Waits while the queue is full. Not for the event loop: use `write` there.
        """
        self._queue.put(_Item(operation, done))

    async def write(self, operation: Callable[[sqlite3.Connection], T], *, refusable: bool) -> T:
        """Run `operation` and return its result once it is committed.

        Args:
            refusable: whether it is refused while the disk has a fault, or else waits until that is over.

        Raises:
            StoreUnavailable: it was refused.
            StoreDamaged: the operation needs a damaged page.
        """
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
            room = asyncio.ensure_future(asyncio.to_thread(self._queue.put, item))
            # if the disk gets a fault meanwhile, it is refused before there is room
            await asyncio.wait((room, future), return_when=asyncio.FIRST_COMPLETED)
        return await future

    # -- in the thread ---------------------------------------------------------------------------

    def _loop(self) -> None:
        connection = self._connect()
        # overwrite deleted text in its page of the database with zeros, such as the nicknames when a class ends
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

    def _commit(self, connection: sqlite3.Connection, batch: list[_Item]) -> None:
        with self._fault_lock:
            batch = [item for item in batch if not item.refused]
            self._refusable.difference_update(batch)
        while True:
            # all were refused: still write something, to learn whether the fault is over
            operations = [item.operation for item in batch] or [write_nothing]
            results = self._try(connection, operations)
            if results is not None:
                break
            # Requested operations are refused now. Events are kept and tried again; meanwhile the queue fills and the
            # workers wait.
            assert self.fault is not None
            refused = [item for item in batch if item.refusable]
            _report(refused, [faults.unavailable(self.fault)] * len(refused))
            batch = [item for item in batch if not item.refusable]
            if self._closing.wait(RETRY_SECONDS):
                log.error("closing with %d operations that could not be written", len(batch))
                results = [faults.unavailable(self.fault)] * len(batch)
                break
        _report(batch, results[: len(batch)])

    def _try(self, connection: sqlite3.Connection, operations: Sequence[Operation]) -> list[Any] | None:
        """Run operations in one transaction; their results, or None and a `fault`."""
        try:
            results = run_together(connection, operations)
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
        for result in results:
            if isinstance(result, StoreDamaged):
                self._on_damage(result)
        return results

    def _give_back(self, connection: sqlite3.Connection) -> None:
        """Shorten the file by the pages that deleted runs have left, a few at a time while nothing waits."""
        with contextlib.suppress(sqlite3.Error):  # a full disk: another time
            while self._queue.empty() and not self._closing.is_set():
                (free,) = connection.execute("PRAGMA freelist_count").fetchone()
                if free <= SPARE_PAGES:
                    break
                connection.execute(f"PRAGMA incremental_vacuum({SPARE_PAGES})").fetchall()
                if connection.execute("PRAGMA freelist_count").fetchone()[0] == free:
                    break  # a file of an earlier version, until `lossroom prune` has written it again


def write_nothing(connection: sqlite3.Connection) -> None:
    """Writes the first page as it is: proof that the file can be written."""
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _report(batch: list[_Item], results: list[Any]) -> None:
    for item, result in zip(batch, results, strict=True):
        try:
            item.done(result)
        except Exception:  # an error in one listener must not stop the store
            log.exception("what waited for the result of a write failed")


def _call_in(loop: asyncio.AbstractEventLoop, callback: Callable[[Any], None], result: Any) -> None:
    """Hand a result to the event loop, which may have been closed during the write."""
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(callback, result)
