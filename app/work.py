"""Long work beside the event loop: in threads, and few of them.

Python runs one thread at a time and lets the next one begin after 5 ms at the earliest: with twenty that all have
something to compute, the event loop, and with it everybody's curves, would wait a tenth of a second for each turn.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import ParamSpec, TypeVar

T = TypeVar("T")
P = ParamSpec("P")

_few = asyncio.Semaphore(2)


async def beside(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What `work` returns, run in a thread when its turn has come."""
    async with _few:
        return await asyncio.to_thread(work, *args, **kwargs)


async def in_pieces(pieces: Iterator[T]) -> AsyncIterator[T]:
    """The same pieces, each made beside the event loop; between two of them, others have their turn."""
    end = object()
    while (piece := await beside(next, pieces, end)) is not end:
        yield piece  # type: ignore[misc]
