"""Euclidean norms that do not overflow or underflow as long as the numbers themselves do not.

A plain sum of squares overflows for float32 numbers above 1.8e19. It loses digits if all numbers are below 1e-16, and
becomes 0 if all are below 1e-23: a float32 number below 1e-38 has fewer digits. So a sum that is infinite or very small
is computed again in float64, from the numbers divided by the largest one. All other sums are the plain product of the
vector with itself.
"""

from __future__ import annotations

import math

import numpy as np

from engine.arrays import Array

#: This many numbers are divided at a time, so that a large vector is not copied as a whole.
PART = 1 << 17
#: A sum of squares below this has lost digits: in squares that are subnormal numbers.
SMALLEST = {
    np.dtype(kind): float(np.finfo(kind).tiny / np.finfo(kind).eps) for kind in (np.float32, np.float64)
}


def euclidean_norm(x: Array) -> float:
    """√Σx². The method `dot` is several times faster here than `np.linalg.norm`, and faster than the function
    `np.dot`."""
    square = float(x.dot(x))
    return math.sqrt(square) if SMALLEST[x.dtype] < square < math.inf else _scaled_norm(x)


def squared_norm(x: Array) -> float:
    """Σx²; infinite only where it is too large for float64."""
    square = float(x.dot(x))
    if SMALLEST[x.dtype] < square < math.inf:
        return square
    norm = _scaled_norm(x)
    return norm * norm


def absolute_sum(x: Array, scratch: Array) -> float:
    """Σ|x|, with scratch of its shape."""
    np.abs(x, out=scratch)
    total = float(scratch.sum())
    return total if math.isfinite(total) else float(scratch.sum(dtype=np.float64))


def _scaled_norm(x: Array) -> float:
    largest = max(float(x.max(initial=0.0)), -float(x.min(initial=0.0)))
    if not 0 < largest < math.inf:
        return math.nan if np.isnan(x).any() else largest
    parts = (x[start : start + PART] / np.float64(largest) for start in range(0, len(x), PART))
    return largest * math.sqrt(sum(float(part.dot(part)) for part in parts))
