"""The results of a class in a lesson: the answers that are right in most of its attempts, the median of their curves,
and a figure of each attempt."""

from __future__ import annotations

import json
import statistics
from collections import Counter, OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from app.lessons import results
from app.lessons.attempt import Attempt, Value
from app.lessons.document import Click, Number, Question, Sketch, Spread
from app.lessons.outcome import Figures
from app.lessons.playing import Playing
from app.lessons.stage import Stage

#: The most attempts that decide which answers are right for the class: reading the figures of each takes time.
MAX_ATTEMPTS = 50
#: The most points of a median curve.
MAX_POINTS = 60
#: The most figures of attempts that are remembered. They are requested again whenever a page shows the room.
MAX_FIGURES = 4000

#: run → points (iteration, value)
MeasuredCurves = Mapping[str, list[list[float]]]


@dataclass(frozen=True, slots=True)
class RightAnswers:
    """For each question, the answer that is right in most of the attempts that count.

    Attributes:
        values: question → its right answer, as `results.right_answer` gives it, or None.
        curves: question for sketches → run → the median of its curves.
    """

    values: Mapping[str, Value] = field(default_factory=dict)
    curves: Mapping[str, MeasuredCurves] = field(default_factory=dict)


class ClassResults:
    """Computes the results of a class from the figures of its attempts. Lives in the event loop."""

    def __init__(self, playing: Playing) -> None:
        self._playing = playing
        self._spreads: OrderedDict[tuple[str, tuple[str, ...]], float | None] = OrderedDict()

    async def right_answers(self, stage: Stage, attempts: Sequence[Attempt]) -> RightAnswers:
        """For each question, the answer that is right in most of the first `MAX_ATTEMPTS` of these attempts.

        Attempts whose runs have not ended do not count. If there are no others, no answer is known.
        """
        # Attempts may share their trainings; then their figures are the same, and are read once.
        figures_of: dict[tuple[str, ...], Figures | None] = {}
        of_attempts: list[Figures] = []
        for attempt in attempts[:MAX_ATTEMPTS]:
            played, trainings = self._played(stage, attempt)
            if trainings is None:
                continue
            if trainings not in figures_of:
                figures_of[trainings] = await self._playing.figures(played, attempt)
            if (figures := figures_of[trainings]) is not None:
                of_attempts.append(figures)
        lesson = stage.lesson
        runs = lesson.run_names()
        sketches = [question for question in lesson.settings.predict if isinstance(question, Sketch)]
        return RightAnswers(
            {question.id: most_right(question, of_attempts, runs) for question in lesson.questions()},
            {sketch.id: median_curves(sketch, stage.names, of_attempts) for sketch in sketches},
        )

    async def spread(self, stage: Stage, attempts: Sequence[Attempt], spread: Spread) -> dict[str, float]:
        """Attempt → its figure, such as the test accuracy of one of its runs.

        Without attempts whose runs have not ended, and those whose figure is unknown or not finite.

        Args:
            spread: `spread.value` is the expression for the figure.
        """
        values: dict[str, float] = {}
        parsed = results.parsed(spread.value, tuple(stage.lesson.run_names()), "number")
        for attempt in attempts:
            played, trainings = self._played(stage, attempt)
            if trainings is None:
                continue
            key = (spread.value, trainings)
            if key not in self._spreads:
                figures = await self._playing.figures(played, attempt)
                self._spreads[key] = None if figures is None else results.value_of(parsed, figures)
                while len(self._spreads) > MAX_FIGURES:
                    self._spreads.popitem(last=False)
            if (value := self._spreads.get(key)) is not None:
                values[attempt.id] = value
        return values

    def _played(self, stage: Stage, attempt: Attempt) -> tuple[Stage, tuple[str, ...] | None]:
        """The lesson with the data set and size of an attempt, and its trainings' ids (None until all have ended)."""
        played = self._playing.stage_of(stage, attempt)
        state = self._playing.state(played, attempt)
        trainings = tuple(training.id for training in state.trainings.values())
        return played, trainings if state.has_ended else None


def most_right(question: Question, of_attempts: Sequence[Figures], runs: Collection[str]) -> Value:
    """The answer to a question that is right in most attempts; of numbers the median, as they differ with each seed.

    None where it is right in none; see `results.right_answer`.

    Args:
        of_attempts: the figures of each attempt.
        runs: the names of the lesson's runs in its file.
    """
    answers = [
        answer
        for figures in of_attempts
        if (answer := results.right_answer(question, figures, runs)) is not None
    ]
    if not answers:
        return None
    if isinstance(question, Number | Click):
        return statistics.median(answers)
    most, _ = Counter(map(json.dumps, answers)).most_common(1)[0]
    return json.loads(most)


def median_curves(sketch: Sketch, names: Mapping[str, str], of_attempts: Sequence[Figures]) -> MeasuredCurves:
    """The median curve of each run that a question asks to sketch.

    It is as long as the longest curve, and at each iteration the median of those that come so far. It has at most
    `MAX_POINTS` points, at evaluations of the longest curve.

    Args:
        names: a run's name in the lesson's file → its name here.
        of_attempts: the figures of each attempt.
    """
    values_of = results.CHARTS.get(sketch.chart)
    medians: dict[str, list[list[float]]] = {}
    if values_of is None:
        return medians
    for name in dict.fromkeys(names.get(run, run) for run in sketch.runs):
        runs = [figures.curves[name] for figures in of_attempts if name in figures.curves]
        # a run may diverge before its first evaluation
        curves = [(run.evaluations, values_of(run)) for run in runs if run.evaluations.size]
        if not curves:
            continue
        iterations = max((xs for xs, _ in curves), key=lambda xs: float(xs[-1]))
        chosen = np.unique(np.linspace(0, iterations.size - 1, MAX_POINTS).round().astype(int))
        iterations = iterations[chosen]
        values = np.stack([np.interp(iterations, xs, ys, left=np.nan, right=np.nan) for xs, ys in curves])
        points = zip(iterations, values.T, strict=True)
        known = [(x, ys[np.isfinite(ys)]) for x, ys in points]
        # five digits are more than a chart shows, and keep the message short
        medians[name] = [[float(x), float(f"{np.median(ys):.5g}")] for x, ys in known if ys.size]
    return medians
