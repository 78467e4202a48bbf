"""Imported rows: one stream's, checked while they are read, and kept in a file until they are stored."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from app.errors import Invalid
from app.exports.reading import JsonReader
from app.rows import Rows, Times
from app.texts import fit
from engine.reasons import Reason
from engine.stretches import MAX_STRETCHES

#: Columns that the page draws; an import has at least these.
NEEDED = {
    "train": ("iteration", "loss", "accuracy"),
    "evaluation": ("iteration", "train_accuracy", "test_accuracy", "train_loss", "test_loss"),
}
#: Those of an experiment whose test set stays closed.
CLOSED = ("iteration", "train_accuracy", "train_loss")
#: Float32 holds every whole number up to this one.
MAX_ITERATIONS = 2**24
MAX_COLUMNS = 1000
#: Rows of one stored chunk, and of what is checked at a time.
CHUNK = 8192
CHECKED = 1024

_COLUMN = re.compile(r"[A-Za-z0-9_./ -]{1,80}")
_NOT_FINITE = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}


def wrong(field: str, problem: str) -> Invalid:
    """Something is not as a lab writes it. `field` may hold a key of the document, of any length."""
    field = fit(field)[:200]
    reason = Reason("not_as_exported", f"{field}: {problem}", field=field, problem=problem)
    return Invalid(reason, field=field)


class Spool:
    """A file of float32, to which streams are added one after the other."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._end = 0

    def add(self, values: NDArray[np.float32]) -> int:
        """Where the values begin."""
        begin = self._end
        self._end += self._file.write(values.tobytes())
        return begin

    def read(self, begin: int, count: int) -> NDArray[np.float32]:
        self._file.seek(begin)
        return np.frombuffer(self._file.read(4 * count), np.float32)


