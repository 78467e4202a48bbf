"""Tallies: what a class predicted, counted. They name no student, and their order says nothing of who answered when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from typing_extensions import TypedDict

from app.lessons.attempt import Value
from app.lessons.document import Choice, Click, Number, Question, Rank, Sketch, Spread
from app.lessons.results import Words

T = TypeVar("T")

#: At most this many numbers, or sketches of a run, are sent: a sketch has up to 64 points, and all students get it.
MAX_NUMBERS, MAX_SKETCHES = 400, 60


class Bar(TypedDict):
    """An option, or a run that is put first, and how many chose it. `came`: whether it is right; null: not known to
    the person who asks."""

    id: str
    text: str
    count: int
    came: bool | None


class Bars(TypedDict):
    """Of one question. `votable`: whether the class can vote on it."""

    question: str
    ask: str
    votable: bool
    options: list[Bar]


class NumberTally(TypedDict):
    """The numbers that were given to one question, or measured. What is measured has no bounds. `values`: ascending, of
    very many some, evenly chosen. `count`: how many there are."""

    question: str
    ask: str
    unit: str
    low: float | None
    high: float | None
    values: list[float]
    count: int
    came: float | None


class SketchTally(TypedDict):
    """The curves that were sketched for one question. `runs`: run → curves of points, of very many some, evenly chosen.
    `counts`: run → how many there are. `came`: run → the measured curve, as far as the person who asks may know it."""

    question: str
    ask: str
    chart: str
    runs: dict[str, list[list[list[float]]]]
    counts: dict[str, int]
    came: dict[str, list[list[float]]]


#: How a class answered a question with one try.
AnswerTally = Bars | NumberTally


def bars(
    question: Choice | Rank, values: Iterable[Value], came: Value, names: Sequence[str], words: Words
) -> Bars:
    """How many chose each option; of a ranking, how many put each run first.

    Args:
        came: the result, if the person who asks may know it; None: not yet.
        names: of a ranking's runs.
    """
    if isinstance(question, Choice):
        shown = {option.id: words(f"{question.id}.{option.id}", option.text) for option in question.options}
        chosen, true = Counter(values), came
    else:
        shown = {name: name for name in names}
        chosen, true = Counter(value[0] for value in values), came and came[0]
    return {
        "question": question.id,
        "ask": words(question.id, question.ask),
        "votable": can_be_voted_on(question),
        "options": [
            {
                "id": option,
                "text": text,
                "count": chosen[option],
                "came": None if true is None else option == true,
            }
            for option, text in shown.items()
        ],
    }


def numbers(
    question: Number | Click, values: Iterable[Value], came: Value, words: Words, *, iterations: int
) -> NumberTally:
    """The numbers that were given.

    Args:
        iterations: of the longest run, up to which one can click.
    """
    unit, low, high = "", 0.0, float(iterations)
    if isinstance(question, Number):
        unit = question.unit and words(f"{question.id}.unit", question.unit)
        low, high = question.low, question.high
    given = sorted(map(number_of, values))
    return {
        "question": question.id,
        "ask": words(question.id, question.ask),
        "unit": unit,
        "low": low,
        "high": high,
        "values": _evenly(given, MAX_NUMBERS),
        "count": len(given),
        "came": came,
    }


def number_of(value: Value) -> float:
    """The number of an answer, without its range."""
    number: float = value["value"] if isinstance(value, dict) else value
    return number


def spread(of: Spread, values: Iterable[float], words: Words) -> NumberTally:
    """What was measured in the runs of each."""
    measured = sorted(values)
    return {
        "question": of.id,
        "ask": words(of.id, of.says),
        "unit": of.unit and words(f"{of.id}.unit", of.unit),
        "low": None,
        "high": None,
        "values": _evenly(measured, MAX_NUMBERS),
        "count": len(measured),
        "came": None,
    }


def sketches(
    question: Sketch, values: Iterable[Value], came: Mapping[str, list[list[float]]], words: Words
) -> SketchTally:
    """The curves that were sketched; their order does not show which are of one person."""
    curves: dict[str, list[list[list[float]]]] = {}
    for value in values:
        for name, points in value.items():
            curves.setdefault(name, []).append(points)
    return {
        "question": question.id,
        "ask": words(question.id, question.ask),
        "chart": question.chart,
        "runs": {name: _evenly(sorted(drawn), MAX_SKETCHES) for name, drawn in curves.items()},
        "counts": {name: len(drawn) for name, drawn in curves.items()},
        "came": dict(came),
    }


def _evenly(items: list[T], most: int) -> list[T]:
    """At most this many of some items, evenly chosen, with the first and the last."""
    if len(items) <= most:
        return items
    return [items[round(index * (len(items) - 1) / (most - 1))] for index in range(most)]


def can_be_voted_on(question: Question) -> bool:
    """Whether a class can vote on it: its answers are few."""
    return isinstance(question, Choice)
