"""A curve on the wall: the accuracy of a training at its evaluations, in few points."""

from __future__ import annotations

import math
from typing import Any

from app.rows import Rows
from app.trainings import Training

#: Points of a curve at most. When it has more, every other one is left out, and further ones come half as often.
MAX_POINTS = 64
#: What is drawn: the first of these that a training has.
VALIDATION, TEST, TRAIN = "validation_accuracy", "test_accuracy", "train_accuracy"


class WallCurve:
    """The points of one training so far. Those that are kept stay the same while points follow, so that a curve that
    grows does not flicker.

    Attributes:
        rows: how many rows of evaluations it has taken.
        metric: the validation accuracy where the training has it, else the test accuracy; where the test set stays
            closed as well, the accuracy on images trained on.
        best: the highest value of all rows; None: there is none yet.
    """

    def __init__(self) -> None:
        self.rows = 0
        self.metric = TEST
        self.best: float | None = None
        self._points: list[list[float]] = []
        self._last: list[float] | None = None
        self._step = 1  # of this number of rows, one is kept

    def add(self, rows: Rows) -> None:
        """Add the next rows; a value that is not finite has no point."""
        self.metric = next(name for name in (VALIDATION, TEST, TRAIN) if name in rows.columns)
        iterations = rows.values[rows.columns.index("iteration")].tolist()
        values = rows.values[rows.columns.index(self.metric)].tolist()
        for row, (iteration, value) in enumerate(zip(iterations, values, strict=True), rows.first):
            if not math.isfinite(value):
                continue
            self._last = [int(iteration), round(value, 4)]
            self.best = max(value, self.best if self.best is not None else value)
            if row % self._step == 0:
                self._points.append(self._last)
                if len(self._points) >= MAX_POINTS:
                    self._points = self._points[::2]
                    self._step *= 2
        self.rows = rows.end

    def message(self, training: Training, *, chance: float) -> dict[str, Any]:
        """The curve for the wall.

        Args:
            chance: the accuracy of guessing.
        """
        ends = [self._last] if self._last is not None and self._last not in self._points[-1:] else []
        return {
            "type": "curve",
            "training": training.id,
            "status": training.status.value,
            "iteration": training.iteration,
            "iterations": training.iterations,
            "metric": self.metric,
            "chance": chance,
            "best": None if self.best is None else round(self.best, 4),
            "points": [*self._points, *ends],
        }