class ImportedRows:
    """The rows of one stream: `columns`, `count`, the `last` row, and when they came."""

    def __init__(self, stream: str, spool: Spool, field: str) -> None:
        self.columns: tuple[str, ...] = ()
        self.count = 0
        self.times: Times = []
        self._stream = stream
        self._spool = spool
        self._field = field
        self._begin: int | None = None
        self._width: int | None = None
        self._counted = np.zeros(
            1, np.float32
        )  # the iterations of the last two rows; one number at the start
        self._last = np.empty(0, np.float32)
        self._repeated: set[int] = set()  # iterations with two evaluations
        self._ascending = True

    @classmethod
    def read(cls, reader: JsonReader, stream: str, spool: Spool, field: str) -> ImportedRows:
        """Read the next stream.

        Raises:
            Invalid: rows that no run can have recorded.
        """
        rows = cls(stream, spool, field)
        for key in reader.object():
            if key == "columns":
                rows._take_columns(reader.value())
            elif key == "data":
                rows._take_data(reader)
            else:
                raise wrong(f"{field}.{key}", "there is no such key")
        rows._take_columns(list(rows.columns))
        if rows._width not in (None, len(rows.columns)):
            raise rows._wrong_length(0)
        return rows

    @property
    def last_iteration(self) -> int:
        return int(self._counted[-1])

    @property
    def last(self) -> Rows:
        """The last row."""
        return Rows(self.columns, self.count - 1, self._last[:, None], self.times[-1:])

    def check(self, iterations: int, forks: Container[int] = ()) -> None:
        """Check the rows against the experiment.

        Args:
            forks: the iterations after which the run was forked. A training that ends with the weights of an earlier
                iteration evaluates them once more; it ends here, or at a fork.

        Raises:
            Invalid: iterations that a run of `iterations` iterations cannot have recorded.
        """
        ends = all(iteration in forks for iteration in self._repeated - {self.last_iteration})
        if not (self._ascending and ends and self.last_iteration <= iterations):
            text = f"{self._field}.data: iterations must ascend from 1 to at most {iterations:,}"
            raise Invalid(
                Reason("iterations_ascend", text, most=iterations),
                field=f"{self._field}.data",
                bounds={"minimum": 1, "maximum": iterations},
            )

    def parts(self) -> Iterator[Rows]:
        """All rows in order, with the times that lie in each part, or at its end."""
        width = len(self.columns)
        for first in range(0, self.count, CHUNK):
            count = min(CHUNK, self.count - first)
            begin = (self._begin or 0) + 4 * width * first
            values = self._spool.read(begin, width * count).reshape(count, width).T
            yield Rows(self.columns, first, values, self._times(first, first + count))

    def _times(self, first: int, end: int) -> Times:
        times = [time for time in self.times if first < time[0] <= end]
        if times and times[-1][0] == end:
            return times
        # every stored part ends with a time: in equal steps from the one before to the one after
        ends, at, seconds = np.array([(0, *self.times[0][1:]), *self.times], np.float64).T
        return [*times, (end, float(np.interp(end, ends, at)), float(np.interp(end, ends, seconds)))]

    # -- reading ---------------------------------------------------------------------------------

    def _take_columns(self, given: Any) -> None:
        needed = NEEDED[self._stream]
        if not isinstance(given, list) or len(given) > MAX_COLUMNS:
            raise self._wrong_columns("")
        for index, name in enumerate(given):
            if not isinstance(name, str) or not _COLUMN.fullmatch(name):
                raise self._wrong_columns(f".{index}")
        is_closed = self._stream == "evaluation" and not any(
            name in given for name in needed if "test" in name
        )
        if is_closed:
            needed = CLOSED
        if len(set(given)) != len(given) or tuple(given[: len(needed)]) != needed:
            raise self._wrong_columns("")
        self.columns = tuple(given)

    def _take_data(self, reader: JsonReader) -> None:
        block: list[list[float]] = []
        for _ in reader.array():
            block.append(self._row(reader.value(), self.count + len(block)))
            if len(block) == CHECKED:
                self._keep(block)
                block = []
        if block:
            self._keep(block)

    def _row(self, row: Any, place: int) -> list[float]:
        if self._width is None and isinstance(row, list):
            self._width = len(self.columns) or len(row)
        if not isinstance(row, list) or len(row) != self._width or not row:
            raise self._wrong_length(place)
        kinds = set(map(type, row))
        if kinds <= {int, float}:
            return row
        numbers: list[float] = []
        for column, value in enumerate(row):
            if isinstance(value, str) and value in _NOT_FINITE:
                value = _NOT_FINITE[value]
            if type(value) not in (int, float):
                raise self._no_number(place, column)
            numbers.append(value)
        return numbers

    def _too_large(self, block: list[list[float]]) -> tuple[int, int]:
        """The row and the column of the first number that float64 cannot hold."""
        for row, numbers in enumerate(block):
            for column, number in enumerate(numbers):
                try:
                    float(number)
                except OverflowError:
                    return self.count + row, column
        raise ValueError("float64 holds all numbers")

    def _keep(self, block: list[list[float]]) -> None:
        try:
            with np.errstate(over="ignore"):
                values = np.array(block, np.float64).astype(np.float32)
        except OverflowError:  # a whole number beyond all that float64 holds
            raise self._no_number(*self._too_large(block)) from None
        counted = np.concatenate([self._counted[-2:], values[:, 0]])
        with np.errstate(invalid="ignore"):
            steps = np.diff(counted)
        allowed = (steps > 0) | ((steps == 0) & (self._stream == "evaluation") & (counted[:-1] > 0))
        thrice = (steps[1:] == 0) & (steps[:-1] == 0)
        self._repeated.update(counted[1:][steps == 0].tolist())
        self._ascending &= bool(
            np.isfinite(counted).all()
            and allowed.all()
            and not thrice.any()
            and len(self._repeated) <= MAX_STRETCHES + 1
            and (counted == np.floor(counted)).all()
            and values[:, 0].max() <= MAX_ITERATIONS
        )
        if not self._ascending:
            counted = np.zeros(1, np.float32)
            self._repeated.clear()
        begin = self._spool.add(values)
        self._begin = begin if self._begin is None else self._begin
        self._counted = counted[-2:] if len(counted) > 1 else counted
        self._last = values[-1].copy()
        self.count += len(values)

    # -- what is wrong ---------------------------------------------------------------------------

    def _wrong_columns(self, place: str) -> Invalid:
        field, listed = f"{self._field}.columns{place}", ", ".join(NEEDED[self._stream])
        message = f"{field} must begin with {listed}, each once, in letters, digits and _ . / -"
        return Invalid(Reason("columns", message, columns=listed), field=field)

    def _wrong_length(self, row: int) -> Invalid:
        width = len(self.columns) or self._width or 0
        text = f"{self._field}.data: each row must hold {width} numbers, and row {row} does not"
        return Invalid(Reason("row_length", text, columns=width), field=f"{self._field}.data")

    def _no_number(self, row: int, column: int) -> Invalid:
        field = f"{self._field}.data.{row}.{column}"
        text = f"{field} must be a number, or NaN, Infinity or -Infinity as a text"
        return Invalid(Reason("no_number", text, row=row, column=column), field=field)
