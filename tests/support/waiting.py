"""Waiting for what another process does."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

#: Seconds. Long enough for the slowest machine; nothing waits that long unless it is broken.
PATIENCE = 120.0


def wait_until(condition: Callable[[], Any], what: str = "the condition", patience: float = PATIENCE) -> Any:
    """Call `condition` until what it returns is true, and return that."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if result := condition():
            return result
        time.sleep(0.02)
    raise AssertionError(f"{what} did not come true within {patience:.0f} s")
