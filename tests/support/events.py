"""A whole training, as the events of one kind."""

from __future__ import annotations

from engine import Trainer
from engine.events import EvaluationMetrics, StepMetrics


def steps_of(trainer: Trainer) -> list[StepMetrics]:
    """Train to the end; returns what the iterations measured."""
    return [event for event in trainer.run() if event.stream == "train"]


def evaluations_of(trainer: Trainer) -> list[EvaluationMetrics]:
    """Train to the end; returns the evaluations."""
    return [event for event in trainer.run() if event.stream == "evaluation"]
