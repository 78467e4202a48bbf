"""Waits: the place of each waiting training in the queue, and in how many seconds it starts about."""

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
from app.trainings import Training

#: The first of the queue whose places are known, and how many owners these may have; the others wait without one.
KNOWN = 2000
KNOWN_OWNERS = 20_000
#: The most runs whose places are published at a time; the nearest to their start first.
PUBLISHED_RUNS = 32
#: Computing the places takes at most one thirtieth of the time.
SHARE = 30
#: A training in parts; whole numbers, so that taking away what was added leaves nothing.
WHOLE = 1_000_000
#: (bound, multiple): a time up to the bound is rounded up to a multiple; both in seconds.
STEPS = ((10, 1), (60, 5), (300, 15), (3600, 60), (math.inf, 300))


def expected_starts(
    queue: Queue,
    running: Iterable[tuple[float, Sequence[Owner]]],
    workers: int,
    seconds: Callable[[str], float],
    *,
    max_running: Callable[[Owner], float] = lambda owner: math.inf,
) -> list[tuple[str, float]]:
    """The first trainings of a queue in the order in which they will start, with the seconds until then.

    Args:
        running: those that train: seconds until each leaves its place, and its owners.
        seconds: how long a training will hold its place.
        max_running: how many trainings of an owner may run at the same time.
    """
    rest = queue.copy()
    parts = Parts()
    ends: list[tuple[float, int, Sequence[Owner]]] = []
    numbers = itertools.count()
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
            while (
                ends and ends[0][0] == now
            ):  # those that end together all leave their places before one is taken
                _, _, owners = heapq.heappop(ends)
                parts.end(owners)
                free += 1
        else:
            break
    return starts


class Parts:
    """How much of the running trainings is each owner's: one that several waited for counts in equal parts."""

    def __init__(self, running: Iterable[Sequence[Owner]] = ()) -> None:
        self._parts: Counter[Owner] = Counter()
        for owners in running:
            self.begin(owners)

    def leave_room(self, owner: Owner, max_running: float) -> bool:
        """Whether an owner may have one more."""
        return self._parts[owner] < max_running * WHOLE

    def begin(self, owners: Sequence[Owner]) -> None:
        for owner in owners:
            self._parts[owner] += WHOLE // len(owners)

    def end(self, owners: Sequence[Owner]) -> None:
        for owner in owners:
            self._parts[owner] -= WHOLE // len(owners)


def rounded_up(seconds: float) -> int:
    """Seconds as they are shown: the farther away, the coarser, and never too few."""
    step = next(step for most, step in STEPS if seconds <= most)
    return math.ceil(seconds / step) * step


def worth_showing(wait: Wait) -> tuple[int, int | None]:
    """What must change of a wait before it is published again: a place far behind is known roughly."""
    return rounded_up(wait["ahead"]), wait["seconds"]


class Waits:
    """Gives the runs that wait their places, and publishes those that have changed. Lives in the event loop.

    Attributes:
        starts: the trainings that wait, in their order, with the seconds until each starts, as they were computed last.
    """

    def __init__(self, register: Register, starts: Callable[[], list[tuple[str, float]]]) -> None:
        """`starts`: as of `expected_starts`."""
        self._register = register
        self._compute_starts = starts
        self.starts: list[tuple[str, float]] = []
        self._waiting: list[Training] = []
        self._published: dict[str, tuple[int, int | None]] = {}  # by run
        self._due: deque[Run] = deque()
        self._next = 0.0

    def publish_due(self) -> None:
        """Compute the places again, unless that was done a moment ago, and publish some of those that have changed."""
        begun = time.monotonic()
        if begun >= self._next:
            self._compute()
            self._next = begun + SHARE * (time.monotonic() - begun)
        due = [self._due.popleft() for _ in range(min(PUBLISHED_RUNS, len(self._due)))]
        self._register.publish_settled(due)
        self._published.update((run.id, worth_showing(wait)) for run in due if (wait := run.training.wait))

    def _compute(self) -> None:
        for one in self._waiting:
            one.wait = None
        self._waiting = []
        before, self._published = self._published, {}
        self._due.clear()
        self.starts = self._compute_starts()
        for ahead, (training_id, start) in enumerate(self.starts):
            if (training := self._register.find(training_id)) is None:
                continue
            training.wait = {"ahead": ahead, "seconds": rounded_up(start) if math.isfinite(start) else None}
            self._waiting.append(training)
            shown = worth_showing(training.wait)
            for run in self._register.runs_of(training):
                if run.id in before:
                    self._published[run.id] = before[run.id]
                if before.get(run.id) != shown:
                    self._due.append(run)
