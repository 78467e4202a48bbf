"""The recorder: stores what workers bring, and tells of it once it is durable, in the same order."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from app.errors import LabError
from app.live.hub import STREAMS
from app.storage import run_store
from app.storage.database import Database

log = logging.getLogger(__name__)


class Told(Protocol):
    """Who is told, in the event loop's thread: the scheduler."""

    def on_rows(
        self, run_id: str, stream: str, first: int, columns: tuple[str, ...], values: NDArray[np.float32]
    ) -> None:
        """Rows have been committed; `values` is (columns, rows)."""

    def on_event(self, run_id: str, event: dict[str, Any]) -> None:
        """The worker said something, and all that it said before is committed."""

    def on_exit(self, run_id: str, reason: str | None) -> None:
        """The worker is gone; everything of it is committed."""


class Recorder:
    """The executor's `Listener`. Called from its threads; may block them, which slows a worker down."""

    def __init__(self, told: Told, database: Database, loop: asyncio.AbstractEventLoop) -> None:
        self._told = told
        self._database = database
        self._loop = loop
        self._columns: dict[tuple[str, str], tuple[str, ...]] = {}

    def rows(self, run_id: str, stream: str, first: int, columns: int, data: bytes) -> None:
        names = self._columns[run_id, stream]
        values = np.frombuffer(data, "<f4").reshape(columns, -1)
        count = values.shape[1]
        self._database.submit(
            lambda c: run_store.insert_chunk(c, run_id, stream, first, count, data),
            lambda result: self._tell(result, self._told.on_rows, run_id, stream, first, names, values),
        )

    def event(self, run_id: str, event: dict[str, Any]) -> None:
        if event["event"] == "columns":
            stream, columns = event["stream"], tuple(event["columns"])
            self._columns[run_id, stream] = columns
            self._database.submit(
                lambda c: run_store.insert_stream(c, run_id, stream, columns),
                lambda result: self._tell(result, _nothing),
            )
        else:
            self._after_all(self._told.on_event, run_id, event)

    def exited(self, run_id: str, reason: str | None) -> None:
        for stream in STREAMS:
            self._columns.pop((run_id, stream), None)
        self._after_all(self._told.on_exit, run_id, reason)

    def _after_all(self, callback: Any, *arguments: Any) -> None:
        """Call back in the loop once everything that was submitted before is committed."""
        self._database.submit(_nothing, lambda result: self._tell(result, callback, *arguments))

    def _tell(self, result: Any, callback: Any, *arguments: Any) -> None:
        if isinstance(result, LabError):
            log.error("rows were not stored: %s", result)  # only at shutdown with a broken disk
            return
        if isinstance(result, Exception):
            log.error("a write was refused", exc_info=result)
            return
        with contextlib.suppress(RuntimeError):  # the loop is closed: the server is gone
            self._loop.call_soon_threadsafe(callback, *arguments)


def _nothing(*_: Any) -> None:
    """An operation that only takes its place in the order."""
