"""The rows of a training as the rules see them, and what they take from a column, row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Column = Mapping[str, Numbers]

#: Windows are sorted for this many rows at a time, so that they take little memory.
AT_ONCE = 4096


@dataclass(frozen=True, slots=True)
class Rows:
    """The columns of both streams, up to the moment: name → (rows,). Both have a column `iteration`.

    Rows may be missing in the middle: of a long training only the first and the newest are read.
    """

    train: Column
    evaluation: Column

    @classmethod
    def of(cls, streams: Mapping[str, tuple[Sequence[str], NDArray[Any]]]) -> Self:
        """From the columns of each stream: their names, and their values (columns, rows)."""

        def columns(stream: str) -> Column:
            names, values = streams.get(stream, (("iteration",), np.empty((1, 0))))
            return dict(zip(names, np.asarray(values, np.float64), strict=True))

        return cls(columns("train"), columns("evaluation"))

    def up_to(self, iteration: int) -> Rows:
        """The rows of the first iterations."""

        def part(stream: Column) -> Column:
            count = int(np.searchsorted(stream["iteration"], iteration, side="right"))
            return {name: column[:count] for name, column in stream.items()}

        return Rows(part(self.train), part(self.evaluation))


def trailing_median(x: Numbers, count: int) -> Numbers:
    """Row by row the median of the last `count` values; NaN where there are fewer values."""
    medians = np.full(len(x), np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(x, count) if len(x) >= count else np.empty((0, count))
    for start in range(0, len(windows), AT_ONCE):
        part = windows[start : start + AT_ONCE]
        medians[start + count - 1 : start + count - 1 + len(part)] = np.median(part, axis=1)
    return medians


def trailing_mean(x: Numbers, count: int) -> Numbers:
    """Row by row the mean of the last `count` values; NaN where there are fewer values, or one is not finite."""
    means = np.full(len(x), np.nan)
    if len(x) >= count:
        windows = np.lib.stride_tricks.sliding_window_view(x, count)
        for start in range(0, len(windows), AT_ONCE):
            part = windows[start : start + AT_ONCE]
            mean = part.mean(axis=1)
            means[start + count - 1 : start + count - 1 + len(part)] = np.where(
                np.isfinite(mean), mean, np.nan
            )
    return means


def before(x: Numbers, count: int) -> Numbers:
    """Row by row the value `count` rows before; NaN where there is none."""
    earlier = np.full(len(x), np.nan)
    earlier[count:] = x[: max(0, len(x) - count)]
    return earlier


def latest(x: Numbers, iterations: Numbers, at: Numbers) -> Numbers:
    """For each iteration in `at`, the value of the last row at or before it; NaN if there is none."""
    places = np.searchsorted(iterations, at, side="right") - 1
    values = np.full(len(at), np.nan)
    present = places >= 0
    values[present] = x[places[present]]
    return values
