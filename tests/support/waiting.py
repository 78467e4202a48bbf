"""Waiting for other processes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

#: Seconds until a wait fails: long enough for the slowest machine.
TIMEOUT = 120.0


def wait_until(condition: Callable[[], T | None], what: str = "the condition", timeout: float = TIMEOUT) -> T:
    """Call `condition` until its result is true, and return the result.

    To ask a lab takes it and the test some milliseconds of the processor, which the training that is waited for needs
    too: the longer it lasts, the less often it is asked.
    """
    begun = time.monotonic()
    while (waited := time.monotonic() - begun) < timeout:
        if result := condition():
            return result
        time.sleep(0.02 if waited < 0.3 else 0.06 if waited < 1 else 0.1)
    raise AssertionError(f"{what} did not come true within {timeout:.0f} s")
