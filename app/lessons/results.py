"""Results: a person's predictions beside the results of their own runs."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from app.lessons import expressions
from app.lessons.attempt import Answer, Attempt, Value
from app.lessons.document import Choice, Click, Number, Option, Question, Rank, Sketch
from app.lessons.functions import Kind, Unmeasured
from app.lessons.outcome import Curves, Figures, Numbers
from app.runs import Run
from app.trainings import Status, Training

#: The text of a question's part in the reader's language: its key, and the text in the lesson's file.
Words = Callable[[str, str], str]

#: Numbers that differ by less, as a share of the result, are the same: the figures are stored with as many digits.
PRECISION = 1e-6
#: Charts whose curves a sketch is compared with.
CHARTS: Mapping[str, Callable[[Curves], Numbers]] = {
    "test_accuracy": lambda curves: curves.test,
    "train_accuracy": lambda curves: curves.train,
    "accuracy": lambda curves: curves.test,
    "loss": lambda curves: curves.loss,
    "train_loss": lambda curves: curves.loss,
}


# -- which runs are there --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Missing:
    """A run of an attempt that gives no figures, and why: `deleted`, `cancelled`, `failed`, `paused`, or `changed` by
    hand while it trained."""

    name: str
    run: str | None
    why: str


@dataclass(frozen=True, slots=True)
class State:
    """What is there of an attempt's runs.

    Attributes:
        trainings: of those that have ended and count, by the name of the run.
        missing: those that give no figures: deleted, or stopped until they are resumed or launched again.
        waiting: how many train or wait.
    """

    trainings: Mapping[str, Training]
    missing: tuple[Missing, ...]
    waiting: int

    @property
    def has_ended(self) -> bool:
        """Whether all have ended, and count."""
        return not self.missing and not self.waiting


def state_of(attempt: Attempt, names: Iterable[str], find: Callable[[str], Run | None]) -> State:
    """What is there of the runs of these names."""
    trainings: dict[str, Training] = {}
    missing: list[Missing] = []
    waiting = 0
    for name in names:
        run_id = attempt.runs.get(name)
        run = None if run_id is None else find(run_id)
        lack = "deleted" if run is None else _lack(run.training)
        if lack is not None:
            missing.append(Missing(name, run_id if run is not None else None, lack))
        elif run is not None and run.training.status.finished:
            trainings[name] = run.training
        else:
            waiting += 1
    return State(trainings, tuple(missing), waiting)


def is_measured(training: Training) -> bool:
    """Whether a training has ended, and its figures are those of its experiment."""
    return training.status.finished and _lack(training) is None


def is_trained_here(training: Training) -> bool:
    """Whether it has ended and counts; an import has no fingerprint, and might say anything."""
    return is_measured(training) and training.fingerprint is not None


def _lack(training: Training) -> str | None:
    """Why a training gives no figures for a lesson; None: it does, or will. One that diverged does."""
    if training.wanted or any(annotation["kind"] == "live" for annotation in training.annotations):
        return "changed"
    if training.status in (Status.CANCELLED, Status.FAILED, Status.PAUSED):
        return training.status.value
    return None


# -- right answers ---------------------------------------------------------------------------------


def right_answer(question: Question, figures: Figures, runs: Collection[str]) -> Value:
    """The right answer to a question: an option's id, names of runs in order, or a number.

    None if no option is right, if it cannot be measured, and for a sketch.

    Args:
        figures: of the runs that were trained.
        runs: the names of the lesson's runs in its file.
    """
    try:
        match question:
            case Choice():
                return next(
                    (option.id for option in question.options if _holds(option, question, figures, runs)),
                    None,
                )
            case Rank():
                values = _values(question, figures)
                return sorted(values, key=lambda name: (-values[name], name)) if values else None
            case Number() | Click():
                return value_of(parsed(question.value, tuple(runs), "number"), figures)
            case Sketch():
                return None
    except Unmeasured:
        return None


def _holds(option: Option, question: Choice, figures: Figures, runs: Collection[str]) -> bool:
    if option.holds is None:
        return option is question.options[-1]
    return expressions.holds(parsed(option.holds, tuple(runs), "truth"), figures)


def _values(question: Rank, figures: Figures) -> dict[str, float]:
    """Name of the run here → the value by which it is ranked; none where one cannot be measured."""
    means = {}
    for written in question.runs:
        name = figures.name(written)
        if name not in figures.outcomes:
            raise Unmeasured(f"there is no run {name!r}")
        means[name] = float(np.mean(getattr(figures.outcomes[name], question.by)))
    return means if all(math.isfinite(value) for value in means.values()) else {}


@functools.lru_cache(maxsize=1024)
def parsed(text: str, runs: tuple[str, ...], kind: Kind) -> expressions.Expression:
    """An expression of a lesson, which was checked when the lesson was read.

    Args:
        runs: the names that it may use.
    """
    return expressions.parse(text, runs, kind=kind)


def value_of(expression: expressions.Expression, figures: Figures) -> float | None:
    """The number that an expression gives; None if the figures do not have what it needs, or it is not finite."""
    try:
        value = expressions.value_of(expression, figures)
    except Unmeasured:
        return None
    return value if math.isfinite(value) else None


def judge(
    question: Question, value: Value, figures: Figures, runs: Collection[str], at: float = 0.0
) -> Answer:
    """An answer with whether it is right by these figures."""
    true = right_answer(question, figures, runs)
    if true is None:
        return Answer(value, None, None, at)
    match question:
        case Rank():
            values = _values(question, figures)
            pairs = [(first, later) for index, first in enumerate(value) for later in value[index + 1 :]]
            right = all(values[first] >= values[later] - question.tie for first, later in pairs)
        case Number():
            right = abs(value["value"] - true) <= max(value["range"], question.within)
        case Click():
            right = abs(value - true) <= question.within
        case _:
            right = value == true
    return Answer(value, right, true, at)


# -- how it is shown -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """One run of a ranking or a sketch: its place or its last value, as predicted and as it came. `off`: how many
    places, or the mean distance of the two curves."""

    name: str
    predicted: str
    came: str
    off: float | None


@dataclass(frozen=True, slots=True)
class QuestionOutcome:
    """A prediction beside the result. `off`: how far a number was off, or the mean distance of all sketched curves."""

    id: str
    kind: str
    predicted: str
    came: str
    right: bool | None
    off: float | None
    runs: tuple[RunOutcome, ...]


def outcome(
    question: Question, value: Value, figures: Figures, runs: Collection[str], words: Words
) -> QuestionOutcome:
    """What came of a prediction, in words."""
    judged = judge(question, value, figures, runs)
    off: float | None = None
    of_runs: tuple[RunOutcome, ...] = ()
    if isinstance(question, Sketch):
        of_runs = tuple(_sketched(question, name, points, figures) for name, points in value.items())
        distances = [run.off for run in of_runs if run.off is not None]
        off = rounded(float(np.mean(distances))) if distances else None
    elif isinstance(question, Number) and judged.came is not None:
        off = abs(value["value"] - judged.came)
        off = 0.0 if off < PRECISION * abs(judged.came) else rounded(off)
    elif isinstance(question, Rank) and judged.came is not None:
        of_runs = tuple(
            RunOutcome(
                name, str(value.index(name) + 1), str(place), float(abs(value.index(name) + 1 - place))
            )
            for place, name in enumerate(judged.came, 1)
        )
    return QuestionOutcome(
        question.id,
        question.kind,
        in_words(question, value, words),
        in_words(question, judged.came, words),
        judged.right,
        off,
        of_runs,
    )


def _sketched(question: Sketch, name: str, points: list[list[float]], figures: Figures) -> RunOutcome:
    """A sketched curve beside the measured one, compared at the evaluations between the sketch's ends."""
    unit = " %" if question.chart.endswith("accuracy") else ""
    predicted = f"{_short(points[-1][1])}{unit}"
    of_chart, curves = CHARTS.get(question.chart), figures.curves.get(name)
    if of_chart is None or curves is None:
        return RunOutcome(name, predicted, "", None)
    places, values = curves.evaluations, of_chart(curves)
    xs, ys = zip(*points, strict=True)
    within = (places >= xs[0]) & (places <= xs[-1]) & np.isfinite(values)
    finite = values[np.isfinite(values)]
    came_last = f"{_short(float(finite[-1]))}{unit}" if finite.size else ""
    if not within.any():
        return RunOutcome(name, predicted, came_last, None)
    distance = float(np.mean(np.abs(values[within] - np.interp(places[within], xs, ys))))
    return RunOutcome(name, predicted, came_last, rounded(distance))


def in_words(question: Question, value: Value, words: Words) -> str:
    """A value in the reader's language; empty for None, for sketches, and for what is no value of this question: a
    lesson's file may change."""
    match question, value:
        case Choice(), str():
            option = next((candidate for candidate in question.options if candidate.id == value), None)
            return "" if option is None else words(f"{question.id}.{option.id}", option.text)
        case Rank(), list():
            return " > ".join(value)
        case Number(), int() | float():
            return f"{_short(value)}{unit(question, words)}"
        case Number(), {"value": int() | float() as number, "range": int() | float() as spread}:
            return f"{_short(number)}{f' ± {_short(spread)}' if spread else ''}{unit(question, words)}"
        case Click(), int() | float():
            return f"{round(value):,}"
    return ""


def unit(question: Number, words: Words) -> str:
    """The unit of a question, to be written after a number."""
    return question.unit and f" {words(f'{question.id}.unit', question.unit)}"


def rounded(value: float) -> float | None:
    """With four digits; None where it is not finite."""
    return float(f"{value:.4g}") if math.isfinite(value) else None


def _short(value: float) -> str:
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"
