"""Columns with mean 0 and deviation 1: of the training examples, as a network must know nothing of the others."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def standardize(
    parts: Sequence[NDArray[np.float32]],
    fitted: NDArray[np.float32],
    offsets: NDArray[np.float64] | None,
) -> tuple[tuple[float, float], ...]:
    """Standardize rows in place, column by column.

    Args:
        parts: arrays (N, features), which are changed.
        fitted: the rows that mean and deviation are of; may be a view of one of `parts`.
        offsets: (features,): what was subtracted from each column before; None: nothing.

    Returns:
        The mean and deviation of each column, before the offset was subtracted. A column that is the same everywhere in
        `fitted` is not divided, and has deviation 1.
    """
    units = []
    for place in range(fitted.shape[1]):
        column = fitted[:, place].astype(np.float64)
        mean, deviation = float(column.mean()), float(column.std())
        if not deviation > 1e-12 * max(1.0, abs(mean)):
            deviation = 1.0
        for rows in parts:
            rows[:, place] = (rows[:, place].astype(np.float64) - mean) / deviation
        units.append((mean + (0.0 if offsets is None else float(offsets[place])), deviation))
    return tuple(units)
