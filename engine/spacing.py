"""Spacing: which moments of a training are kept, so that from one of them it is never far to any other."""

from __future__ import annotations

import math


class Spacing:
    """Every √n-th moment of n, so that there are as many of them as iterations from one to the next. Where they become
    too many bytes, every second one goes, as often as it takes.

    Attributes:
        every: iterations from one kept moment to the next.
    """

    def __init__(self, iterations: int, most_bytes: int) -> None:
        self.every = max(1, math.isqrt(iterations))
        self._most_bytes = most_bytes
        self._bytes: dict[int, int] = {}

    def after(self, iteration: int) -> int:
        """The next moment to be kept."""
        return iteration + self.every - iteration % self.every

    def add(self, iteration: int, size: int) -> list[int]:
        """Keep a moment that takes `size` bytes; returns those that go for it, which it may be itself."""
        self._bytes[iteration] = size
        gone: list[int] = []
        while sum(self._bytes.values()) > self._most_bytes:
            self.every *= 2
            gone += [place for place in self._bytes if place % self.every]
            self._bytes = {place: held for place, held in self._bytes.items() if place % self.every == 0}
        return gone
