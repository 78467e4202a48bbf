"""The order by hand: the trainings that the teacher has moved in the queue. It outlives a restart.

A move is stored first, and made in the queue after that. The list of moved trainings also changes when one of them
starts, is cancelled or loses its worker; those changes are stored at the scheduler's next tick.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from app.errors import LabError, NotFound, StoreDamaged
from app.jobs.queue import OutOfTurn, Queue
from app.jobs.register import Register
from app.storage import queue_store
from app.storage.database import Database


class OrderByHand:
    """Moves trainings in the queue, and stores the order. Lives in the event loop."""

    def __init__(self, register: Register, queue: Queue, database: Database) -> None:
        self._register = register
        self._queue = queue
        self._database = database
        self._stored: list[OutOfTurn] = []
        self._can_store = True
        # held while a move is stored and made: one at a time
        self._lock = asyncio.Lock()
        self._storing: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Restore the order that the last server stored, without trainings that do not wait any more."""
        try:
            self._stored = await self._database.read(queue_store.load)
        except StoreDamaged:  # it is logged; the lab can do without a stored order
            self._can_store = False
        self._queue.restore(self._stored)

    async def close(self) -> None:
        """Store the order as it is now."""
        if self._storing is not None:
            await self._storing
        await self._store_now()

    async def put_first(self, training_id: str) -> None:
        """Let a training start before all others that wait. Nothing changes if it has started meanwhile.

        Raises:
            NotFound: there is no such training.
            StoreUnavailable: the disk accepts no writes now; the order stays as it was.
        """
        self._require_training(training_id, field="training")
        await self._store_and_move(lambda queue: queue.move_first(training_id))

    async def put_behind(self, training_id: str, other_id: str) -> None:
        """Let a training start right after another one, or before all others if the other one does not wait any more.

        If the training has started already, nothing changes.

        Raises:
            NotFound: there is no such training.
            StoreUnavailable: the disk accepts no writes now; the order stays as it was.
        """
        self._require_training(training_id, field="training")
        self._require_training(other_id, field="behind")
        await self._store_and_move(lambda queue: queue.move_behind(training_id, other_id))

    def store_changes(self) -> None:
        """Begin to store the order if it is another than the stored one, without a move."""
        if (self._storing is None or self._storing.done()) and self._queue.out_of_turn() != self._stored:
            self._storing = asyncio.create_task(self._store_now())

    def _require_training(self, training_id: str, *, field: str) -> None:
        if self._register.find(training_id) is None:
            raise NotFound(f"there is no training {training_id!r}", field=field)

    async def _store_and_move(self, move: Callable[[Queue], None]) -> None:
        async with self._lock:
            # made on a copy to know what to store, and then in the queue, which may have changed meanwhile
            copy = self._queue.copy()
            move(copy)
            await self._store(copy.out_of_turn())
            move(self._queue)

    async def _store_now(self) -> None:
        async with self._lock:
            moved = self._queue.out_of_turn()
            if moved != self._stored:
                # if the disk accepts no writes now, the next tick tries again
                with contextlib.suppress(LabError):
                    await self._store(moved)

    async def _store(self, moved: list[OutOfTurn]) -> None:
        if self._can_store:
            await self._database.write(lambda c: queue_store.replace(c, moved))
        self._stored = moved
