"""Events: the measurements that a trainer reports while it trains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine.reasons import Reason

#: The streams of a training: a row for each iteration, and a row for each evaluation.
STREAMS = ("train", "evaluation")


@dataclass(frozen=True, slots=True)
class StepMetrics:
    """The measurements of one iteration, before its step. `loss` does not include `penalty`.

    `gradient_norms` and `weight_norms` are the Euclidean norms for the weights of each layer, lowest layer first. The
    gradients include the penalty's gradient, and are measured before clipping.
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
    """Accuracies (0 to 1) and mean losses without penalties, after the step of an iteration.

    `small_weights` is the share of weights whose absolute value is below 0.001. It is None unless the run begins with
    an L1 penalty. The values of the validation images are None in runs without validation images, and those of the
    test images where the test set stays closed.
    """

    iteration: int
    train_accuracy: float
    test_accuracy: float | None
    train_loss: float
    test_loss: float | None
    stream: Literal["evaluation"] = "evaluation"
    small_weights: float | None = None
    validation_accuracy: float | None = None
    validation_loss: float | None = None

    @property
    def values(self) -> tuple[float, ...]:
        measured = (
            self.iteration,
            self.train_accuracy,
            self.test_accuracy,
            self.train_loss,
            self.test_loss,
            self.small_weights,
            self.validation_accuracy,
            self.validation_loss,
        )
        return tuple(value for value in measured if value is not None)


Event = StepMetrics | EvaluationMetrics


@dataclass(frozen=True, slots=True)
class Divergence:
    """The loss overflowed to infinity or NaN; the likely causes, the most likely first.

    `evaluated`: whether the loss was that of the last evaluation; otherwise it was that of a batch.
    """

    iteration: int
    reasons: tuple[str, ...]
    evaluated: bool = False

    @property
    def reason(self) -> Reason:
        """The iteration and the likely causes in one sentence."""
        code, where = ("diverged_evaluated", "after") if self.evaluated else ("diverged", "at")
        where = f"{where} iteration {self.iteration}"
        text = f"the loss overflowed to NaN or infinity {where}: {'; '.join(self.reasons)}"
        return Reason(code, text, iteration=self.iteration, why=self.reasons)


def columns(
    layers: tuple[str, ...], *, small_weights: bool, validation: bool, test: bool = True
) -> dict[str, tuple[str, ...]]:
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
            *(["test_accuracy"] if test else []),
            "train_loss",
            *(["test_loss"] if test else []),
            *(["small_weights"] if small_weights else []),
            *(["validation_accuracy", "validation_loss"] if validation else []),
        ),
    }
