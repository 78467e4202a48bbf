"""Penalties on weights: L1 = λ Σ|w| and L2 = ½ λ Σw², never on biases.

All weights that have the penalties are one contiguous slice of the parameter vector, so a penalty
needs few operations on one array.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.arrays import Array
from engine.fast.arrays import empty
from engine.fields import Field
from engine.norms import absolute_sum, squared_norm

FIELDS = (
    Field("l1", "number", 0.0, minimum=0, maximum=100, scale="log"),
    Field("l2", "number", 0.0, minimum=0, maximum=100, scale="log"),
)

#: A weight whose absolute value is below this counts as small: nearly zero.
SMALL = 1e-3
#: This many weights are compared at a time, so that no large temporary array is made.
PART = 1 << 16


def share_of_small(weights: Sequence[Array]) -> float:
    """The share of all weights, 0 to 1, whose absolute value is below `SMALL`."""
    return sum(map(count_small, weights)) / sum(map(len, weights))


def count_small(values: Array) -> int:
    """How many of `values` (n,) have an absolute value below `SMALL`."""
    parts = (values[start : start + PART] for start in range(0, len(values), PART))
    return sum(int(np.count_nonzero(np.abs(part) < SMALL)) for part in parts)


class Penalty:
    """L1 and L2 on one weight vector. `weights` gives only its shape and dtype."""

    def __init__(self, l1: float, l2: float, weights: Array) -> None:
        self.l1 = l1
        self.l2 = l2
        self._scratch: Array = empty(weights.shape, weights.dtype)

    def add(self, weights: Array, gradient: Array) -> float:
        """Add the gradient of the penalty (λ₂ w + λ₁ sign w) to `gradient`, and return the penalty."""
        penalty = 0.0
        if self.l2:
            penalty += 0.5 * self.l2 * squared_norm(weights)
            np.multiply(weights, self.l2, out=self._scratch)
            gradient += self._scratch
        if self.l1:
            penalty += self.l1 * absolute_sum(weights, self._scratch)
            np.sign(weights, out=self._scratch)
            self._scratch *= self.l1
            gradient += self._scratch
        return penalty
