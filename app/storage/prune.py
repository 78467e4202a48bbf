"""Deletes the runs that ended before a given time, and counts them first."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from app.mistake import Failure, Mistake
from app.runs import RunStatus
from app.storage.schema import SCHEMA_VERSION

ENDED = ", ".join(f"'{status.value}'" for status in RunStatus if status.finished)
#: The old runs. Times are Unix seconds; an imported run may have no end.
CHOSEN = (
    f"status IN ({ENDED}) AND COALESCE(finished_at, created_at) < :before AND NOT (starred AND :keep_starred)"
)


@dataclass(frozen=True)
class Counted:
    """How many old runs there are.

    Attributes:
        row_bytes: of their rows.
        ended: when the first and the last of them ended, in Unix seconds; None where there is none.
        others: the number of all other runs.
    """

    runs: int
    row_bytes: int
    ended: tuple[float, float] | None
    others: int


class OldRuns:
    """`with OldRuns(...) as old:` opens the database for the block. The methods raise `Failure` on SQLite errors."""

    def __init__(self, database: Path, *, before: float, keep_starred: bool) -> None:
        """
        Args:
            before: a moment, in Unix seconds.
            keep_starred: whether runs with a star are left out.
        """
        self._database = database
        self._values = {"before": before, "keep_starred": keep_starred}
        self._connection: sqlite3.Connection

    def __enter__(self) -> Self:
        """Open it.

        Raises:
            Mistake, Failure: it is none of this version, or no database at all.
        """
        with self._failures():
            self._connection = sqlite3.connect(self._database, isolation_level=None)
            try:
                self._connection.execute("PRAGMA foreign_keys = ON")
                _check_version(self._connection, self._database)
            except BaseException:
                self._connection.close()
                raise
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def count(self) -> Counted:
        with self._failures():
            runs, first, last = self._one(
                "SELECT COUNT(*), MIN(COALESCE(finished_at, created_at)), MAX(COALESCE(finished_at, created_at))"
                f" FROM runs WHERE {CHOSEN}"
            )
            (all_runs,) = self._one("SELECT COUNT(*) FROM runs")
            (row_bytes,) = self._one(
                "SELECT COALESCE(SUM(LENGTH(data)), 0) FROM chunks"
                f" WHERE run_id IN (SELECT id FROM runs WHERE {CHOSEN})"
            )
        return Counted(runs, row_bytes, (first, last) if runs else None, all_runs - runs)

    def delete(self) -> None:
        """Delete them and compact the database. The caller holds the lock on the folder."""
        with self._failures():
            self._connection.execute(f"DELETE FROM runs WHERE {CHOSEN}", self._values)
            _compact(self._connection)

    def _one(self, query: str) -> tuple[int, ...]:
        row: tuple[int, ...] = self._connection.execute(query, self._values).fetchone()
        return row

    @contextlib.contextmanager
    def _failures(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise Failure(f"{self._database} cannot be pruned: {error}") from error


def _compact(connection: sqlite3.Connection) -> None:
    """Compact the database; meanwhile this needs as much free space again. From then on a lab compacts it by itself."""
    try:
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error as error:
        raise Failure(f"the runs are deleted, but the database could not be compacted: {error}") from error


def _check_version(connection: sqlite3.Connection, database: Path) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version != SCHEMA_VERSION:
        raise Mistake(
            f"{database} has schema {version} and this Lossroom schema {SCHEMA_VERSION}; start the lab once to"
            " migrate it"
        )
