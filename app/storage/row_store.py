"""The row store: the streams of trainings and their rows, in SQL. Functions of a connection, for `Database` to call."""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Iterator, Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from app.rows import Rows, Times, thin
from app.trainings import Training
from engine.reasons import Reason

#: The rows of two trainings are compared in parts of this many bytes.
COMPARED_BYTES = 1 << 20


class Refused(Exception):
    """Rows that do not continue the stored ones, or have other columns: stored, they would make a wrong curve."""


class WholeStream(Protocol):
    """A stream that is stored together with its training, as in an import."""

    columns: tuple[str, ...]

    def parts(self) -> Iterator[Rows]:
        """All its rows, in order."""
        ...


def open_stream(
    connection: sqlite3.Connection, training_id: str, stream: str, columns: tuple[str, ...]
) -> None:
    """Begin a stream, or go on with one.

    Raises:
        Refused: the stored rows are of other columns; a newer engine may record more than an older one did.
    """
    connection.execute(
        "INSERT OR IGNORE INTO streams (training_id, stream, columns)"
        " SELECT ?, ?, ? WHERE EXISTS (SELECT 1 FROM trainings WHERE id = ?)",
        (training_id, stream, json.dumps(columns), training_id),
    )
    row = connection.execute(
        "SELECT columns FROM streams WHERE training_id = ? AND stream = ?", (training_id, stream)
    ).fetchone()
    if row is not None and tuple(json.loads(row["columns"])) != columns:
        text = f"the stored rows of its {stream} stream have other columns than this version records"
        raise Refused(Reason("stream_columns", text, stream=stream))


def append_rows(
    connection: sqlite3.Connection,
    training_id: str,
    stream: str,
    first: int,
    values: NDArray[np.float32],
    at: float,
    seconds: float,
) -> Rows | None:
    """Store what is new of the rows `first` and following.

    Args:
        values: (columns, rows).
        at: when they came, in Unix seconds.
        seconds: how long it had trained by then.

    A worker that goes on from a checkpoint repeats rows that are stored already, bit for bit: they are left out.
    That they are the same is checked, because a curve whose second half was computed otherwise would be wrong. Only on
    another kind of processor of a cluster they may differ in their last bits: there the run says so.

    Returns what was stored; None if all was known, or if the training was deleted while its last rows were waiting.

    Raises:
        Refused: rows before `first` are missing, or repeated ones differ from those that are stored.
    """
    stream_row = connection.execute(
        "SELECT columns FROM streams WHERE training_id = ? AND stream = ?", (training_id, stream)
    ).fetchone()
    if stream_row is None:
        return None
    stored = count_rows(connection, training_id, stream)
    if first > stored:
        text = f"its {stream} stream has {stored:,} rows; row {first:,} cannot follow them"
        raise Refused(Reason("stream_gap", text, stream=stream, stored=stored, first=first))
    repeated = min(stored - first, values.shape[1])
    if repeated:
        before = read_rows(connection, training_id, stream, first, limit=repeated)
        assert before is not None
        is_same = before.values.tobytes() == values[:, :repeated].tobytes()
        if not is_same and not _has_moved(connection, training_id):
            text = (
                f"computed again from its last checkpoint, its {stream} stream is not the stored one;"
                " another version or another machine rounds differently"
            )
            raise Refused(Reason("stream_other", text, stream=stream))
    values = values[:, repeated:]
    count = values.shape[1]
    if not count:
        return None
    times = [(stored + count, round(at, 3), round(seconds, 3))]
    rows = Rows(tuple(json.loads(stream_row["columns"])), stored, values, times)
    insert_chunk(connection, training_id, stream, rows)
    return rows


def _has_moved(connection: sqlite3.Connection, training_id: str) -> bool:
    """Whether a training was on machines of a cluster that compute differently."""
    row = connection.execute("SELECT machines FROM trainings WHERE id = ?", (training_id,)).fetchone()
    return row is not None and len({machine["arithmetic"] for machine in json.loads(row["machines"])}) > 1


def insert_chunk(connection: sqlite3.Connection, training_id: str, stream: str, rows: Rows) -> None:
    """Store rows that follow the stored ones, with all their times."""
    data = np.ascontiguousarray(rows.values, "<f4").tobytes()
    connection.execute(
        "INSERT INTO chunks (training_id, stream, first, rows, data, times) VALUES (?, ?, ?, ?, ?, ?)",
        (training_id, stream, rows.first, rows.count, data, json.dumps(rows.times)),
    )


def copy_rows(
    connection: sqlite3.Connection, origin_id: str, training_id: str, totals: Mapping[str, int]
) -> None:
    """Give a new training the first rows of another one: of each stream, the chunks within this number of rows."""
    for stream, rows in totals.items():
        values = {"origin": origin_id, "training": training_id, "stream": stream, "rows": rows}
        connection.execute(
            "INSERT INTO streams (training_id, stream, columns)"
            " SELECT :training, stream, columns FROM streams WHERE training_id = :origin AND stream = :stream",
            values,
        )
        connection.execute(
            "INSERT INTO chunks (training_id, stream, first, rows, data, times)"
            " SELECT :training, stream, first, rows, data, times FROM chunks"
            " WHERE training_id = :origin AND stream = :stream AND first + rows <= :rows",
            values,
        )


