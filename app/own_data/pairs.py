"""Two arrays of a file that belong together: inputs and their labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.own_data.choices import MAX_NAME
from app.own_data.limits import Limits
from app.own_data.npy import Npy


@dataclass(frozen=True, slots=True)
class Pair:
    inputs: Npy
    labels: Npy
    part: int


def parts_of(pairs: Sequence[Pair]) -> NDArray[np.uint8]:
    """The part of each item."""
    return np.concatenate([np.full(pair.labels.count, pair.part, np.uint8) for pair in pairs])


def texts_of(array: Npy | None, limits: Limits) -> list[str] | None:
    """An array of names, all different, as a list; None if it is something else."""
    if array is None or array.dtype.kind != "U" or len(array.shape) != 1:
        return None
    if not 0 < array.count <= max(limits.classes, limits.columns):
        return None
    texts = [str(text) for text in array.whole()]
    right = all(text.isprintable() and 1 <= len(text) <= MAX_NAME for text in texts)
    return texts if right and len(set(texts)) == len(texts) else None
