"""Waits: how many trainings start before each one in the queue, and an estimate of the seconds until it starts."""

from __future__ import annotations

import heapq
import itertools
import math
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence

from app.answers.runs import Wait
from app.jobs.queue import Owner, Queue
from app.jobs.register import Register
from app.runs import Run
from app.trainings import Status, Training

#: Waits are computed for at most this many trainings at the head of the queue, with at most this many owners together.
#: The others have none.
KNOWN = 2000
KNOWN_OWNERS = 20_000
#: At most this many runs are published at a time; those that start soonest come first.
PUBLISHED_RUNS = 32
#: After a computation of all waits, the next one begins only after this many times its duration.
SHARE = 30
#: How many parts one running training has; its owners share them equally. The number can be divided by every number of
#: owners up to 60. With fractions, the sum would not come back to exactly 0; with rounded parts, an owner would have
#: room for one training too many.
PARTS = math.lcm(*range(1, 61))
#: (bound, step), in seconds: a time up to the bound is rounded up to a multiple of the step.
STEPS = ((10, 1), (60, 5), (300, 15), (3600, 60), (math.inf, 300))


def expected_starts(
    queue: Queue,
    running: Iterable[tuple[float, Sequence[Owner]]],
    workers: int,
    seconds: Callable[[str], float],
    *,
    max_running: Callable[[Owner], float] = lambda owner: math.inf,
) -> list[tuple[str, float]]:
    """The order in which the trainings of a queue will start, and the seconds until each starts.

    Plays the queue forward: whenever a running training ends, the next one that may start takes its place. Stops after
    `KNOWN` trainings.

    Args:
        running: of each running training, the seconds until it ends, and its owners.
        workers: how many trainings run at the same time.
        seconds: how long a waiting training will run.
        max_running: how many trainings of an owner may run at the same time.
    """
    rest = queue.copy()
    parts = RunningShares()
    ends: list[tuple[float, int, Sequence[Owner]]] = []
    numbers = itertools.count()  # decide between equal times, as owners cannot be compared
    for left, owners in running:
        parts.begin(owners)
        heapq.heappush(ends, (left, next(numbers), owners))
    free, now = workers - len(ends), 0.0
    starts: list[tuple[str, float]] = []
    known_owners = 0
    while len(starts) < KNOWN and known_owners < KNOWN_OWNERS:
        training_id = (
            rest.take(lambda owner: parts.leave_room(owner, max_running(owner))) if free > 0 else None
        )
        if training_id is not None:
            starts.append((training_id, now))
            owners = rest.payers(training_id)
            known_owners += len(owners)
            parts.begin(owners)
            heapq.heappush(ends, (now + seconds(training_id), next(numbers), owners))
            free -= 1
        elif ends:
            now = ends[0][0]
            # those that end together all leave their places before one is taken
            while ends and ends[0][0] == now:
                _, _, owners = heapq.heappop(ends)
                parts.end(owners)
                free += 1
        else:  # no place comes free: none is known, or owners may have no more
            starts += [(training_id, math.inf) for training_id in rest.order()[: KNOWN - len(starts)]]
            break
    return starts


class RunningShares:
    """How many of the running trainings each owner has. One with several owners counts in equal parts for each."""

    def __init__(self, running: Iterable[Sequence[Owner]] = ()) -> None:
        self._parts: Counter[Owner] = Counter()
        for owners in running:
            self.begin(owners)

    def leave_room(self, owner: Owner, max_running: float) -> bool:
        """Whether an owner who may have `max_running` trainings may have one more."""
        return self._parts[owner] < max_running * PARTS

    def begin(self, owners: Sequence[Owner]) -> None:
        for owner in owners:
            self._parts[owner] += PARTS // len(owners)

    def end(self, owners: Sequence[Owner]) -> None:
        for owner in owners:
            self._parts[owner] -= PARTS // len(owners)


def rounded_up(seconds: float) -> int:
    """Seconds as they are shown: rounded up, the longer the coarser."""
    step = next(step for bound, step in STEPS if seconds <= bound)
    return math.ceil(seconds / step) * step


def rounded_wait(wait: Wait) -> tuple[int, int | None]:
    """The place, rounded up as seconds are, and the seconds. A run is published again only when these have changed, so
    one far behind is rarely published."""
    return rounded_up(wait["ahead"]), wait["seconds"]


class Waits:
    """Sets the waits of trainings, and publishes the runs whose wait has changed. Lives in the event loop.

    Attributes:
        starts: the last result of `expected_starts`.
    """

    def __init__(self, register: Register, compute_starts: Callable[[], list[tuple[str, float]]]) -> None:
        """`compute_starts`: computes `expected_starts` for the queue as it is now."""
        self._register = register
        self._compute_starts = compute_starts
        self.starts: list[tuple[str, float]] = []
        self._waiting: list[Training] = []
        self._published: dict[str, tuple[int, int | None]] = {}  # run → the rounded wait that viewers have
        self._due: deque[Run] = deque()
        self._next_at = 0.0

    def publish_due(self) -> None:
        """Compute the waits again, unless that was done a moment ago, and publish some of those that have changed."""
        begun = time.monotonic()
        if begun >= self._next_at:
            self._compute()
            self._next_at = begun + SHARE * (time.monotonic() - begun)
        due = [self._due.popleft() for _ in range(min(PUBLISHED_RUNS, len(self._due)))]
        self._register.publish_settled(due)
        for run in due:
            if (wait := run.training.wait) is None:
                self._published.pop(run.id, None)
            else:
                self._published[run.id] = rounded_wait(wait)

    def _compute(self) -> None:
        for waited in self._waiting:
            waited.wait = None
        self._waiting = []
        before, self._published = self._published, {}
        self._due.clear()
        self.starts = self._compute_starts()
        for ahead, (training_id, start) in enumerate(self.starts):
            training = self._register.find(training_id)
            if training is None:
                continue
            training.wait = {"ahead": ahead, "seconds": rounded_up(start) if math.isfinite(start) else None}
            self._waiting.append(training)
            shown = rounded_wait(training.wait)
            for run in self._register.runs_of(training):
                if run.id in before:
                    self._published[run.id] = before[run.id]
                if before.get(run.id) != shown:
                    self._due.append(run)
        for run_id in before.keys() - self._published.keys():
            lost = self._register.find_run(run_id)
            if lost is not None and lost.training.status is Status.QUEUED:  # its place is not known any more
                self._published[run_id] = before[run_id]
                self._due.append(lost)
