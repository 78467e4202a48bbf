"""The queue: the trainings that wait for a place, in their order."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from app.errors import QueueFull
from engine.reasons import Reason


class Queue:
    """Ids of trainings, the next one first. Lives in the event loop."""

    def __init__(self, most: int) -> None:
        """`most`: how many may be launched or forked into it; those that lost their worker come back beyond it."""
        self._most = most
        self._waiting: deque[str] = deque()

    def __len__(self) -> int:
        return len(self._waiting)

    def __contains__(self, training_id: str) -> bool:
        return training_id in self._waiting

    def demand_places(self, trainings: int) -> None:
        """Refuse trainings for which there is no place.

        Raises:
            QueueFull: with how many wait, and the bound.
        """
        queued, most = len(self), self._most
        if trainings and queued + trainings > most:
            message = f"{queued} runs are waiting and at most {most} may; try again when some have finished"
            raise QueueFull(Reason("queue_full", message, queued=queued, most=most))

    def add(self, training_ids: Iterable[str]) -> None:
        """Let these wait behind the others, once each."""
        self._waiting.extend(one for one in training_ids if one not in self._waiting)

    def add_first(self, training_id: str) -> None:
        self._waiting.appendleft(training_id)

    def add_after(self, training_id: str, other_id: str) -> None:
        """Let a training wait behind another one, or as the first if that one does not wait."""
        place = self._waiting.index(other_id) + 1 if other_id in self._waiting else 0
        self._waiting.insert(place, training_id)

    def take(self) -> str:
        """The next one, which does not wait any more."""
        return self._waiting.popleft()

    def remove(self, training_id: str) -> None:
        """Let a training wait no more, if it does."""
        if training_id in self._waiting:
            self._waiting.remove(training_id)
