"""The order by hand: what the teacher moves in the queue, and how that outlives a restart. Lives in the event loop.

An order is stored first, and then made. What waits out of turn also changes by itself, as trainings start, are
cancelled or lose their workers: that is stored with the next tick of the scheduler.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from app.errors import LabError, NotFound
from app.jobs.queue import OutOfTurn, Queue
from app.jobs.register import Register
from app.storage import queue_store
from app.storage.database import Database


class OrderByHand:
    """Moves trainings that wait, as the teacher says."""

    def __init__(self, register: Register, queue: Queue, database: Database) -> None:
        self._register = register
        self._queue = queue
        self._database = database
        self._stored: list[OutOfTurn] = []
        # held while an order is stored and made, so that none is made upon an older one
        self._order = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Make the order of the last server again, of the trainings that wait now."""
        self._stored = await self._database.read(queue_store.load)
        self._queue.restore(self._stored)

    async def close(self) -> None:
        """Store the order as it is now."""
        if self._task is not None:
            await self._task
        await self._store_now()

    async def put_first(self, training_id: str) -> None:
        """Let a training start before all that wait, unless it has started meanwhile.

        Raises:
            NotFound: there is no such training.
            StoreUnavailable: the disk accepts no writes now; the order stays as it was.
        """
        self._demand(training_id, field="training")
        await self._make(lambda queue: queue.move_first(training_id))

    async def put_behind(self, training_id: str, other_id: str) -> None:
        """Let a training start right after another one that waits, or first where that waits no more; one that has
        started meanwhile stays as it is.

        Raises:
            NotFound: there is no such training.
            StoreUnavailable: the disk accepts no writes now; the order stays as it was.
        """
        self._demand(training_id, field="training")
        self._demand(other_id, field="behind")
        await self._make(lambda queue: queue.move_behind(training_id, other_id))

    def store_changes(self) -> None:
        """Begin to store the order, where it has changed by itself."""
        if (self._task is None or self._task.done()) and self._queue.out_of_turn() != self._stored:
            self._task = asyncio.create_task(self._store_now())

    def _demand(self, training_id: str, *, field: str) -> None:
        if self._register.find(training_id) is None:
            raise NotFound(f"there is no training {training_id!r}", field=field)

    async def _make(self, move: Callable[[Queue], None]) -> None:
        async with self._order:
            planned = self._queue.copy()
            move(planned)
            await self._store(planned.out_of_turn())
            move(self._queue)

    async def _store_now(self) -> None:
        async with self._order:
            places = self._queue.out_of_turn()
            if places != self._stored:
                with contextlib.suppress(LabError):  # a disk that takes no writes now: with the next tick
                    await self._store(places)

    async def _store(self, places: list[OutOfTurn]) -> None:
        await self._database.write(lambda c: queue_store.replace(c, places))
        self._stored = places
