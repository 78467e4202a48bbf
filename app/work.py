"""Long work in threads, but few of them, so that the event loop keeps running.

Python runs one thread at a time and switches after a while (`app.commands.serve.SWITCH_SECONDS`) at the earliest. With
twenty busy threads the event loop, which sends all curves, would wait twenty times as long for each turn.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from typing import BinaryIO, ParamSpec, TypeVar

T = TypeVar("T")
P = ParamSpec("P")

#: Bytes that are written at a time.
PART = 1 << 20

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


async def write_parts(parts: AsyncIterator[bytes], file: BinaryIO, demand: Callable[[int], None]) -> None:
    """Write bytes into a file as they come.

    Args:
        demand: is called with the number of bytes of each part before the part is written, and raises to refuse it.
    """
    waiting = bytearray()
    async for part in parts:
        demand(len(part))
        waiting += part
        if len(waiting) >= PART:
            await asyncio.to_thread(file.write, bytes(waiting))
            waiting.clear()
    await asyncio.to_thread(file.write, bytes(waiting))
