"""First rows: the rows of a stored stream up to an iteration, as the beginning of another training's stream."""

from __future__ import annotations

import bisect
from collections.abc import Iterator

import numpy as np

from app.errors import NotFound
from app.rows import Rows
from app.storage import row_store
from app.storage.database import Database

#: Bytes of one stored part.
PART_BYTES = 1 << 20


class FirstRows:
    """The first rows of one stream of a stored training, in the columns that the new training records. It reads the
    store: call it in a thread.

    Attributes:
        columns: the columns of the new training. One that is not stored is filled with NaN; a stored one that is not
            among them is left out.
        count: how many rows.
        last: the last row, as `Rows` of one row. Only `until` sets it; None if there are no rows.

    Raises:
        NotFound: the rows were deleted meanwhile.
    """

    def __init__(
        self,
        database: Database,
        training_id: str,
        stream: str,
        count: int,
        columns: tuple[str, ...] | None = None,
    ) -> None:
        """`columns`: None: those that are stored."""
        self._database = database
        self._training_id = training_id
        self._stream = stream
        self.count = count
        self.last: Rows | None = None
        self.columns = self._read(0, 1).columns if columns is None else columns

    def until(self, iteration: int) -> FirstRows:
        """Those of all iterations up to `iteration`."""
        count = bisect.bisect_right(range(self.count), iteration, key=self._iteration_of)
        first = FirstRows(self._database, self._training_id, self._stream, count, self.columns)
        first.last = first._part(count - 1) if count else None
        return first

    def parts(self) -> Iterator[Rows]:
        """All rows, in order. Each part ends with a time, where times are stored."""
        first = 0
        while first < self.count:
            part = self._part(first)
            yield part
            first = part.end

    def _iteration_of(self, row: int) -> int:
        rows = self._read(row, 1)
        return int(rows.values[rows.columns.index("iteration"), 0])

    def _part(self, first: int) -> Rows:
        rows = self._read(first, self.count - first)
        values = np.full((len(self.columns), rows.count), np.nan, np.float32)
        for index, name in enumerate(self.columns):
            if name in rows.columns:
                values[index] = rows.values[rows.columns.index(name)]
        times = [time for time in rows.times if time[0] < rows.end]
        times += self._database.read_now(
            lambda c: row_store.time_of(c, self._training_id, self._stream, rows.end)
        )
        return Rows(self.columns, first, values, times)

    def _read(self, first: int, limit: int) -> Rows:
        rows = self._database.read_now(
            lambda c: row_store.read_rows(
                c, self._training_id, self._stream, first, limit=limit, size=PART_BYTES
            )
        )
        if rows is not None and rows.count:
            return rows
        if first < self.count:
            raise NotFound(f"the rows of training {self._training_id!r} are not there any more")
        return Rows((), first, np.empty((0, 0), np.float32), [])
