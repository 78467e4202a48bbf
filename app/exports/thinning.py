"""Thinning: fewer points of a curve, chosen so that its picture stays the same."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def extremes(values: NDArray[Any], points: int) -> NDArray[np.intp]:
    """Indices of the smallest and the largest value in each of points/2 equal parts, in order."""
    edges = np.linspace(0, len(values), max(1, points // 2) + 1).astype(int)
    # what is not finite must stay visible: it counts as the largest
    filled = np.where(np.isfinite(values), values, np.inf)
    picked = [
        start + offset
        for start, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)
        for offset in (int(np.argmin(filled[start:end])), int(np.argmax(filled[start:end])))
    ]
    return np.unique(picked)
