"""Early stopping: end when the results on the test images no longer improve, and keep the best weights (Prechelt
1998)."""

from __future__ import annotations

import math

from engine.events import EvaluationMetrics
from engine.fields import Field
from engine.reasons import Reason

FIELDS = (
    Field("metric", "choice", "test_loss", choices=("test_loss", "test_accuracy")),
    Field("patience", "integer", 10, minimum=1, maximum=100_000),
    Field("min_delta", "number", 0.0, minimum=0, maximum=100),
    Field("restore_best", "boolean", True),
)


class EarlyStopping:
    """Compares each evaluation with the best one so far.

    Args:
        metric: "test_loss" (smaller is better) or "test_accuracy".
        patience: after this many evaluations without improvement, training ends.
        min_delta: only a gain above this counts as an improvement.

    Attributes:
        best, best_iteration: the best value so far, and its iteration.
        waited: evaluations since the best one.
    """

    def __init__(self, *, metric: str, patience: int, min_delta: float, restore_best: bool) -> None:
        self.metric = metric
        self.patience = patience
        self.min_delta = min_delta
        self.restore_best = restore_best
        self.best = math.inf if metric == "test_loss" else -math.inf
        self.best_iteration = 0
        self.waited = 0

    def improved(self, metrics: EvaluationMetrics) -> bool:
        """Record an evaluation, and return whether it is the best so far."""
        value: float = getattr(metrics, self.metric)
        gain = self.best - value if self.metric == "test_loss" else value - self.best
        if gain > self.min_delta:
            self.best, self.best_iteration, self.waited = value, metrics.iteration, 0
            return True
        self.waited += 1
        return False

    @property
    def best_so_far(self) -> Reason:
        text = f"{self.metric} was best at iteration {self.best_iteration:,} ({self.best:.4g})"
        # infinities, before the first evaluation, are not JSON
        value = float(f"{self.best:.4g}") if math.isfinite(self.best) else "∞"
        return Reason("best_at", text, metric=self.metric, iteration=self.best_iteration, value=value)

    @property
    def exhausted(self) -> bool:
        return self.waited >= self.patience
