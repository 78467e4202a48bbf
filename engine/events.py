"""Events: what a trainer reports while it trains, one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine.reasons import Reason

#: What a run reports: a row for each iteration, and a row for each evaluation.
STREAMS = ("train", "evaluation")


@dataclass(frozen=True, slots=True)
class StepMetrics:
    """What one iteration measured, before its step. `loss` is that of the data alone, without `penalty`.

    `gradient_norms` and `weight_norms` are Euclidean, of each layer's weights, lowest layer first; gradients
    include the penalty's and are those before clipping.
    """

    iteration: int
    loss: float
    accuracy: float
    penalty: float
    learning_rate: float
    gradient_norms: tuple[float, ...]
    weight_norms: tuple[float, ...]
    stream: Literal["train"] = "train"

    @property
    def values(self) -> tuple[float, ...]:
        return (
            self.iteration,
            self.loss,
            self.accuracy,
            self.penalty,
            self.learning_rate,
            *self.gradient_norms,
            *self.weight_norms,
        )


@dataclass(frozen=True, slots=True)
class EvaluationMetrics:
    """Accuracies (0 to 1) and mean losses without penalties, after an iteration's step.

    `small_weights` is the share of weights whose size is below 0.001, in runs that begin with an L1 penalty; otherwise
    None. Those of the validation images are None where there are none.
    """

    iteration: int
    train_accuracy: float
    test_accuracy: float
    train_loss: float
    test_loss: float
    stream: Literal["evaluation"] = "evaluation"
    small_weights: float | None = None
    validation_accuracy: float | None = None
    validation_loss: float | None = None

    @property
    def values(self) -> tuple[float, ...]:
        also = (self.small_weights, self.validation_accuracy, self.validation_loss)
        return (
            self.iteration,
            self.train_accuracy,
            self.test_accuracy,
            self.train_loss,
            self.test_loss,
            *(value for value in also if value is not None),
        )


Event = StepMetrics | EvaluationMetrics


@dataclass(frozen=True, slots=True)
class Divergence:
    """The loss overflowed to infinity or NaN; the likely causes, the most likely first.

    `evaluated`: it was the loss of the last evaluation, not that of a batch.
    """

    iteration: int
    reasons: tuple[str, ...]
    evaluated: bool = False

    @property
    def reason(self) -> Reason:
        """All of this in one sentence."""
        code, where = ("diverged_evaluated", "after") if self.evaluated else ("diverged", "at")
        where = f"{where} iteration {self.iteration}"
        text = f"the loss overflowed to NaN or infinity {where}: {'; '.join(self.reasons)}"
        return Reason(code, text, iteration=self.iteration, why=self.reasons)


def columns(layers: tuple[str, ...], *, small_weights: bool, validation: bool) -> dict[str, tuple[str, ...]]:
    """The names of each stream's values, for a network with these weight layers."""
    return {
        "train": (
            "iteration",
            "loss",
            "accuracy",
            "penalty",
            "learning_rate",
            *(f"gradient_norm/{layer}" for layer in layers),
            *(f"weight_norm/{layer}" for layer in layers),
        ),
        "evaluation": (
            "iteration",
            "train_accuracy",
            "test_accuracy",
            "train_loss",
            "test_loss",
            *(["small_weights"] if small_weights else []),
            *(["validation_accuracy", "validation_loss"] if validation else []),
        ),
    }
