"""Deletes the runs and the studies that ended before a given time, and counts them first."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from app.mistake import Failure, Mistake
from app.storage.schema import SCHEMA_VERSION
from app.trainings import Status

ENDED = ", ".join(f"'{status.value}'" for status in Status if status.finished)
#: When a run ended, in Unix seconds. An imported one may have no end, and one may be launched after its training ended.
END = "MAX(COALESCE(finished_at, launched_at), launched_at)"
#: The old runs.
CHOSEN = (
    "(SELECT runs.id, training_id, " + END + " AS ended_at"
    " FROM runs JOIN trainings ON trainings.id = training_id"
    f" WHERE status IN ({ENDED}) AND {END} < :before AND NOT (starred AND :keep_starred))"
)
#: The old studies. One that has not ended has no `finished_at`, so it is never among them.
OLD_STUDIES = "(SELECT id FROM studies WHERE finished_at < :before)"


@dataclass(frozen=True)
class Counted:
    """How many old runs and studies there are.

    Attributes:
        row_bytes: the bytes of the rows that would be deleted with them.
        ended: when the first and the last of these runs ended, in Unix seconds; None: there are no such runs.
        others: the number of all other runs.
    """

    runs: int
    row_bytes: int
    ended: tuple[float, float] | None
    others: int
    studies: int


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
            Mistake: the database has the schema of another version.
            Failure: the file is no database, or it cannot be read.
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
            runs, first, last = self._one(f"SELECT COUNT(*), MIN(ended_at), MAX(ended_at) FROM {CHOSEN}")
            (all_runs,) = self._one("SELECT COUNT(*) FROM runs")
            # the rows of the trainings that no remaining run and no remaining study will show
            (row_bytes,) = self._one(
                "SELECT COALESCE(SUM(LENGTH(data)), 0) FROM chunks"
                " WHERE training_id NOT IN (SELECT training_id FROM runs"
                f" WHERE id NOT IN (SELECT id FROM {CHOSEN}))"
                " AND training_id NOT IN (SELECT training_id FROM trials WHERE training_id IS NOT NULL"
                f" AND study_id NOT IN {OLD_STUDIES})"
            )
            (studies,) = self._one(f"SELECT COUNT(*) FROM {OLD_STUDIES}")
        return Counted(runs, row_bytes, (first, last) if runs else None, all_runs - runs, studies)

    def delete(self) -> None:
        """Delete them and compact the database. The caller holds the lock on the folder."""
        connection = self._connection
        with self._failures():
            with connection:  # commits all of it, or rolls it back
                connection.execute("BEGIN IMMEDIATE")
                connection.execute(f"DELETE FROM runs WHERE id IN (SELECT id FROM {CHOSEN})", self._values)
                # triggers of the schema delete the trainings that nothing shows any more, with their rows
                for table, column in (("trials", "study_id"), ("studies", "id")):
                    connection.execute(f"DELETE FROM {table} WHERE {column} IN {OLD_STUDIES}", self._values)
            _compact(connection)

    def checkpoints(self) -> set[str]:
        """The files of all checkpoints of the trainings that are there."""
        with self._failures():
            lists = self._connection.execute("SELECT checkpoints FROM trainings").fetchall()
        return {checkpoint["file"] for (text,) in lists for checkpoint in json.loads(text)}

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
    """Write the database again without its free pages; meanwhile this may need twice its size in free space: once in
    the folder for temporary files, once beside the database. From then on a lab shortens the file by itself when runs
    are deleted (auto_vacuum)."""
    try:
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error as error:
        raise Failure(f"the runs are deleted, but the database could not be compacted: {error}") from error


def _check_version(connection: sqlite3.Connection, database: Path) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA_VERSION:
        raise Mistake(
            f"{database} has schema {version}; this version of Lossroom reads up to schema {SCHEMA_VERSION}"
        )
    if version < SCHEMA_VERSION:
        raise Mistake(
            f"{database} has schema {version} and this Lossroom schema {SCHEMA_VERSION}; start the lab once to"
            " migrate it"
        )
