"""The run store: runs and their metric chunks, in SQL. Functions of a connection, for `Database` to call."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.runs import Run, RunStatus


@dataclass(frozen=True, slots=True)
class Rows:
    """Consecutive rows of one stream. `values` is (columns, rows) float32: the wire's and the disk's order."""

    columns: tuple[str, ...]
    first: int
    values: NDArray[np.float32]

    @property
    def count(self) -> int:
        return int(self.values.shape[1])


# -- runs ----------------------------------------------------------------------------------------


def insert_run(connection: sqlite3.Connection, run: Run) -> int:
    """Store a new run; returns the number it was given."""
    cursor = connection.execute(
        "INSERT INTO runs (id, name, status, attempt, lesson, config, iterations, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            run.id,
            run.name,
            run.status.value,
            run.attempt,
            run.lesson,
            json.dumps(run.config, allow_nan=False),
            run.iterations,
            run.created_at,
        ),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def update_run(connection: sqlite3.Connection, run_id: str, changes: dict[str, Any]) -> None:
    """Store changed columns of a run (`name`, `status`, `reason`, `attempt`, `started_at`, `finished_at`)."""
    assignments = ", ".join(f"{column} = :{column}" for column in changes)
    connection.execute(f"UPDATE runs SET {assignments} WHERE id = :id", {**changes, "id": run_id})


def delete_run(connection: sqlite3.Connection, run_id: str) -> None:
    """Delete a run and its rows (the foreign keys cascade)."""
    connection.execute("DELETE FROM runs WHERE id = ?", (run_id,))


def load_runs(connection: sqlite3.Connection) -> list[Run]:
    """All runs, oldest first, each with the last values of its streams."""
    runs = [
        Run(
            id=row["id"],
            number=row["number"],
            name=row["name"],
            config=json.loads(row["config"]),
            iterations=row["iterations"],
            created_at=row["created_at"],
            status=RunStatus(row["status"]),
            reason=row["reason"],
            attempt=row["attempt"],
            lesson=row["lesson"],
            started_at=row["started_at"],
            finished_at=row["finished_at"],
        )
        for row in connection.execute("SELECT * FROM runs ORDER BY number")
    ]
    by_id = {run.id: run for run in runs}
    # SQLite takes the bare columns of a MAX() query from the row that holds the maximum.
    for row in connection.execute(
        "SELECT c.run_id, c.rows, c.data, s.columns, MAX(c.first) FROM chunks c"
        " JOIN streams s USING (run_id, stream) GROUP BY c.run_id, c.stream"
    ):
        columns = json.loads(row["columns"])
        last = _values(row["data"], len(columns))[:, -1]
        remember_latest(by_id[row["run_id"]], columns, last)
    return runs


def remember_latest(run: Run, columns: list[str] | tuple[str, ...], last: NDArray[np.float32]) -> None:
    """Take a stream's newest row into the run object."""
    row = dict(zip(columns, last.tolist(), strict=True))
    run.iteration = max(run.iteration, int(row["iteration"]))
    for name in ("loss", "accuracy", "train_accuracy", "test_accuracy", "train_loss", "test_loss"):
        if name in row:
            run.latest[name] = row[name]


# -- rows ----------------------------------------------------------------------------------------


def insert_stream(connection: sqlite3.Connection, run_id: str, stream: str, columns: tuple[str, ...]) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO streams (run_id, stream, columns)"
        " SELECT ?, ?, ? WHERE EXISTS (SELECT 1 FROM runs WHERE id = ?)",
        (run_id, stream, json.dumps(columns), run_id),
    )


def insert_chunk(
    connection: sqlite3.Connection, run_id: str, stream: str, first: int, rows: int, data: bytes
) -> None:
    """Store a chunk. Deleting a run while its last rows wait in the queue is no error: they go with it."""
    connection.execute(
        "INSERT INTO chunks (run_id, stream, first, rows, data)"
        " SELECT ?, ?, ?, ?, ? WHERE EXISTS (SELECT 1 FROM runs WHERE id = ?)",
        (run_id, stream, first, rows, data, run_id),
    )


def count_rows(connection: sqlite3.Connection, run_id: str, stream: str) -> int:
    """Rows stored in a stream."""
    row = connection.execute(
        "SELECT first + rows FROM chunks WHERE run_id = ? AND stream = ? ORDER BY first DESC LIMIT 1",
        (run_id, stream),
    ).fetchone()
    return row[0] if row else 0


def read_rows(
    connection: sqlite3.Connection,
    run_id: str,
    stream: str,
    after: int = 0,
    *,
    limit: int | None = None,
) -> Rows | None:
    """The rows from number `after` on, at most `limit`; None for a stream that has not begun."""
    row = connection.execute(
        "SELECT columns FROM streams WHERE run_id = ? AND stream = ?", (run_id, stream)
    ).fetchone()
    if row is None:
        return None
    columns = tuple(json.loads(row["columns"]))
    parts: list[NDArray[np.float32]] = []
    taken = 0
    for chunk in connection.execute(
        "SELECT first, rows, data FROM chunks WHERE run_id = ?1 AND stream = ?2 AND first >="
        # the chunk that row `after` lies in may begin before it
        " COALESCE((SELECT MAX(first) FROM chunks WHERE run_id = ?1 AND stream = ?2 AND first <= ?3), 0)"
        " ORDER BY first",
        (run_id, stream, after),
    ):
        values = _values(chunk["data"], len(columns))[:, max(0, after - chunk["first"]) :]
        if limit is not None:
            values = values[:, : limit - taken]
        parts.append(values)
        taken += values.shape[1]
        if limit is not None and taken >= limit:
            break
    values = np.concatenate(parts, axis=1) if parts else np.empty((len(columns), 0), np.float32)
    return Rows(columns, after, values)


def _values(data: bytes, columns: int) -> NDArray[np.float32]:
    return np.frombuffer(data, "<f4").reshape(columns, -1)
