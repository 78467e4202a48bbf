"""Spacing: which moments of a training are kept, so that from one of them it is never far to any other."""

from __future__ import annotations

import math


class Spacing:
    """Every √n-th moment of n, so that there are as many of them as iterations from one to the next. Where they become
    too many bytes, every second one goes, as often as it takes: those that are too near to the one before.

    Attributes:
        every: iterations from one kept moment to the next.
    """

    def __init__(self, iterations: int, most_bytes: int) -> None:
        self.every = max(1, math.isqrt(iterations))
        self._most_bytes = most_bytes
        self._bytes: dict[int, int] = {}

    def after(self, iteration: int) -> int:
        """The next moment to be kept."""
        place = iteration + self.every - iteration % self.every
        last = max((kept for kept in self._bytes if kept <= iteration), default=0)
        return place if place - last >= self.every else place + self.every

    def add(self, iteration: int, size: int) -> list[int]:
        """Keep a moment that takes `size` bytes; returns those that go for it, which it may be itself."""
        self._bytes[iteration] = size
        gone: list[int] = []
        while sum(self._bytes.values()) > self._most_bytes:
            self.every *= 2
            last = 0
            for place in sorted(self._bytes):
                if place - last < self.every:
                    gone.append(place)
                    del self._bytes[place]
                else:
                    last = place
        return gone
