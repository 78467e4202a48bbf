"""Trials as a table: CSV, a row for each."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

from app.answers.studies import TrialAnswer
from app.exports.tables import BYTE_ORDER_MARK
from app.texts import cell
from engine.studies import StudyConfig
from engine.studies.space import Values

#: A trial, and the values of its configuration.
TrialRow = tuple[TrialAnswer, Values]

_BEFORE = ("trial", "configuration")
_AFTER = ("seed", "fold", "rung", "iterations", "status", "score", "remembered", "seconds", "reason")


def trials_csv(rows: Iterable[TrialRow], config: StudyConfig) -> Iterator[str]:
    """The table in pieces of text; `score` is called as the study's metric."""
    paths = [parameter.path for parameter in config.space]
    after = [config.metric if name == "score" else name for name in _AFTER]
    yield BYTE_ORDER_MARK + _text([*_BEFORE, *map(cell, paths), *after])
    for trial, values in rows:
        cells: dict[str, Any] = {**trial}
        yield _text(
            [
                str(trial["number"]),
                str(trial["configuration"]),
                *(_value(values[path]) for path in paths),
                *(_value(cells[name]) for name in _AFTER),
            ]
        )


def _value(value: Any) -> str:
    """A value as a cell: a text is written as it is, an object as JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return cell(value)
    return cell(json.dumps(value)) if isinstance(value, list | dict) else json.dumps(value)


def _text(cells: list[str]) -> str:
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerow(cells)
    return file.getvalue()
