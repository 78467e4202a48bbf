"""The luck line: how good the best of several configurations looks if all of them are equally good."""

from __future__ import annotations

import functools
import math

import numpy as np
from numpy.typing import NDArray

#: Where the integral begins and ends, in standard deviations, and its steps.
_REACH, _STEPS = 12.0, 24_001


@functools.lru_cache(maxsize=1024)
def expected_maximum(draws: int) -> float:
    """The expected maximum of independent draws from a standard normal distribution, one draw at least.

    It is n ∫ x φ(x) Φ(x)^(n-1) dx; values are tabulated by Harter ("Expected values of normal order statistics",
    Biometrika 48, 1961).
    """
    x = np.linspace(-_REACH, _REACH, _STEPS)
    density = np.exp(-x * x / 2) / math.sqrt(2 * math.pi)
    below = np.array([0.5 * math.erfc(-value / math.sqrt(2)) for value in x])
    heights = draws * x * density * below ** (draws - 1)
    return float((heights[1:] + heights[:-1]).sum() * (x[1] - x[0]) / 2)


def luck_line(scores: NDArray[np.float64], *, higher_is_better: bool) -> dict[str, float] | None:
    """Where the best of several equally good configurations would lie by seeds alone.

    A score is taken apart into the mean, what its configuration and what its pair of seed and fold add, and a rest. All
    configurations share the pairs, so only the rest moves their means apart: with the standard deviation s of the rest,
    a mean of n scores spreads by s/√n, and the best of N means is expected at mean + E(N) s/√n, where E(N) is the
    expected maximum of N draws from a standard normal distribution.

    Args:
        scores: (configurations, pairs), all of them known.

    Returns:
        `of`: the number of configurations; `spread`: the standard deviation of the rest; `middle`: the mean of all
        scores; `line`: the expected best mean. None with fewer than two configurations or pairs.
    """
    count, pairs = scores.shape
    if count < 2 or pairs < 2:
        return None
    middle = float(scores.mean())
    rest = scores - scores.mean(axis=1, keepdims=True) - scores.mean(axis=0, keepdims=True) + middle
    spread = math.sqrt(float((rest**2).sum()) / ((count - 1) * (pairs - 1)))
    gain = expected_maximum(count) * spread / math.sqrt(pairs)
    return {
        "of": count,
        "spread": spread,
        "middle": middle,
        "line": middle + gain if higher_is_better else middle - gain,
    }
