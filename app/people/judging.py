"""Judging: which runs count in a challenge, how good they are, and who is before whom. It knows no test figures."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from app.people.refusals import OffTerms
from app.rows import Rows
from engine.reasons import Reason

K = TypeVar("K")

VALIDATION = "validation_accuracy"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a challenge is about. While it is open, students train on its data set with its validation images and
    without test images, so no one has a test figure, not even the lab.

    Attributes:
        dataset: its name.
        validation_size: how many images are kept back; by these it is judged.
        max_parameters: of a network that counts; None: no bound; also for the next two.
        max_seconds: of training, as the lab measures them.
        max_iterations: up to which evaluations count.
    """

    dataset: str
    validation_size: int
    max_parameters: int | None = None
    max_seconds: float | None = None
    max_iterations: int | None = None

    def unfit(self, config: Mapping[str, Any]) -> str | None:
        """The field by which an experiment on this data set does not fit; None: it fits, or has another data set."""
        dataset = config["dataset"]
        if dataset["name"] != self.dataset:
            return None
        if dataset.get("fold") is not None:
            return "dataset.fold"
        if dataset.get("test_size") != 0:
            return "dataset.test_size"
        return None if dataset.get("validation_size") == self.validation_size else "dataset.validation_size"

    def demand(self, config: Mapping[str, Any], *, within: str = "") -> None:
        """Refuse an experiment on this data set that does not fit.

        Args:
            within: where it is in the request, such as "experiments.3.".

        Raises:
            OffTerms: with the field.
        """
        field = self.unfit(config)
        if field is None:
            return
        value = config["dataset"].get(field.removeprefix("dataset."))
        images = f"{self.validation_size:,} validation examples"
        text = (
            f"{within}{field}: while the challenge is open, an experiment on {self.dataset} needs {images}, 0 test"
            f" examples and no folds; {field} is {value}"
        )
        reason = Reason("challenge_data", text, dataset=self.dataset, images=self.validation_size)
        raise OffTerms(reason, field=within + field)


@dataclass(frozen=True, slots=True)
class Best:
    """The best validation accuracy of a training within the terms, and the first iteration that reached it."""

    accuracy: float
    iteration: int


class Judged:
    """One training in a challenge.

    Attributes:
        rows: how many rows of evaluations it has taken.
        best: so far; None: no evaluation within the terms yet.
    """

    def __init__(self, terms: Terms) -> None:
        self.rows = 0
        self.best: Best | None = None
        self._terms = terms
        self._iteration = 0
        self._before: Best | None = None  # the best one of the iterations before the last

    def add(self, rows: Rows, seconds: float) -> None:
        """The next rows of evaluations. A second one of the same iteration is of other weights, which the training ends
        with, and replaces the first one.

        Args:
            seconds: how long the training has taken so far, for rows that no time follows.
        """
        if VALIDATION not in rows.columns:  # of an import, which does not count
            self.rows = rows.end
            return
        iterations = rows.values[rows.columns.index("iteration")].tolist()
        accuracies = rows.values[rows.columns.index(VALIDATION)].tolist()
        times = iter(rows.times)
        time = next(times, None)
        for row, (number, accuracy) in enumerate(zip(iterations, accuracies, strict=True), rows.first):
            while time is not None and time[0] <= row:
                time = next(times, None)
            iteration = int(number)
            if iteration == self._iteration:
                self.best = self._before
            self._before, self._iteration = self.best, iteration
            is_better = math.isfinite(accuracy) and (self.best is None or accuracy > self.best.accuracy)
            if is_better and self._is_within(iteration, seconds if time is None else time[2]):
                self.best = Best(accuracy, iteration)
        self.rows = rows.end

    def _is_within(self, iteration: int, seconds: float) -> bool:
        terms = self._terms
        if terms.max_iterations is not None and iteration > terms.max_iterations:
            return False
        return terms.max_seconds is None or seconds <= terms.max_seconds


def places(scores: Iterable[tuple[K, float | None]]) -> dict[K, int | None]:
    """The place of each, from 1; those with equal scores share one, and those without a score have none."""
    pairs = list(scores)
    values = sorted((score for _, score in pairs if score is not None), reverse=True)
    return {key: None if score is None else values.index(score) + 1 for key, score in pairs}
