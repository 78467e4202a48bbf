"""What came in the runs of a class: the answers that are right in most of them, their curves, and a figure of each."""

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

#: Attempts by which it is said to the screens what came, at most.
MAX_ATTEMPTS = 50
#: Points of a curve of what came, at most.
MAX_POINTS = 60
#: Figures of attempts that are remembered: they are asked for again with every look at the room.
REMEMBERED = 4000

#: run → points
MeasuredCurves = Mapping[str, list[list[float]]]


@dataclass(frozen=True, slots=True)
class Came:
    """What came in some attempts.

    Attributes:
        values: question → what came in most of them.
        curves: question for sketches → run → the median of its curves.
    """

    values: Mapping[str, Value] = field(default_factory=dict)
    curves: Mapping[str, MeasuredCurves] = field(default_factory=dict)


class ClassResults:
    """Measures what came in the attempts of a class. Lives in the event loop."""

    def __init__(self, playing: Playing) -> None:
        self._playing = playing
        self._spreads: OrderedDict[tuple[str, tuple[str, ...]], float | None] = OrderedDict()

    async def came(self, stage: Stage, attempts: Sequence[Attempt]) -> Came:
        """What came in the first of these attempts whose runs have ended."""
        lesson = stage.lesson
        found: dict[tuple[str, ...], Figures] = {}  # by the trainings of the attempts
        counted: Counter[tuple[str, ...]] = Counter()
        for attempt in attempts[:MAX_ATTEMPTS]:
            played, key = self._played(stage, attempt)
            if key is None:
                continue
            counted[key] += 1
            if key not in found and (figures := await self._playing.figures(played, attempt)) is not None:
                found[key] = figures
        ways = Counter[str]()
        for key, figures in found.items():
            values = {one.id: results.came(one, figures, lesson.run_names()) for one in lesson.questions()}
            ways[json.dumps(values)] += counted[key]
        if not ways:
            return Came()
        sketches = [one for one in lesson.settings.predict if isinstance(one, Sketch)]
        of_runs = [figures.curves for figures in found.values()]
        curves = {one.id: _medians(one, stage, of_runs) for one in sketches}
        return Came(json.loads(ways.most_common(1)[0][0]), curves)

    async def spread(self, stage: Stage, attempts: Sequence[Attempt], of: Spread) -> dict[str, float]:
        """A figure of the runs of each of these attempts, as far as they have ended: attempt → value."""
        values: dict[str, float] = {}
        for attempt in attempts:
            played, key = self._played(stage, attempt)
            if key is None:
                continue
            known = (of.value, key)
            if known not in self._spreads:
                figures = await self._playing.figures(played, attempt)
                self._spreads[known] = None if figures is None else _value(of.value, stage, figures)
                while len(self._spreads) > REMEMBERED:
                    self._spreads.popitem(last=False)
            if (value := self._spreads.get(known)) is not None:
                values[attempt.id] = value
        return values

    def _played(self, stage: Stage, attempt: Attempt) -> tuple[Stage, tuple[str, ...] | None]:
        """The lesson as it was played in an attempt, and its trainings; None: they have not all ended."""
        played = self._playing.stages.get(
            stage.lesson, attempt.dataset, full=attempt.full, language=stage.language, seed=None
        )
        state = self._playing.state(played, attempt)
        trainings = tuple(training.id for training in state.trainings.values())
        return played, trainings if state.has_ended else None


def _value(text: str, stage: Stage, figures: Figures) -> float | None:
    try:
        parsed = results.parsed(text, tuple(stage.lesson.run_names()), "number")
        value = expressions.value_of(parsed, figures)
    except Unmeasured:
        return None
    return value if math.isfinite(value) else None


def _medians(asked: Sketch, stage: Stage, found: Sequence[Mapping[str, Curves]]) -> MeasuredCurves:
    """Of each run that is to be sketched the median of its curves, at places of the first of them."""
    of_chart = results.CHARTS.get(asked.chart)
    medians: dict[str, list[list[float]]] = {}
    for name in [] if of_chart is None else dict.fromkeys(stage.names.get(one, one) for one in asked.runs):
        assert of_chart is not None
        curves = [(one.evaluations, of_chart(one)) for each in found if (one := each.get(name)) is not None]
        if not curves or not curves[0][0].size:
            continue
        places = curves[0][0]
        places = places[np.unique(np.linspace(0, places.size - 1, MAX_POINTS).round().astype(int))]
        values = np.stack([np.interp(places, xs, ys) for xs, ys in curves])
        with np.errstate(all="ignore"):
            median = np.median(values, axis=0)
        medians[name] = [
            [float(x), float(f"{y:.5g}")] for x, y in zip(places, median, strict=True) if math.isfinite(y)
        ]
    return medians
