"""A moment of a training: where a replay of it would begin, and how long it would take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from app.errors import Invalid
from app.estimate import expected_seconds
from app.jobs.replaying import RESTORE_SECONDS
from app.trainings import Training
from engine import ExperimentConfig
from engine.summary import summarize


@dataclass(frozen=True, slots=True)
class Moment:
    """A training after `iteration` iterations, of which it has done as many at least."""

    training: Training
    iteration: int

    @classmethod
    def of(cls, training: Training, iteration: int, field: str = "iteration") -> Self:
        """
        Args:
            field: how the iteration is called in the request.

        Raises:
            Invalid: the training has no such iteration.
        """
        if not 0 <= iteration <= training.iteration:
            text = (
                f"{field} must be 0 to {training.iteration:,}, as far as this run has come, not {iteration:,}"
            )
            bounds = {"minimum": 0, "maximum": training.iteration}
            raise Invalid(text, code="range", field=field, bounds=bounds)
        return cls(training, iteration)

    @property
    def nearest(self) -> int:
        """The iteration of the nearest checkpoint at or before it; 0: there is none."""
        places = (checkpoint["iteration"] for checkpoint in self.training.checkpoints)
        return max((place for place in places if place <= self.iteration), default=0)

    @property
    def seconds_per_iteration(self) -> float:
        """As it was measured; of a training without times, as it is estimated."""
        training = self.training
        if training.seconds and training.iteration:
            return training.seconds / training.iteration
        config = ExperimentConfig.from_dict(training.config, stored=True)
        return expected_seconds(config, summarize(config)) / config.iterations

    @property
    def expected_seconds(self) -> float:
        """How long it takes to train it again from there."""
        return RESTORE_SECONDS + (self.iteration - self.nearest) * self.seconds_per_iteration
