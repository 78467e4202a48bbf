"""How the numbers of an array become levels of brightness."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.own_data.npy import Npy
from app.own_data.numerals import MAX_NUMBER
from app.own_data.reasons import make_reason, refusal, shorten
from engine.reasons import Reason

#: The largest value of scans of handwritten digits with few levels, as in the data set "digits".
FEW_LEVELS = 16


@dataclass(frozen=True, slots=True)
class Scale:
    """How numbers become levels of brightness: `low` is black and `high` white.

    Attributes:
        is_whole: whether all values are whole numbers.
        notes: what the preview says about the scale.
        has_missing: whether a value is missing, as in tables.
        maxima: the largest value of each array.
    """

    low: float
    high: float
    is_whole: bool
    notes: tuple[Reason, ...]
    has_missing: bool = False
    maxima: tuple[float, ...] = ()

    @classmethod
    def of(cls, arrays: Sequence[Npy], *, is_exact: bool) -> Scale:
        """From all values. `is_exact`: bytes stay as they are, also where all of them are small.

        Raises:
            DatasetError: one is infinite or too large, or missing in an image.
        """
        low, is_whole, has_missing, maxima = math.inf, True, False, []
        for array in arrays:
            done, highest = 0, -math.inf
            for block in array.blocks():
                if block.dtype.kind == "f":
                    _demand_finite(block, array, done)
                present = block[~np.isnan(block)] if block.dtype.kind == "f" else block
                has_missing = has_missing or present.size < block.size
                if present.size:
                    low, highest = min(low, float(present.min())), max(highest, float(present.max()))
                    is_whole = is_whole and (
                        block.dtype.kind != "f" or bool((present == np.floor(present)).all())
                    )
                done += len(block)
            maxima.append(highest)
        high = max(maxima)
        dtypes = {array.dtype.newbyteorder("=") for array in arrays}
        is_bytes = dtypes == {np.dtype(np.uint8)} and (is_exact or high > 1)
        scale = partial(cls, has_missing=has_missing, maxima=tuple(maxima))
        if is_bytes or (is_whole and low >= 0 and FEW_LEVELS < high <= 255):
            return scale(0, 255, is_whole, ())
        if low >= 0 and high <= 1:
            return scale(0, 1, is_whole, () if not is_whole else _range_note(0, 1))
        if low >= 0 and high <= FEW_LEVELS and is_whole:
            return scale(0, high, is_whole, _range_note(0, high))
        if low >= 0 and high <= 255:
            return scale(0, 255, is_whole, ())
        if dtypes == {np.dtype(np.uint16)}:
            return scale(0, 65535, is_whole, (make_reason("read_note_deep"),))
        if low >= -1 and high <= 1:
            return scale(-1, 1, is_whole, _range_note(-1, 1))
        return scale(low, high if high > low else low + 1, is_whole, _range_note(low, high))

    def levels(self, values: NDArray[Any]) -> NDArray[np.uint8]:
        """The values as bytes: 0 for `low`, 255 for `high`."""
        if values.dtype == np.uint8 and self.high == 255:
            return values
        scaled = (values.astype(np.float64) - self.low) * (255 / (self.high - self.low))
        return np.rint(scaled).astype(np.uint8)


def _range_note(low: float, high: float) -> tuple[Reason, ...]:
    return (make_reason("read_note_range", minimum=float(f"{low:g}"), maximum=float(f"{high:g}")),)


def _demand_finite(block: NDArray[Any], array: Npy, done: int) -> None:
    """Refuse infinite and too large numbers, and in images also missing ones."""
    wrong = np.abs(block.astype(np.float64)) > MAX_NUMBER  # float16 does not hold MAX_NUMBER
    if block.ndim > 2:
        wrong |= np.isnan(block)
    if wrong.any():
        item = done + int(np.argwhere(wrong)[0][0]) + 1
        raise refusal("read_infinite", file=array.file, member=shorten(array.member.name), item=item)
