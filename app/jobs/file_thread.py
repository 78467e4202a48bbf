"""A thread that works on files for the event loop. A process that ends does not wait for it: a store may be out of
reach."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class FileThread:
    """Does one work after the other. Its queue takes all works: whoever gives them bounds their number."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._queue: queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    async def run(self, work: Callable[[], T]) -> T:
        """The result of `work`, which begins after all that was given before. If the caller is cancelled until then, it
        is left out."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name=self._name, daemon=True)
            self._thread.start()
        future: Future[T] = Future()
        self._queue.put((future, work))
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """Leave out what has not begun. What has goes on to its end, or to that of the process."""
        with contextlib.suppress(queue.Empty):
            while (given := self._queue.get_nowait()) is not None:
                given[0].cancel()
        self._queue.put(None)

    def _work(self) -> None:
        while (given := self._queue.get()) is not None:
            future, work = given
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(work())
                except Exception as error:
                    future.set_exception(error)
