"""Places: how many trainings run at a time, and which one that waits gets the next free place."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from app.jobs.assignment import job_of
from app.jobs.executor import Executor
from app.jobs.messages import Resume
from app.jobs.queue import ANYBODY, Level, Owner, Owners, Queue
from app.jobs.register import Register
from app.jobs.sharing import SHAREABLE
from app.jobs.speed import Speed
from app.jobs.waits import KNOWN, RunningShares, expected_starts
from app.live.hub import Hub
from app.people.allowance import Allowance, Cost
from app.settings import Settings
from app.trainings import Status, Training
from engine.summary import Summary


class Places:
    """The places of the lab, and which trainings have one. Lives in the event loop.

    Attributes:
        queue: the trainings that wait for a place.
        speed: how long trainings hold their places.
        with_worker: the ids of trainings that have a worker; a paused one may keep its worker without a place.
        cancelling: the ids of those whose worker was asked to cancel.
        closing: whether no training is started any more.
        halted: whether none is started now, as the teacher moves all that train together; see `app.jobs.stepping`.
    """

    def __init__(
        self,
        settings: Settings,
        register: Register,
        hub: Hub,
        executor: Executor,
        allowance: Allowance,
        on_change: Callable[[], None],
    ) -> None:
        """`on_change`: called when a place or the queue may have changed."""
        self._settings = settings
        self._register = register
        self._hub = hub
        self._executor = executor
        self._allowance = allowance
        self._on_change = on_change
        self.queue = Queue(settings.max_queued, self._expected)
        self.speed = Speed()
        self._held: dict[str, tuple[float, float]] = {}  # since when; how long it had trained then
        self.with_worker: set[str] = set()
        self.cancelling: set[str] = set()
        self.closing = self.halted = False

    @property
    def count(self) -> int:
        """The number of places: on a cluster as many as its workers have now."""
        count = self._executor.places
        return self._settings.workers if count is None else count

    @property
    def busy(self) -> int:
        """Places taken: trainings that run now, and deleted ones whose worker has not ended yet."""
        trainings = [self._register.find(training_id) for training_id in self.with_worker]
        return sum(training is None or training.status is Status.RUNNING for training in trainings)

    def owners(self, training: Training) -> Owners:
        """Those who wait for a training: the owners of the runs that show it."""
        owners: dict[Owner, Level] = {}
        sight, again = self._register.sight, self._is_again(training)
        for run in self._register.runs_of(training):
            owner = sight.payer(run.owner)
            level = Level.FIRST if sight.comes_first(run, again=again) else Level.CLASS
            owners[owner] = min(level, owners.get(owner, level))
        return owners or ANYBODY  # its last run may be deleted in this moment

    def _is_again(self, training: Training) -> bool:
        """Whether an older training computes the same, or this one was changed by hand, or is about to be."""
        if training.fingerprint is None or training.annotations or training.wanted:
            return True
        alike = self._register.alike(training.fingerprint)
        return next((other for other in alike if other.status in SHAREABLE), training) is not training

    def cost(self, summary: Summary, training: Training) -> Cost:
        """What a new training will cost on this machine."""
        return Cost(training.iterations, summary.parameters, summary.memory_bytes, self.speed.left(training))

    def demand(self, owner: Owner, more: int, *, beside: int = 0, own: int = 0) -> None:
        """Refuse new trainings if the queue has no places for them, or their owner no allowance.

        Args:
            more: the number of new trainings.
            beside: the number of other trainings that are about to be queued at the same time.
            own: how many of these others have the same owner.

        Raises:
            QueueFull, Conflict: with how many wait, and the bound.
        """
        self._allowance.demand_queued(owner, self.queue.waits_for(owner) + own, more)
        if more:
            self.queue.demand_places(beside + more)

    def let_wait(self, training: Training) -> None:
        """Put a queued training into the queue, after the others of its owners; called again when its owners change."""
        if training.status is Status.QUEUED:
            self.queue.add(training.id, self.owners(training))

    def let_all_wait(self) -> None:
        """What the teacher shows has changed: others come first now."""
        for training in self._register.trainings:
            if training.id in self.queue:
                self.let_wait(training)

    def fill(self) -> None:
        """Give free places to the trainings that wait, in their turns."""
        while self.busy < self.count and not (self.closing or self.halted):
            training_id = self.queue.take(self._may_run)
            if training_id is None:
                break
            training = self._register.find(training_id)
            if training is None:
                self.queue.settle(training_id, 0.0)
                continue  # deleted
            self._held[training_id] = (time.monotonic(), training.seconds)
            if training.id in self.with_worker:  # it was paused and keeps its worker
                self._executor.send(training.id, Resume())
            else:
                self.start(training)
            self._register.move(training, Status.RUNNING)
        if not self.queue and not self.busy:
            self.queue.rest()
        self._on_change()

    def _may_run(self, owner: Owner) -> bool:
        max_running = self._allowance.max_running(owner)
        return max_running >= self.count or RunningShares(map(self.queue.payers, self._held)).leave_room(
            owner, max_running
        )

    def leave(self, training_id: str) -> None:
        """A training gives its place back, if it has one. The time for which it had the place counts for its owners."""
        if training_id not in self._held:
            return
        since, trained = self._held.pop(training_id)
        held = time.monotonic() - since
        self.queue.settle(training_id, held)
        training = self._register.find(training_id)
        if training is not None:
            self.speed.measure(training)
            self.speed.measure_extra(held - (training.seconds - trained))

    def expected_starts(self) -> list[tuple[str, float]]:
        """The trainings that wait, the next one first, with about how many seconds pass until each starts."""
        if self.halted:  # until the teacher lets all go on
            return [(training_id, math.inf) for training_id in self.queue.order()[:KNOWN]]
        running = []
        for training_id in self.with_worker if self.queue else ():
            training = self._register.find(training_id)
            if training is None:
                running.append((0.0, self.queue.payers(training_id)))
            elif training.status is Status.RUNNING:
                self.speed.measure(training)
                running.append((self.speed.left(training), self.queue.payers(training_id)))
        return expected_starts(
            self.queue, running, self.count, self._left, max_running=self._allowance.max_running
        )

    def _left(self, training_id: str) -> float:
        training = self._register.find(training_id)
        return 0.0 if training is None else self.speed.left(training)

    def _expected(self, training_id: str) -> float:
        """What the owners of a training are charged at its start."""
        left = self._left(training_id)
        return left if math.isfinite(left) else 1.0

    def start(self, training: Training, *, paused: bool = False, steps: int = 0) -> None:
        """Give a training a worker.

        Args:
            paused: whether it pauses again, after `steps` iterations, and so takes no place.
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
