"""Tallies: what a class predicted, counted. They name nobody, and their order says nothing of who answered when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from typing_extensions import TypedDict

from app.lessons.attempt import Value
from app.lessons.document import Choice, Number, Question, Rank, Sketch
from app.lessons.results import Words

#: Numbers, and sketches, that are shown of a class, at most: a sketch has up to 64 points, and all students get them.
MAX_NUMBERS, MAX_SKETCHES = 400, 60


class Bar(TypedDict):
    """An option, or a run that is put first, and how many chose it. `came`: whether it is what came; null: not known to
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
    """The numbers that were given to one question, ascending."""

    question: str
    ask: str
    unit: str
    low: float
    high: float
    values: list[float]
    came: float | None


class SketchTally(TypedDict):
    """The curves that were sketched for one question: run → curves of points."""

    question: str
    ask: str
    chart: str
    runs: dict[str, list[list[list[float]]]]


def bars(
    question: Choice | Rank, values: Iterable[Value], came: Value, names: Sequence[str], words: Words
) -> Bars:
    """How many chose each option; of a ranking, how many put each run first.

    Args:
        came: what came, as the person who asks may know; None: not yet.
        names: of a ranking's runs.
    """
    if isinstance(question, Choice):
        shown = {one.id: words(f"{question.id}.{one.id}", one.text) for one in question.options}
        chosen, true = Counter(values), came
    else:
        shown = {name: name for name in names}
        chosen, true = Counter(value[0] for value in values), came and came[0]
    return {
        "question": question.id,
        "ask": words(question.id, question.ask),
        "votable": can_be_voted_on(question),
        "options": [
            {"id": one, "text": text, "count": chosen[one], "came": None if true is None else one == true}
            for one, text in shown.items()
        ],
    }


def numbers(question: Number, values: Iterable[Value], came: Value, words: Words) -> NumberTally:
    """All numbers that were given."""
    return {
        "question": question.id,
        "ask": words(question.id, question.ask),
        "unit": question.unit and words(f"{question.id}.unit", question.unit),
        "low": question.low,
        "high": question.high,
        "values": sorted(value["value"] for value in values)[:MAX_NUMBERS],
        "came": came,
    }


def sketches(question: Sketch, values: Iterable[Value], words: Words) -> SketchTally:
    """The curves that were sketched, some of very many; those of one person cannot be told by their places."""
    curves: dict[str, list[list[list[float]]]] = {}
    for value in values:
        for name, points in value.items():
            curves.setdefault(name, []).append(points)
    return {
        "question": question.id,
        "ask": words(question.id, question.ask),
        "chart": question.chart,
        "runs": {name: sorted(found[:MAX_SKETCHES]) for name, found in curves.items()},
    }


def can_be_voted_on(question: Question) -> bool:
    """Whether a class can vote on it: its answers are few."""
    return isinstance(question, Choice)
