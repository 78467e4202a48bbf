"""Long work in threads, but few of them, so that the event loop keeps running.

Python runs one thread at a time and switches after a while (`app.commands.serve.SWITCH_SECONDS`) at the earliest. With
twenty busy threads the event loop, which sends all curves, would wait twenty times as long for each turn.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from typing import ParamSpec, TypeVar

T = TypeVar("T")
P = ParamSpec("P")

_few = asyncio.Semaphore(2)


async def in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run `work` in a thread when one of the few is free, and return its result."""
    async with _few:
        return await asyncio.to_thread(_call, partial(work, *args, **kwargs))


def _call(work: Callable[[], T]) -> T:
    try:
        return work()
    except StopIteration as error:  # a future takes none: whoever waits for it would wait for ever
        raise RuntimeError("the work raised StopIteration") from error


async def in_pieces(pieces: Iterator[T]) -> AsyncIterator[T]:
    """The same pieces, each made in a thread; between two pieces, other work can take the thread."""
    end = object()
    while (piece := await in_thread(next, pieces, end)) is not end:
        yield piece  # type: ignore[misc]
