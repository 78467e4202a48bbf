"""Waiting for other processes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

#: Seconds until a wait fails: long enough for the slowest machine.
TIMEOUT = 120.0


def wait_until(condition: Callable[[], T | None], what: str = "the condition", timeout: float = TIMEOUT) -> T:
    """Call `condition` until its result is true, and return the result."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        if result := condition():
            return result
        time.sleep(0.02)
    raise AssertionError(f"{what} did not come true within {timeout:.0f} s")
