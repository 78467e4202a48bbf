"""Early stopping: end when the results on images that were not trained on no longer improve, and keep the best weights
(Prechelt 1998).

It chooses an iteration, so it should look at validation images, and does where there are some. If it looks at the test
images instead, their accuracy at that iteration was chosen by themselves, and is higher than that of other images; the
reason says so.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from engine.errors import ConfigError
from engine.events import EvaluationMetrics
from engine.fields import Field, join, parse
from engine.reasons import Reason

TEST_METRICS = ("test_loss", "test_accuracy")
VALIDATION_METRICS = ("validation_loss", "validation_accuracy")
METRIC = Field("metric", "choice", "test_loss", choices=(*TEST_METRICS, *VALIDATION_METRICS))
FIELDS = (
    METRIC,
    Field("patience", "integer", 10, minimum=1, maximum=100_000),
    Field("min_delta", "number", 0.0, minimum=0, maximum=100),
    Field("restore_best", "boolean", True),
)


def parse_early_stopping(
    given: Any, path: str, *, has_validation: bool, has_test: bool = True
) -> dict[str, Any]:
    """The settings, checked and complete. By default the loss of the validation images is watched, if there are any.

    Raises:
        ConfigError: a value is wrong, or images are to be watched of which there are none.
    """
    fields: Sequence[Field] = FIELDS
    if has_validation:
        fields = (replace(METRIC, default="validation_loss"), *FIELDS[1:])
    values = parse(fields, given, path)
    measured = [*(TEST_METRICS if has_test else ()), *(VALIDATION_METRICS if has_validation else ())]
    metric = values["metric"]
    if metric not in measured:
        where = join(path, "metric")
        code, text = "no_validation", "no validation examples are kept back: set dataset.validation_size"
        if not measured:
            code, text = "nothing_to_watch", f"the test set stays closed, and {text}"
        elif metric in TEST_METRICS:
            code, text = "test_closed", "the test set stays closed: dataset.test_size is 0"
        why = Reason(code, f"{where} is {metric}, but {text}")
        raise ConfigError("range", where, why, {"choices": measured})
    return values


class EarlyStopping:
    """Compares each evaluation with the best one so far.

    Args:
        metric: the name of a loss (smaller is better) or of an accuracy, as in an evaluation.
        patience: after this many evaluations without improvement, training ends.
        min_delta: only a gain above this counts: of a loss, or of an accuracy from 0 to 1.
        restore_best: whether the training ends with the weights of the best evaluation.

    Attributes:
        best, best_iteration: the best value so far, and its iteration.
        waited: evaluations since the best one.
    """

    def __init__(self, *, metric: str, patience: int, min_delta: float, restore_best: bool) -> None:
        self.metric = metric
        self.patience = patience
        self.min_delta = min_delta
        self.restore_best = restore_best
        self._smaller_is_better = metric.endswith("_loss")
        self.best = math.inf if self._smaller_is_better else -math.inf
        self.best_iteration = 0
        self.waited = 0

    def record(self, metrics: EvaluationMetrics) -> bool:
        """Take an evaluation, and return whether it is the best so far."""
        value: float = getattr(metrics, self.metric)
        gain = self.best - value if self._smaller_is_better else value - self.best
        if gain > self.min_delta:
            self.best, self.best_iteration, self.waited = value, metrics.iteration, 0
            return True
        self.waited += 1
        return False

    @property
    def best_in_words(self) -> Reason:
        code, text = (
            "best_at",
            f"{self.metric} was best at iteration {self.best_iteration:,} ({self.best:.4g})",
        )
        if self.metric in TEST_METRICS:
            code, text = "best_at_by_test", f"{text}, chosen by the test examples"
        # infinite as long as no evaluation gave a finite value; JSON has no infinity
        value = float(f"{self.best:.4g}") if math.isfinite(self.best) else "∞"
        return Reason(code, text, metric=self.metric, iteration=self.best_iteration, value=value)

    @property
    def exhausted(self) -> bool:
        return self.waited >= self.patience
