"""What a lesson's text may say of a person's own runs, and of those of all in the room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from app.lessons import expressions
from app.lessons.document import Claim
from app.lessons.functions import Unmeasured
from app.lessons.lesson import Lesson
from app.lessons.outcome import Figures
from app.lessons.rendering import TextFigure
from app.lessons.results import Words, parsed, value_of

#: A figure of the room is the median of its launches. From this many launches with different results on, the range in
#: which eight of ten lie stands beside it.
MIN_LAUNCHES, RANGE = 3, (10, 90)


class KnownRuns:
    """What is known while a text is rendered; see `app.lessons.rendering.Known`.

    Args:
        dataset: the data set that the runs use: the lesson's own, or its stand-in.
        ids: the name of a run here → its id.
        room: of each launch of the lesson here, its figures; launches that show the same trainings count once.
    """

    def __init__(
        self,
        lesson: Lesson,
        dataset: str,
        figures: Figures,
        ids: Mapping[str, str],
        words: Words,
        room: Sequence[Figures] = (),
    ) -> None:
        self._claims: dict[str, Claim] = {claim.id: claim for claim in lesson.claims}
        self._runs = tuple(lesson.run_names())
        self._dataset = dataset
        self._figures = figures
        self._ids = ids
        self._words = words
        self._room = room

    def figure(self, figure: TextFigure) -> str | None:
        """The measured figure as it is shown; None where it is not known."""
        if not figure.room:
            value = value_of(figure.expression, self._figures)
            return None if value is None else figure.show(value)
        launches = self._room or [self._figures]
        values = [value for launch in launches if (value := value_of(figure.expression, launch)) is not None]
        if not values:
            return None
        median = figure.show(float(np.median(values)))
        if len(values) < MIN_LAUNCHES:
            return median
        low, high = (figure.show(float(bound)) for bound in np.percentile(values, RANGE))
        return f"{median} ({low}–{high})"

    def value(self, text: str) -> float | None:
        """What an expression of the lesson gives for the person's runs; None where it is not known."""
        return value_of(parsed(text, self._runs, "number"), self._figures)

    def holds(self, claim: str) -> bool | None:
        """Whether a claim holds for the person's runs; None: it is not stated of them, or they do not measure it."""
        stated = self._claims.get(claim)
        if stated is None or stated.on not in (None, self._dataset):
            return None
        try:
            return expressions.holds(parsed(stated.holds, self._runs, "truth"), self._figures)
        except Unmeasured:
            return None

    def says(self, claim: str) -> str:
        """The claim in the reader's language."""
        stated = self._claims.get(claim)
        return "" if stated is None else self._words(claim, stated.says)

    def run(self, name: str) -> str | None:
        """The id of the person's run with this name in the lesson's file."""
        return self._ids.get(self._figures.name(name))
