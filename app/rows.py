"""Rows: consecutive metric rows of one stream of one training, as the worker, the store and the page exchange them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: When rows were recorded: (rows so far in the stream, Unix seconds, seconds of training), ascending. The page
#: interpolates between two entries.
Times = list[tuple[int, float, float]]

#: The most times in one frame; more would take more bytes than the rows.
MAX_TIMES = 256


@dataclass(frozen=True, slots=True)
class Rows:
    """`values` is (columns, rows) float32: the order of the wire and of the disk. `first` is a row number from 0."""

    columns: tuple[str, ...]
    first: int
    values: NDArray[np.float32]
    times: Times

    @property
    def count(self) -> int:
        return int(self.values.shape[1])

    @property
    def end(self) -> int:
        return self.first + self.count

    def since(self, row: int, at_most: int | None = None) -> Rows:
        """The rows from number `row` on, at most `at_most` of them."""
        skip = max(0, row - self.first)
        end = None if at_most is None else skip + at_most
        values = self.values[:, skip:end]
        first = self.first + skip
        return Rows(self.columns, first, values, _within(self.times, first, first + values.shape[1]))


def join(parts: list[Rows]) -> Rows:
    """Consecutive rows as one object."""
    times = [time for part in parts for time in part.times]
    values = np.concatenate([part.values for part in parts], axis=1)
    return Rows(parts[0].columns, parts[0].first, values, thin(times))


class Extremes:
    """The overview of a long stream: for each bin of rows the lowest and the highest value of every column.

    It is computed block by block. Values that are not finite count only if a bin has no finite one. If a column falls
    from the first to the last row of a bin, the highest value comes first, else the lowest; so `iteration` ascends.
    """

    def __init__(self, size: int) -> None:
        """
        Args:
            size: how many rows a bin has.
        """
        self.rows = 0
        self._size = size
        self._columns: tuple[str, ...] = ()
        self._parts: list[NDArray[np.float32]] = []
        self._open: NDArray[np.float32] | None = None  # rows of the bin that is not full

    def add(self, rows: Rows) -> None:
        """Add the next rows of the stream."""
        self.rows += rows.count
        self._columns = rows.columns
        values = rows.values if self._open is None else np.concatenate([self._open, rows.values], axis=1)
        full = values.shape[1] // self._size * self._size
        self._parts.append(_extremes(values[:, :full].reshape(len(values), -1, self._size)))
        self._open = values[:, full:]

    def overview(self) -> Rows:
        """The overview so far: two rows for each bin."""
        parts = self._parts
        if self._open is not None and self._open.shape[1]:
            parts = [*parts, _extremes(self._open[:, None, :])]
        return Rows(self._columns, 0, np.concatenate(parts, axis=1), [])


def _extremes(bins: NDArray[np.float32]) -> NDArray[np.float32]:
    """(columns, bins, rows) → (columns, 2 · bins)."""
    finite = np.where(np.isfinite(bins), bins, np.float32(np.nan))
    low: NDArray[np.float32] = np.fmin.reduce(finite, axis=2)  # NaN only if no value is finite
    high: NDArray[np.float32] = np.fmax.reduce(finite, axis=2)
    falling = bins[:, :, 0] > bins[:, :, -1]
    pairs = np.stack([np.where(falling, high, low), np.where(falling, low, high)], axis=2)
    return pairs.reshape(len(bins), -1)


def thin(times: Times) -> Times:
    """At most `MAX_TIMES` of the times, evenly chosen, with the last one."""
    step = -(-len(times) // MAX_TIMES)
    return times if step <= 1 else times[::-1][::step][::-1]


def _within(times: Times, first: int, end: int) -> Times:
    """The times of the rows from `first` to `end`. The time of a chunk that is cut is left out: it belongs to a later
    row."""
    return [time for time in times if first < time[0] <= end]
