"""CSV: every recorded row, one line for each iteration; an evaluation is in the line of its iteration.

In UTF-8 with a byte order mark: without it, Excel reads a table in the code page of its Windows.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from app.exports.recording import Recording, texts
from app.texts import cell

MARK = "\ufeff"
#: How many rows are written at a time.
WRITTEN = 2000


def run_csv(recording: Recording) -> Iterator[str]:
    """One run, in pieces."""
    train, evaluation = _columns(recording)
    yield MARK
    if train:
        yield _text([[*train, *evaluation]])
    for rows in _rows(recording, len(evaluation)):
        yield _text(rows)


def runs_csv(recordings: Sequence[Recording]) -> Iterator[str]:
    """Several runs one after the other. The columns `run` and `name` identify the run; columns that it lacks are
    empty."""
    found = [_columns(recording) for recording in recordings]
    train = list(dict.fromkeys(name for columns, _ in found for name in columns))
    evaluation = list(dict.fromkeys(name for _, columns in found for name in columns))
    yield MARK + _text([["run", "name", *train, *evaluation]])
    for recording, (own_train, own_evaluation) in zip(recordings, found, strict=True):
        own = [*own_train, *own_evaluation]
        places = [own.index(name) if name in own else None for name in (*train, *evaluation)]
        start = [cell(recording.id), cell(recording.run["name"])]
        for rows in _rows(recording, len(own_evaluation)):
            yield _text(
                [[*start, *("" if place is None else row[place] for place in places)] for row in rows]
            )


def _columns(recording: Recording) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The columns of the train stream, and those of the evaluation stream without its iteration."""
    return recording.columns("train"), recording.columns("evaluation")[1:]


def _rows(recording: Recording, evaluated: int) -> Iterator[list[list[str]]]:
    """The lines as texts, in pieces. Both streams are in the order of iterations, so they are merged as they are
    read."""
    evaluations = (row for page in recording.pages("evaluation") for row in texts(page.values))
    pending = next(evaluations, None)
    empty = [""] * evaluated
    for page in recording.pages("train"):
        rows = texts(page.values)
        for row in rows:
            found = empty
            while pending is not None and int(pending[0]) <= int(row[0]):
                if (
                    pending[0] == row[0]
                ):  # if there are two at one iteration, the second is that of the final weights
                    found = pending[1:]
                pending = next(evaluations, None)
            row += found
        for first in range(0, len(rows), WRITTEN):
            yield rows[first : first + WRITTEN]


def _text(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)  # lines end in \r\n, so both are quoted in a name
    return text.getvalue()
