"""Rates: how often one student may ask for what costs the lab much."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from app.people.refusals import TooOften
from engine.reasons import Reason

Action = Literal["launch", "run", "import", "export", "change", "join", "find", "upload", "preview"]


@dataclass(frozen=True, slots=True)
class Rate:
    """Allows a burst of requests, and after it one in each interval of seconds."""

    burst: int
    seconds: float


RATES: dict[Action, Rate] = {
    "launch": Rate(20, 2.0),
    # runs that launches make, also of what is trained already: two of the largest launches at once
    "run": Rate(200, 1.0),
    "import": Rate(5, 20.0),
    "export": Rate(20, 3.0),
    # a page changes many chosen runs with a request for each
    "change": Rate(300, 0.2),
    # finding a learning rate, and measuring a landscape: work that does not wait in the queue of runs
    "find": Rate(10, 6.0),
    # files of own data, and reading one again with other choices: each takes a process some seconds
    "upload": Rate(20, 6.0),
    "preview": Rate(30, 2.0),
    # of all together: a class joins within seconds
    "join": Rate(400, 1.0),
}


class Rates:
    """Each person has a bucket for each action. It is full at first, a request takes one from it, and it fills again
    with time. A person whose buckets are all full is not remembered, so there are never more than have asked within
    some minutes. Lives in the event loop."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        # when the bucket is full again, in order of asking
        self._full_at: dict[tuple[str, Action], float] = {}

    def take(self, person_id: str, action: Action, count: int = 1) -> None:
        """Note that a person does something now, or `count` things at once, all or none; at most `burst`.

        Raises:
            TooOften: with the seconds until it is allowed.
        """
        rate, now = RATES[action], self._clock()
        key = (person_id, action)
        full_at = max(now, self._full_at.pop(key, now))
        wait = full_at - now - (rate.burst - count) * rate.seconds
        if wait > 1e-9:
            self._full_at[key] = full_at
            seconds = math.ceil(wait)
            text = f"that was asked for too often; try again in {seconds} s"
            raise TooOften(
                Reason("too_often", text, seconds=seconds), code="too_often", bounds={"seconds": seconds}
            )
        self._full_at[key] = full_at + count * rate.seconds
        self._forget(now)

    def _forget(self, now: float) -> None:
        """Forget some of the buckets that are full again, those first that were not used for the longest time."""
        for key in list(self._full_at)[:2]:
            if self._full_at[key] <= now:
                del self._full_at[key]
