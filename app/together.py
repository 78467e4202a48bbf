"""Together: what many ask for at the same moment is stored at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

#: The most wishes of one group; the others are the next ones.
MAX_GROUP = 100

W = TypeVar("W")
R = TypeVar("R")


class Together(Generic[W, R]):
    """Fulfils wishes in groups. Those that come while a group is being stored are the next group: so a class that asks
    within a second waits for a few transactions, and not for one after the other. Lives in the event loop.

    Args:
        order: held while a group is fulfilled.
        fulfil: the result of each wish, or why it is refused.
    """

    def __init__(
        self, order: asyncio.Lock, fulfil: Callable[[list[W]], Awaitable[list[R | Exception]]]
    ) -> None:
        self._order = order
        self._fulfil = fulfil
        self._waiting: list[tuple[W, asyncio.Future[R]]] = []

    async def ask(self, wish: W) -> R:
        """The result of a wish, or its refusal."""
        result: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((wish, result))
        async with self._order:
            while not result.done():
                await self._fulfil_group()
        return await result

    async def _fulfil_group(self) -> None:
        group, self._waiting = self._waiting[:MAX_GROUP], self._waiting[MAX_GROUP:]
        try:
            results = await self._fulfil([wish for wish, _ in group])
        except Exception as error:
            results = [error] * len(group)
        except BaseException:  # the server ends
            for _, future in group:
                future.cancel()
            raise
        for (_, future), result in zip(group, results, strict=True):
            if future.done():
                continue  # whoever asked has gone
            if isinstance(result, Exception):
                future.set_exception(result)
            else:
                future.set_result(result)
