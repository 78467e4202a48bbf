"""The rows of a run, and two runs compared row by row."""

from __future__ import annotations

from typing_extensions import TypedDict

from app.answers.shape import Number, answer


@answer
class MetricsAnswer(TypedDict):
    """Rows of a stream, column by column; null where a value is not finite."""

    run: str
    stream: str
    first: int
    rows: int
    total: int
    columns: dict[str, list[Number | None]]


@answer
class Difference(TypedDict):
    """Where two runs differ first: the stream, and the iteration of the row."""

    stream: str
    iteration: int


@answer
class ComparisonAnswer(TypedDict):
    """Two runs' rows, as far as both have them. `identical`: equal bit for bit. `rows` are those that were compared, by
    stream."""

    identical: bool
    rows: dict[str, int]
    difference: Difference | None
