"""Rules on gradients: they vanish on their way to the input, explode, or are exactly 0."""

from __future__ import annotations

import numpy as np

from engine.findings.case import Case
from engine.findings.rows import trailing_median
from engine.findings.rule import Limits, Look
from engine.trainer import DEAD_AFTER


def vanishing(case: Case, limits: Limits) -> Look | None:
    """The lowest layer gets a small part of the gradient of the highest one, and the network has not learned yet."""
    if len(case.layers) < 2:
        return None
    train, window = case.rows.train, int(limits["window"])
    lowest, highest = (trailing_median(case.gradient(case.layers[end]), window) for end in (0, -1))
    loss = trailing_median(train["loss"], window)
    return Look(
        train["iteration"],
        (highest > 0) & (lowest < limits["ratio"] * highest) & (loss > limits["loss"] * case.guess),
        {
            "lowest": lowest,
            "highest": highest,
            "times": highest / np.maximum(lowest, np.finfo(np.float32).tiny),
        },
        case.of_batches(window),
        layer=case.layers[0],
    )


def exploding(case: Case, limits: Limits) -> Look | None:
    """The gradient of a layer is far longer than gradients of networks that learn are."""
    if not case.layers:
        return None
    train, window = case.rows.train, int(limits["window"])
    norms = np.array([trailing_median(case.gradient(layer), window) for layer in case.layers])
    largest = norms.max(axis=0)
    at_end = norms[:, -1] if norms.size else np.zeros(len(case.layers))
    layer = case.layers[int(np.argmax(at_end))]
    return Look(
        train["iteration"],
        largest > limits["norm"],
        {"norm": largest, "layer": layer},
        case.of_batches(window),
        layer=layer,
    )


def dead(case: Case, limits: Limits) -> Look | None:
    """The gradient of every weight is exactly 0, with a loss above 0: no step changes a weight any more."""
    if not case.layers:
        return None
    train = case.rows.train
    still = np.all([case.gradient(layer) == 0 for layer in case.layers], axis=0)
    return Look(
        train["iteration"],
        still & (train["loss"] > limits["loss"]),
        {"rows": DEAD_AFTER, "loss": train["loss"]},
        case.of_batches(DEAD_AFTER),
    )
