"""The places where trainings run: gives each that is free to the training that waits longest."""

from __future__ import annotations

import time
from collections.abc import Callable

from app.jobs.assignment import job_of
from app.jobs.executor import Executor
from app.jobs.messages import Resume
from app.jobs.queue import Queue
from app.jobs.register import Register
from app.live.hub import Hub
from app.settings import Settings
from app.trainings import Status, Training


class Places:
    """Lives in the event loop.

    Attributes:
        queue: the trainings that wait for a place.
        with_worker: the ids of trainings that have a worker; a paused one may keep its worker without a place.
        cancelling: the ids of those whose worker was asked to cancel.
        closing: whether no training is started any more.
    """

    def __init__(
        self,
        settings: Settings,
        register: Register,
        hub: Hub,
        executor: Executor,
        on_change: Callable[[], None],
    ) -> None:
        """`on_change`: called when a place or the queue may have changed."""
        self._settings = settings
        self._register = register
        self._hub = hub
        self._executor = executor
        self._on_change = on_change
        self.queue = Queue(settings.max_queued)
        self.with_worker: set[str] = set()
        self.cancelling: set[str] = set()
        self.closing = False

    @property
    def busy(self) -> int:
        """Places taken: trainings that run now, and deleted ones whose worker has not ended yet."""
        trainings = [self._register.find(training_id) for training_id in self.with_worker]
        return sum(training is None or training.status is Status.RUNNING for training in trainings)

    def fill(self) -> None:
        """Give free places to the trainings that wait, the first first."""
        while self.queue and self.busy < self._settings.workers and not self.closing:
            training = self._register.find(self.queue.take())
            if training is None:
                continue  # deleted
            if training.id in self.with_worker:  # it was paused and keeps its worker
                self._executor.send(training.id, Resume())
            else:
                self.start(training)
            self._register.move(training, Status.RUNNING)
        self._on_change()

    def start(self, training: Training, *, paused: bool = False, steps: int = 0) -> None:
        """Give a training a worker.

        Args:
            paused: whether it pauses again, and so takes no place; after `steps` iterations.
        """
        training.started_at = training.started_at or time.time()
        self.with_worker.add(training.id)
        self._executor.start(
            training.id,
            job_of(
                training,
                self._settings,
                stored=self._hub.recorded(training.id, "train"),
                paused=paused,
                steps=steps,
            ),
        )
