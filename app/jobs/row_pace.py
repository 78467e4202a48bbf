"""The pace of rows: a training that no viewer shows sends its rows less often, which costs the lab less."""

from __future__ import annotations

from collections.abc import Collection

from app.jobs.executor import Executor
from app.jobs.messages import Watch
from app.live.hub import Hub


class RowPace:
    """Lives in the event loop. A worker begins as if a viewer showed its training.

    Args:
        with_worker: the ids of the trainings that have a worker.
    """

    def __init__(self, hub: Hub, executor: Executor, with_worker: Collection[str]) -> None:
        self._hub = hub
        self._executor = executor
        self._with_worker = with_worker
        #: the trainings whose workers know that no viewer shows them
        self._unwatched: set[str] = set()

    def update(self) -> None:
        """Inform each worker if a viewer shows its training now, or no viewer does any more."""
        for training_id in self._with_worker:
            is_watched = self._hub.is_watched(training_id)
            if is_watched != (training_id in self._unwatched):
                continue
            self._executor.send(training_id, Watch(is_watched))
            if is_watched:
                self._unwatched.remove(training_id)
            else:
                self._unwatched.add(training_id)

    def forget(self, training_id: str) -> None:
        """A worker has ended."""
        self._unwatched.discard(training_id)
