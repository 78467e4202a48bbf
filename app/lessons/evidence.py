"""What of the page shows a figure: the chart or card in which it was measured."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from app.lessons.expressions import Expression

#: A function of expressions → the chart or card that shows what it measures.
CARDS = {
    "train": "accuracy",
    "validation": "accuracy",
    "test": "accuracy",
    "best": "accuracy",
    "best_at": "accuracy",
    "takes_off": "accuracy",
    "test_at": "accuracy",
    "train_at": "accuracy",
    "swing": "accuracy",
    "gap": "gap",
    "gap_at": "gap",
    "loss": "evaluation_loss",
    "loss_at": "evaluation_loss",
    "diverged": "loss",
    "dead": "view.gradients",
    "lowest": "view.gradients",
    "highest": "view.gradients",
    "gradient": "view.gradients",
    "small": "evaluation.small_weights",
    "weights": "train.weight_norm/*",
    "small_weights": "view.histograms",
    "small_weights_at": "view.histograms",
    "small_outputs": "view.histograms:of=outputs",
    "small_outputs_at": "view.histograms:of=outputs",
    "moved": "view.weights",
    "smoothness": "view.weights",
    "smoothness_at": "view.weights",
}
#: Functions whose last argument is an iteration.
_AT = (
    *("test_at", "train_at", "gap_at", "loss_at", "gradient"),
    *("small_weights_at", "small_outputs_at", "smoothness_at"),
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A chart or card, the run (by its name in the lesson's file) and the iteration to be looked at in it."""

    card: str
    run: str | None = None
    at: int | None = None


def card_of(expression: Expression) -> Evidence | None:
    """What shows the first thing that an expression measures."""
    for node in ast.walk(expression.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CARDS:
            name = node.func.id
            run = node.args[0]
            last = node.args[-1]
            iteration = last.value if name in _AT and isinstance(last, ast.Constant) else None
            return Evidence(
                CARDS[name],
                run.value if isinstance(run, ast.Constant) and isinstance(run.value, str) else None,
                int(iteration) if isinstance(iteration, int | float) else None,
            )
    return None
