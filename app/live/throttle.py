"""Throttle: a state that changes many times a second is published less often, also where publishing takes long."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

#: Calls take at most one hundredth of the time: what goes to 300 pages takes some milliseconds.
SHARE = 100


class Throttle:
    """Calls a function at once, and then at most once in `seconds`, less often where it takes long; after the last
    wish it is called once more. Lives in the event loop."""

    def __init__(self, seconds: float, call: Callable[[], None]) -> None:
        self._seconds = seconds
        self._call = call
        self._again: bool | None = (
            None  # whether it is to be called when the pause is over; None: there is no pause
        )

    def __call__(self) -> None:
        if self._again is not None:
            self._again = True
            return
        begun = time.thread_time()
        self._call()
        self._again = False
        pause = max(self._seconds, SHARE * (time.thread_time() - begun))
        asyncio.get_running_loop().call_later(pause, self._end)

    def _end(self) -> None:
        again, self._again = self._again, None
        if again:
            self()
