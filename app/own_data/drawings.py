"""Drawings of digits that a class made in the lab, as a file that is read like one that a person brings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

#: The side of a drawing in pixels.
SIDE = 28


def write(path: Path, drawings: NDArray[np.uint8], digits: ArrayLike) -> None:
    """Write drawings to an NPZ file.

    Args:
        drawings: (N, 28, 28), strokes bright on black, as in MNIST.
        digits: (N,), 0 to 9.

    Raises:
        ValueError: the arrays have other shapes or values.
    """
    labels = np.asarray(digits)
    if drawings.dtype != np.uint8 or drawings.shape != (len(labels), SIDE, SIDE):
        raise ValueError(f"drawings must be (N, {SIDE}, {SIDE}) bytes, not {drawings.dtype} {drawings.shape}")
    if labels.ndim != 1 or labels.dtype.kind not in "iu" or not ((labels >= 0) & (labels <= 9)).all():
        raise ValueError("digits must be whole numbers from 0 to 9")
    with path.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, drawings=drawings, digits=labels.astype(np.uint8))
