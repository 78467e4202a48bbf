"""The run store: runs and their metric chunks, in SQL. Functions of a connection, for `Database` to call."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.rows import Rows, Times, thin
from app.runs import Run, RunStatus
from engine.reasons import Reason, restored

#: Checkpoints that are remembered of a run: the newest, and the one before it in case its file is damaged.
CHECKPOINTS = 2


class Refused(Exception):
    """Rows that do not go on where the stored ones end, or are of other columns: they would make a false curve."""


# -- runs ----------------------------------------------------------------------------------------


def insert_run(connection: sqlite3.Connection, run: Run) -> int:
    """Store a new run; returns the number it was given."""
    cursor = connection.execute(
        "INSERT INTO runs (id, name, status, attempt, lesson, group_id, config, iterations, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            run.id,
            run.name,
            run.status.value,
            run.attempt,
            run.lesson,
            run.group_id,
            json.dumps(run.config, allow_nan=False),
            run.iterations,
            run.created_at,
        ),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def update_run(connection: sqlite3.Connection, run_id: str, changes: dict[str, Any]) -> None:
    """Store changed columns of a run; lists and objects are stored as JSON."""
    assignments = ", ".join(f"{column} = :{column}" for column in changes)
    values = {
        column: json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value
        for column, value in changes.items()
    }
    connection.execute(f"UPDATE runs SET {assignments} WHERE id = :id", {**values, "id": run_id})


def add_annotation(connection: sqlite3.Connection, run_id: str, annotation: dict[str, Any]) -> None:
    """Store what happened at an iteration, in its order among the rows."""
    connection.execute(
        "UPDATE runs SET annotations = json_insert(annotations, '$[#]', json(?)) WHERE id = ?",
        (json.dumps(annotation, allow_nan=False), run_id),
    )


def add_checkpoint(
    connection: sqlite3.Connection, run_id: str, checkpoint: dict[str, Any]
) -> list[dict[str, Any]]:
    """Store that a checkpoint was made, in its order among the rows; returns those that are remembered now."""
    row = connection.execute("SELECT checkpoints FROM runs WHERE id = ?", (run_id,)).fetchone()
    kept = [checkpoint, *(json.loads(row["checkpoints"]) if row else [])][:CHECKPOINTS]
    update_run(connection, run_id, {"checkpoints": kept})
    return kept


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
            reason=row["reason"] and restored(row["reason"], json.loads(row["why"] or "null")),
            attempt=row["attempt"],
            lesson=row["lesson"],
            group_id=row["group_id"],
            color=row["color"],
            starred=bool(row["starred"]),
            archived=bool(row["archived"]),
            tags=json.loads(row["tags"]),
            notes=row["notes"],
            annotations=json.loads(row["annotations"]),
            checkpoints=json.loads(row["checkpoints"]),
            crashes=row["crashes"],
            crashed_at=row["crashed_at"],
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


def open_stream(connection: sqlite3.Connection, run_id: str, stream: str, columns: tuple[str, ...]) -> None:
    """Begin a stream, or go on with one.

    Raises:
        Refused: the stored rows are of other columns; a newer engine may record more than an older one did.
    """
    connection.execute(
        "INSERT OR IGNORE INTO streams (run_id, stream, columns)"
        " SELECT ?, ?, ? WHERE EXISTS (SELECT 1 FROM runs WHERE id = ?)",
        (run_id, stream, json.dumps(columns), run_id),
    )
    row = connection.execute(
        "SELECT columns FROM streams WHERE run_id = ? AND stream = ?", (run_id, stream)
    ).fetchone()
    if row is not None and tuple(json.loads(row["columns"])) != columns:
        text = f"the stored rows of its {stream} stream have other columns than this version records"
        raise Refused(Reason("stream_columns", text, stream=stream))


def append_rows(
    connection: sqlite3.Connection,
    run_id: str,
    stream: str,
    first: int,
    values: NDArray[np.float32],
    at: float,
) -> Rows | None:
    """Store what is new of the rows `first` and following; `values` is (columns, rows), `at` when they came.

    A worker that goes on from a checkpoint repeats rows that are stored already, bit for bit: they are left out.
    That they are the same is checked, because a curve whose second half was computed otherwise would be a lie.

    Returns what was stored; None if all was known, or if the run was deleted while its last rows were waiting.

    Raises:
        Refused: rows before `first` are missing, or repeated ones differ from those that are stored.
    """
    found = connection.execute(
        "SELECT columns FROM streams WHERE run_id = ? AND stream = ?", (run_id, stream)
    ).fetchone()
    if found is None:
        return None
    stored = count_rows(connection, run_id, stream)
    if first > stored:
        text = f"its {stream} stream has {stored:,} rows; row {first:,} cannot follow them"
        raise Refused(Reason("stream_gap", text, stream=stream, stored=stored, first=first))
    known = min(stored - first, values.shape[1])
    if known:
        before = read_rows(connection, run_id, stream, first, limit=known)
        assert before is not None
        if before.values.tobytes() != values[:, :known].tobytes():
            text = (
                f"computed again from its last checkpoint, its {stream} stream is not the stored one;"
                " another version or another machine computes other last digits"
            )
            raise Refused(Reason("stream_other", text, stream=stream))
    values = values[:, known:]
    count = values.shape[1]
    if not count:
        return None
    times = [(stored + count, round(at, 3))]
    connection.execute(
        "INSERT INTO chunks (run_id, stream, first, rows, data, times) VALUES (?, ?, ?, ?, ?, ?)",
        (run_id, stream, stored, count, np.ascontiguousarray(values, "<f4").tobytes(), json.dumps(times)),
    )
    return Rows(tuple(json.loads(found["columns"])), stored, values, times)


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
    size: int | None = None,
) -> Rows | None:
    """The rows from number `after` on, at most `limit` and `size` bytes; None for a stream that has not begun."""
    row = connection.execute(
        "SELECT columns FROM streams WHERE run_id = ? AND stream = ?", (run_id, stream)
    ).fetchone()
    if row is None:
        return None
    columns = tuple(json.loads(row["columns"]))
    if size is not None:
        most = max(1, size // (4 * len(columns)))
        limit = most if limit is None else min(limit, most)
    parts: list[NDArray[np.float32]] = []
    times: Times = []
    taken = 0
    for chunk in connection.execute(
        "SELECT first, rows, data, times FROM chunks WHERE run_id = ?1 AND stream = ?2 AND first >="
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
        times += [(end, at) for end, at in json.loads(chunk["times"]) if after < end <= after + taken]
        if limit is not None and taken >= limit:
            break
    values = np.concatenate(parts, axis=1) if parts else np.empty((len(columns), 0), np.float32)
    return Rows(columns, after, values, thin(times))


def _values(data: bytes, columns: int) -> NDArray[np.float32]:
    return np.frombuffer(data, "<f4").reshape(columns, -1)
