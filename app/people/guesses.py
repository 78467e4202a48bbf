"""Guesses: how often a wrong code may be tried. They count for the code, not for an address: a whole school may have
the same address."""

from __future__ import annotations

import time
from collections.abc import Callable

#: Wrong codes that cost nothing: a class that mistypes.
FREE = 30
#: A wrong code is forgotten after so long.
FORGOTTEN_SECONDS = 10.0
#: The pause doubles with so many more wrong codes, up to a bound.
DOUBLES_EVERY = 5
LONGEST_PAUSE = 30.0
#: More wrong codes than these make the pause no longer.
COUNTED = FREE + 5 * DOUBLES_EVERY


class Guesses:
    """Wrong guesses of one code. After too many, nobody can try for some seconds, which grow with each wrong guess: a
    right one must not get through where wrong ones are refused, or guessing would cost nothing."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._wrong = 0.0
        self._counted = clock()
        self._closed_until = 0.0

    def pause(self) -> float:
        """Seconds until the next guess is taken; 0: it is taken now."""
        return max(0.0, self._closed_until - self._clock())

    def note_wrong(self) -> None:
        """A guess was wrong."""
        now = self._clock()
        self._wrong = max(0.0, self._wrong - (now - self._counted) / FORGOTTEN_SECONDS) + 1
        self._wrong = min(self._wrong, COUNTED)
        self._counted = now
        beyond = self._wrong - FREE
        if beyond > 0:
            self._closed_until = now + min(LONGEST_PAUSE, 2 ** (beyond / DOUBLES_EVERY))
