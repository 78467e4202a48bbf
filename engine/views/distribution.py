"""How numbers are distributed: a histogram, and a few figures. No copy of all numbers is made."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.arrays import Array
from engine.norms import euclidean_norm
from engine.regularizers import PART, share_of_small
from engine.views.kind import finite


@dataclass(frozen=True, slots=True)
class Distribution:
    """Counts of numbers between edges, and figures.

    Attributes:
        counts: (bins,) int32.
        edges: (bins + 1,) float32: from the smallest number to the largest. A number at an edge counts to its right;
            the largest one counts in the last bin.
        facts: count, not_finite (how many numbers are in no bin), mean, std, norm (√Σx²), near_zero: the share with
            |x| < 0.001 (`engine.regularizers.SMALL`). Mean, std and norm are None if a number is not finite.
    """

    counts: Array
    edges: Array
    facts: dict[str, Any]


def distribution(values: Array, bins: int) -> Distribution:
    """The distribution of numbers (n,). Equal numbers lie in the middle of edges that are 1 apart."""
    finite_count = 0
    low, high, total = math.inf, -math.inf, 0.0
    for part in _finite_parts(values):
        finite_count += len(part)
        if len(part):
            low, high = min(low, float(part.min())), max(high, float(part.max()))
        total += float(part.sum(dtype=np.float64))
    if not finite_count:
        low, high = 0.0, 0.0
    if low == high:
        low, high = low - 0.5, high + 0.5
    counts = np.zeros(bins, np.int64)
    squares, mean = 0.0, total / max(finite_count, 1)
    for part in _finite_parts(values):
        exact = part.astype(np.float64)
        counts += np.histogram(exact, bins, (low, high))[0]
        squares += float(((exact - mean) ** 2).sum())
    whole = finite_count == len(values)
    facts = {
        "count": len(values),
        "not_finite": len(values) - finite_count,
        "mean": finite(mean) if whole else None,
        "std": finite(math.sqrt(squares / max(finite_count, 1))) if whole else None,
        "norm": finite(euclidean_norm(values)),
        "near_zero": share_of_small([values]),
    }
    edges = np.linspace(low, high, bins + 1).astype(np.float32)
    return Distribution(counts.astype(np.int32), edges, facts)


def _finite_parts(values: Array) -> Iterator[Array]:
    for start in range(0, len(values), PART):
        part = values[start : start + PART]
        yield part[np.isfinite(part)]
