"""Runs a coroutine from a test that is not async."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


def run(coroutine: Coroutine[Any, Any, T], runner: Callable[[Coroutine[Any, Any, T]], T] = asyncio.run) -> T:
    """`asyncio.run` in another thread: browser tests (Playwright) already run a loop in the main thread. `runner`: that
    of another kind of loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(runner, coroutine).result()
