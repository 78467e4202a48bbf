"""A recording: a run and its rows, read page by page from the store."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.rows import Rows

#: Rows that are held in memory at a time.
PAGE = 20_000

#: Rows that are written as text in one call.
AT_ONCE = 200

#: (stream, first row, rows at most) → rows; None where there is nothing. Called in any thread.
Read = Callable[[str, int, int], Rows | None]


@dataclass(frozen=True, slots=True)
class Recording:
    """A run as an export needs it, for one reader.

    Attributes:
        run: the run object of the HTTP contract, with its config, as it was when the export began.
        data_title: what the reader calls the run's own data set, of which others may have other titles; empty: the
            data set is of the catalog, or nothing is known of it.
    """

    run: Mapping[str, Any]
    read: Read
    data_title: str = ""

    @property
    def id(self) -> str:
        return str(self.run["id"])

    @property
    def config(self) -> dict[str, Any]:
        """The experiment file, with the name that the run has now."""
        return {**self.run["config"], "name": self.run["name"]}

    def columns(self, stream: str) -> tuple[str, ...]:
        """Names of a stream's values; none if it has not begun."""
        rows = self.read(stream, 0, 1)
        return () if rows is None else rows.columns

    def pages(self, stream: str) -> Iterator[Rows]:
        """All rows in order. A run that trains or is deleted meanwhile ends where its rows end."""
        first = 0
        while (rows := self.read(stream, first, PAGE)) is not None and rows.count:
            yield rows
            first += rows.count

    def some(self, stream: str, names: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """All rows of these columns of a stream; columns that it does not have are left out."""
        places = {name: index for index, name in enumerate(self.columns(stream)) if name in names}
        pages = [page.values[list(places.values())] for page in self.pages(stream)]
        return dict(zip(places, np.concatenate(pages, axis=1), strict=True)) if pages else {}


def texts(values: NDArray[np.float32]) -> list[list[str]]:
    """Rows of numbers as text; nine digits give every float32 back exactly. `values` is (columns, rows)."""
    written: list[list[str]] = []
    for first in range(0, values.shape[1], AT_ONCE):  # while NumPy writes, no other thread has its turn
        written += np.char.mod("%.9g", values.T[first : first + AT_ONCE]).tolist()
    return written
