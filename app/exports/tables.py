"""CSV: one line for each recorded iteration. If an iteration was evaluated, its line also has the evaluation.

The text is UTF-8 with a byte order mark. Without the mark, Excel on Windows assumes the system's code page.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from app.exports.recording import Recording, texts
from app.texts import cell

BYTE_ORDER_MARK = "\ufeff"
#: The most rows in one piece of text.
ROWS_IN_PIECE = 2000


def run_csv(recording: Recording) -> Iterator[str]:
    """The table of one run, in pieces of text: a line of column names, then at most `ROWS_IN_PIECE` lines each."""
    train, evaluation = _columns(recording)
    yield BYTE_ORDER_MARK
    if train:
        yield _text([[*train, *evaluation]])
    for rows in _rows(recording, len(evaluation)):
        yield _text(rows)


def runs_csv(recordings: Sequence[Recording]) -> Iterator[str]:
    """The tables of several runs, one below the other, in pieces of text.

    The columns `run` and `name` identify the run. A column that a run does not have is empty in its lines.
    """
    columns_of_runs = [_columns(recording) for recording in recordings]
    train = list(dict.fromkeys(name for columns, _ in columns_of_runs for name in columns))
    evaluation = list(dict.fromkeys(name for _, columns in columns_of_runs for name in columns))
    yield BYTE_ORDER_MARK + _text([["run", "name", *train, *evaluation]])
    for recording, (own_train, own_evaluation) in zip(recordings, columns_of_runs, strict=True):
        own = [*own_train, *own_evaluation]
        places = [own.index(name) if name in own else None for name in (*train, *evaluation)]
        start = [cell(recording.id), cell(recording.run["name"])]
        for rows in _rows(recording, len(own_evaluation)):
            yield _text(
                [[*start, *("" if place is None else row[place] for place in places)] for row in rows]
            )


def _columns(recording: Recording) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The columns of the train stream, and the columns of the evaluation stream except `iteration`."""
    return recording.columns("train"), recording.columns("evaluation")[1:]


def _rows(recording: Recording, evaluation_columns: int) -> Iterator[list[list[str]]]:
    """The cells of the lines, in pieces.

    Both streams are sorted by iteration, so the function merges them page by page and never holds a whole run.
    """
    evaluations = (row for page in recording.pages("evaluation") for row in texts(page.values))
    pending = next(evaluations, None)
    empty = [""] * evaluation_columns
    for page in recording.pages("train"):
        rows = texts(page.values)
        for row in rows:
            evaluation = empty
            while pending is not None and int(pending[0]) <= int(row[0]):
                # an iteration may have two evaluations; the second one, of the final weights, is written
                if pending[0] == row[0]:
                    evaluation = pending[1:]
                pending = next(evaluations, None)
            row += evaluation
        for first in range(0, len(rows), ROWS_IN_PIECE):
            yield rows[first : first + ROWS_IN_PIECE]


def _text(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    # lines end in \r\n, so the writer quotes a name that contains either character
    csv.writer(text).writerows(rows)
    return text.getvalue()
