"""Values: what people send as answers, checked by the question that they answer."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from app.errors import Invalid
from app.lessons.attempt import Value
from app.lessons.document import Choice, Click, Number, Question, Rank, Sketch

#: Points of one sketched curve.
MIN_POINTS, MAX_POINTS = 2, 64
#: The highest value of a sketch that does not show accuracies.
MAX_VALUE = 1e6
#: The longest answer to the last question, in characters.
MAX_LENGTH = 2000


def checked(
    question: Question, given: object, field: str, *, names: Mapping[str, str], iterations: int
) -> Value:
    """An answer as it is stored.

    Args:
        field: where it is in the request, such as "prediction.ahead".
        names: a run's name in the lesson's file → its name here, if it differs. People send the latter.
        iterations: of the longest run.

    Raises:
        Invalid: with the field, the bound and the value.
    """
    match question:
        case Choice():
            return _one_of(given, [option.id for option in question.options], field)
        case Rank():
            return _order(given, [names.get(name, name) for name in question.runs], field)
        case Number():
            return _number_with_range(question, given, field)
        case Sketch():
            highest = 100.0 if question.chart.endswith("accuracy") else MAX_VALUE
            return _sketches(
                given, [names.get(name, name) for name in question.runs], field, iterations, highest
            )
        case Click():
            return _whole(given, 0, iterations, field)


def text(given: object, field: str) -> str:
    """The answer to the last question.

    Raises:
        Invalid: with the field, the bound and the value.
    """
    if not isinstance(given, str):
        raise _wrong_kind(given, "a text", field)
    if len(given) > MAX_LENGTH:
        raise Invalid(
            f"{field} has {len(given):,} characters; at most {MAX_LENGTH:,} are taken",
            code="range",
            field=field,
            bounds={"maximum": MAX_LENGTH, "value": len(given)},
        )
    return given


def _one_of(given: object, choices: Sequence[str], field: str) -> str:
    if not isinstance(given, str):
        raise _wrong_kind(given, "one of " + ", ".join(choices), field)
    if given not in choices:
        raise Invalid(
            f"{field} must be one of {', '.join(choices)}, not {given[:40]!r}",
            code="unknown_name",
            field=field,
            bounds={"choices": list(choices)},
        )
    return given


def _order(given: object, runs: Sequence[str], field: str) -> list[str]:
    if not isinstance(given, list) or not all(isinstance(name, str) for name in given):
        raise _wrong_kind(given, "a list of names of runs", field)
    if sorted(given) != sorted(runs):
        raise Invalid(
            f"{field} must hold each of {', '.join(runs)} once",
            code="unknown_name",
            field=field,
            bounds={"choices": list(runs)},
        )
    return given


def _number_with_range(question: Number, given: object, field: str) -> dict[str, float]:
    """`{"value", "range"}`; a number alone has the range 0."""
    if isinstance(given, dict):
        if unknown := given.keys() - {"value", "range"}:
            name = str(min(unknown, key=str))[:40]
            raise Invalid(f"{field}.{name} is not known", code="unknown_key", field=f"{field}.{name}")
        if "value" not in given:
            raise Invalid(f"{field}.value is missing", code="missing", field=f"{field}.value")
        value, spread = given["value"], given.get("range", 0)
        field_of_value = f"{field}.value"
    else:
        value, spread, field_of_value = given, 0, field
    return {
        "value": _number(value, question.low, question.high, field_of_value),
        "range": _number(spread, 0, question.high - question.low, f"{field}.range"),
    }


def _sketches(
    given: object, runs: Sequence[str], field: str, iterations: int, highest: float
) -> dict[str, list[list[float]]]:
    if not isinstance(given, dict):
        raise _wrong_kind(given, "an object with a list of points for each run", field)
    for name in given:
        _one_of(name, runs, field)
    sketches = {}
    for name in runs:
        where = f"{field}.{name}"
        if name not in given:
            raise Invalid(f"{where} is missing", code="missing", field=where)
        sketches[name] = _points(given[name], where, iterations, highest)
    return sketches


def _points(given: object, field: str, iterations: int, highest: float) -> list[list[float]]:
    if not isinstance(given, list):
        raise _wrong_kind(given, "a list of points", field)
    if not MIN_POINTS <= len(given) <= MAX_POINTS:
        raise Invalid(
            f"{field} must have {MIN_POINTS} to {MAX_POINTS} points, not {len(given)}",
            code="range",
            field=field,
            bounds={"minimum": MIN_POINTS, "maximum": MAX_POINTS, "value": len(given)},
        )
    points: list[list[float]] = []
    for index, point in enumerate(given):
        where = f"{field}.{index}"
        if not isinstance(point, list) or len(point) != 2:
            raise _wrong_kind(point, "an iteration and a value", where)
        x = _number(point[0], 0, iterations, f"{where}.0")
        if points and x <= points[-1][0]:
            text = f"{where}.0 must be above {points[-1][0]:g}, the iteration of the point before, not {x:g}"
            raise Invalid(
                text, code="range", field=f"{where}.0", bounds={"minimum": points[-1][0], "value": x}
            )
        points.append([x, _number(point[1], 0, highest, f"{where}.1")])
    return points


def _whole(given: object, low: int, high: int, field: str) -> int:
    if isinstance(given, bool) or not isinstance(given, int):
        raise _wrong_kind(given, "a whole number", field)
    return round(_number(given, low, high, field))


def _number(given: object, low: float, high: float, field: str) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float) or given != given:
        raise _wrong_kind(given, "a number", field)
    if not low <= given <= high:  # also of a whole number that is too large for a float
        shown = given if isinstance(given, float) and math.isfinite(given) else str(given)[:24]
        raise Invalid(
            f"{field} must be from {low:g} to {high:g}, not {shown}",
            code="range",
            field=field,
            bounds={"minimum": low, "maximum": high},
        )
    return float(given)


def _wrong_kind(given: object, wanted: str, field: str) -> Invalid:
    shown: Any = type(given).__name__ if isinstance(given, dict | list) else repr(given)[:40]
    return Invalid(f"{field} must be {wanted}, not {shown}", code="type", field=field)
