"""Throttle: a state that changes many times a second is published some times a second."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Throttle:
    """Calls a function at once, and then at most every so many seconds; after the last wish it is called once more.
    Lives in the event loop."""

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
        self._call()
        self._again = False
        asyncio.get_running_loop().call_later(self._seconds, self._end)

    def _end(self) -> None:
        again, self._again = self._again, None
        if again:
            self()