def count_rows(connection: sqlite3.Connection, training_id: str, stream: str) -> int:
    """Rows stored in a stream."""
    row = connection.execute(
        "SELECT first + rows FROM chunks WHERE training_id = ? AND stream = ? ORDER BY first DESC LIMIT 1",
        (training_id, stream),
    ).fetchone()
    return row[0] if row else 0


def read_rows(
    connection: sqlite3.Connection,
    training_id: str,
    stream: str,
    after: int = 0,
    *,
    limit: int | None = None,
    size: int | None = None,
) -> Rows | None:
    """The rows from number `after` on, at most `limit` and `size` bytes; None for a stream that has not begun."""
    row = connection.execute(
        "SELECT s.columns, t.started_at FROM streams s JOIN trainings t ON t.id = s.training_id"
        " WHERE s.training_id = ? AND s.stream = ?",
        (training_id, stream),
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
        "SELECT first, rows, data, times FROM chunks WHERE training_id = ?1 AND stream = ?2 AND first >="
        # the chunk that row `after` lies in may begin before it
        " COALESCE((SELECT MAX(first) FROM chunks WHERE training_id = ?1 AND stream = ?2 AND first <= ?3), 0)"
        " ORDER BY first",
        (training_id, stream, after),
    ):
        values = _values(chunk["data"], len(columns))[:, max(0, after - chunk["first"]) :]
        if limit is not None:
            values = values[:, : limit - taken]
        parts.append(values)
        taken += values.shape[1]
        chunk_times = _times(chunk["times"], row["started_at"])
        times += [time for time in chunk_times if after < time[0] <= after + taken]
        if limit is not None and taken >= limit:
            break
    values = np.concatenate(parts, axis=1) if parts else np.empty((len(columns), 0), np.float32)
    return Rows(columns, after, values, thin(times))


def load_latest(connection: sqlite3.Connection, training: Training) -> dict[str, int]:
    """Set a training's latest values from the last row of each stream; returns the number of rows by stream."""
    totals = {}
    for stream in connection.execute(
        "SELECT stream, columns FROM streams WHERE training_id = ?", (training.id,)
    ):
        last = connection.execute(
            "SELECT first, rows, data, times FROM chunks WHERE training_id = ? AND stream = ?"
            " ORDER BY first DESC LIMIT 1",
            (training.id, stream["stream"]),
        ).fetchone()
        if last is None:
            continue
        columns = tuple(json.loads(stream["columns"]))
        times = _times(last["times"], training.started_at)
        training.remember(Rows(columns, last["first"], _values(last["data"], len(columns)), times))
        # from the first version, which stored no times
        if not times and training.started_at and training.finished_at:
            training.seconds = max(training.seconds, training.finished_at - training.started_at)
        totals[stream["stream"]] = last["first"] + last["rows"]
    return totals


def read_loss(connection: sqlite3.Connection, training_id: str, iteration: int) -> float | None:
    """The recorded loss of an iteration; None where there is none, as in an import that leaves rows out, or no finite
    one."""
    rows = read_rows(connection, training_id, "train", max(0, iteration - 1), limit=1) if iteration else None
    if rows is None or not rows.count:
        return None
    row = dict(zip(rows.columns, rows.values[:, 0].tolist(), strict=True))
    loss = row.get("loss", math.nan)
    return loss if row["iteration"] == iteration and math.isfinite(loss) else None


def time_of(connection: sqlite3.Connection, training_id: str, stream: str, row: int) -> Times:
    """When the row before number `row` came, from the times before and after it; none where no times are stored."""
    chunks = connection.execute(
        "SELECT c.times, t.started_at FROM chunks c JOIN trainings t ON t.id = c.training_id"
        " WHERE c.training_id = ? AND c.stream = ? AND c.first < ? ORDER BY c.first DESC LIMIT 2",
        (training_id, stream, row),
    ).fetchall()
    times = [time for chunk in reversed(chunks) for time in _times(chunk["times"], chunk["started_at"])]
    if not times:
        return []
    rows, at, seconds = zip(*times, strict=True)
    return [(row, float(np.interp(row, rows, at)), float(np.interp(row, (0, *rows), (0.0, *seconds))))]


def first_difference(
    connection: sqlite3.Connection, one: str, other: str, rows: Mapping[str, int]
) -> tuple[str, int] | None:
    """The stream and the iteration of the first row that is not the same in two trainings, bit for bit; None: all are.

    Args:
        rows: how many of each stream are compared. Streams of other columns differ from their first row on.
    """
    for stream, count in rows.items():
        first = iteration = 0
        while first < count:
            mine, others = (
                read_rows(connection, training_id, stream, first, limit=count - first, size=COMPARED_BYTES)
                for training_id in (one, other)
            )
            if not (mine and others and 0 < mine.count == others.count and mine.columns == others.columns):
                return stream, iteration + 1
            left, right = (np.ascontiguousarray(part.values).view(np.uint32) for part in (mine, others))
            different = (left != right).any(axis=0)
            iterations = mine.values[mine.columns.index("iteration")]
            if different.any():
                return stream, int(iterations[different.argmax()])
            first += mine.count
            iteration = int(iterations[-1])
    return None


def _times(text: str, started_at: float | None) -> Times:
    """A chunk's times. Those of an earlier version have no seconds of training, only the times of its clock."""
    return [
        (row, at, trained[0] if trained else max(0.0, at - (started_at or at)))
        for row, at, *trained in json.loads(text)
    ]


def _values(data: bytes, columns: int) -> NDArray[np.float32]:
    return np.frombuffer(data, "<f4").reshape(columns, -1)
