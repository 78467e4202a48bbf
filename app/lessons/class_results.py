"""The results of a class in a lesson: the answers that are right in most of its attempts, the median of their curves,
and a figure of each attempt."""

from __future__ import annotations

import json
import math
from collections import Counter, OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from app.lessons import expressions, results
from app.lessons.attempt import Attempt, Value
from app.lessons.document import Sketch, Spread
from app.lessons.functions import Unmeasured
from app.lessons.outcome import Curves, Figures
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
    """The answers that are right in most of some attempts.

    Attributes:
        values: question → its right answer, as `results.right_answer` gives it.
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
        """The answers that are right in most of the first `MAX_ATTEMPTS` of these attempts.

        Attempts whose runs have not ended do not count. If there are no others, no answers are known.
        """
        lesson = stage.lesson
        # Attempts may share their trainings; then their figures are the same, and are read once.
        figures_of: dict[tuple[str, ...], Figures] = {}
        counts: Counter[tuple[str, ...]] = Counter()
        for attempt in attempts[:MAX_ATTEMPTS]:
            played, trainings = self._played(stage, attempt)
            if trainings is None:
                continue
            counts[trainings] += 1
            if trainings not in figures_of:
                figures = await self._playing.figures(played, attempt)
                if figures is not None:
                    figures_of[trainings] = figures
        combinations = Counter[str]()  # answers to all questions, as JSON → how many attempts have them
        for trainings, figures in figures_of.items():
            answers = {
                question.id: results.right_answer(question, figures, lesson.run_names())
                for question in lesson.questions()
            }
            combinations[json.dumps(answers)] += counts[trainings]
        if not combinations:
            return RightAnswers()
        sketches = [question for question in lesson.settings.predict if isinstance(question, Sketch)]
        curves_of_attempts = [figures.curves for figures in figures_of.values()]
        medians = {sketch.id: _medians(sketch, stage, curves_of_attempts) for sketch in sketches}
        return RightAnswers(json.loads(combinations.most_common(1)[0][0]), medians)

    async def spread(self, stage: Stage, attempts: Sequence[Attempt], spread: Spread) -> dict[str, float]:
        """Attempt → its figure, such as the test accuracy of one of its runs.

        Without attempts whose runs have not ended, and those whose figure is unknown or not finite.

        Args:
            spread: `spread.value` is the expression for the figure.
        """
        values: dict[str, float] = {}
        for attempt in attempts:
            played, trainings = self._played(stage, attempt)
            if trainings is None:
                continue
            key = (spread.value, trainings)
            if key not in self._spreads:
                figures = await self._playing.figures(played, attempt)
                self._spreads[key] = None if figures is None else _value(spread.value, stage, figures)
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


def _value(text: str, stage: Stage, figures: Figures) -> float | None:
    """The value of an expression; None if the figures do not have what it needs, or it is not finite."""
    try:
        parsed = results.parsed(text, tuple(stage.lesson.run_names()), "number")
        value = expressions.value_of(parsed, figures)
    except Unmeasured:
        return None
    return value if math.isfinite(value) else None


def _medians(
    sketch: Sketch, stage: Stage, curves_of_attempts: Sequence[Mapping[str, Curves]]
) -> MeasuredCurves:
    """The median curve of each run that a question asks to sketch, over the attempts.

    It has at most `MAX_POINTS` points, at iterations at which the run of the first attempt was evaluated.

    Args:
        curves_of_attempts: of each attempt, run → its curves.
    """
    values_of = results.CHARTS.get(sketch.chart)
    medians: dict[str, list[list[float]]] = {}
    if values_of is None:
        return medians
    for name in dict.fromkeys(stage.names.get(run, run) for run in sketch.runs):
        runs = [curves_of_runs[name] for curves_of_runs in curves_of_attempts if name in curves_of_runs]
        curves = [(run.evaluations, values_of(run)) for run in runs]
        if not curves or not curves[0][0].size:
            continue
        iterations = curves[0][0]
        chosen = np.unique(np.linspace(0, iterations.size - 1, MAX_POINTS).round().astype(int))
        iterations = iterations[chosen]
        values = np.stack([np.interp(iterations, xs, ys) for xs, ys in curves])
        with np.errstate(all="ignore"):
            median = np.median(values, axis=0)
        # five digits are more than a chart shows, and keep the message short
        medians[name] = [
            [float(x), float(f"{y:.5g}")] for x, y in zip(iterations, median, strict=True) if math.isfinite(y)
        ]
    return medians
