"""Rules on the weights at the start: too small, and the images look alike to the last layer; too large, and the first
outputs are sure of wrong classes."""

from __future__ import annotations

import math

import numpy as np

from engine.findings.case import Case
from engine.findings.rows import trailing_median
from engine.findings.rule import Limits, Look

#: How much of a difference between two inputs an activation passes on, near 0: of ReLU the root of ½ on average, as in
#: He et al. 2015; of the others their slope at 0.
SLOPES = {
    "relu": math.sqrt(0.5),
    "leaky_relu": math.sqrt(0.5),
    "elu": 1.0,
    "gelu": 0.5,
    "swish": 0.5,
    "softplus": 0.5,
    "sigmoid": 0.25,
    "tanh": 1.0,
    "identity": 1.0,
}


def too_small(case: Case, limits: Limits) -> Look | None:
    """A difference between images becomes much smaller on its way to the last layer, and the loss does not move.

    By how much is computed from the norms of the weights in the first row: a layer with weights of the standard
    deviation s multiplies a difference by s √fan_in, and its activation by its slope (Glorot & Bengio 2010, He et al.
    2015). Batch norm and residual connections let differences through in other ways: this rule
    does not apply to networks that have one of them.
    """
    train = case.rows.train
    if case.has("batch_norm") or case.has("residual") or len(case.layers) < 2 or not _from_start(case):
        return None
    gain = _gain(case)
    first = float(np.median(train["loss"][: int(limits["window"])]))
    loss = trailing_median(train["loss"], int(limits["window"]))
    stuck = (loss > limits["stuck"] * first) & (train["iteration"] > limits["window"])
    return Look(
        train["iteration"],
        stuck & (gain < limits["gain"]),
        {"gain": gain, "layers": len(case.layers), "first_loss": first, "loss": loss},
        case.of_batches(int(limits["window"])),
    )


def too_large(case: Case, limits: Limits) -> Look | None:
    """The first loss, before any step, is far above the loss of guessing, and the loss has not come down to it yet."""
    train = case.rows.train
    if not _from_start(case):
        return None
    window = int(limits["window"])
    first = float(train["loss"][0])
    loss = trailing_median(train["loss"], window)
    return Look(
        train["iteration"],
        (loss > case.guess) & (first > limits["times"] * case.guess),
        {"first_loss": first, "guess": case.guess, "loss": loss},
        case.of_batches(window),
    )


def _from_start(case: Case) -> bool:
    """Whether the first row is there."""
    iterations = case.rows.train["iteration"]
    return bool(len(iterations)) and iterations[0] == 1


def _gain(case: Case) -> float:
    """How many times as large a difference between two inputs is in the outputs of the last layer."""
    slopes = [SLOPES[layer["name"]] for layer in case.config.network.layers if layer["type"] == "activation"]
    gain = math.prod(slopes)
    for layer, spec in zip(case.layers, case.weight_specs, strict=True):
        norm = float(case.rows.train[f"weight_norm/{layer}"][0])
        gain *= norm / math.sqrt(math.prod(spec.shape)) * math.sqrt(spec.fan_in)
    return gain
