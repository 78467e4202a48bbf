"""Presets: whole networks by a few numbers; they expand to layers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from engine.activations import ACTIVATIONS
from engine.fields import Field

#: Hidden layers of an `mlp` at most; each must have as many units as a dense layer may.
MAX_HIDDEN = 60


def mlp(classes: int, *, hidden: list[int], activation: str) -> list[dict[str, Any]]:
    """Dense layers with an activation between them, and one dense layer of `classes` logits."""
    layers: list[dict[str, Any]] = []
    for units in hidden:
        layers += [{"type": "dense", "units": units}, {"type": "activation", "name": activation}]
    return [*layers, {"type": "dense", "units": classes}]


PRESETS: dict[str, Callable[..., list[dict[str, Any]]]] = {"mlp": mlp}

FIELDS: dict[str, Sequence[Field]] = {
    "mlp": (
        Field("hidden", "integers", (40, 20), minimum=1, maximum=65_536),
        Field("activation", "choice", "relu", choices=tuple(ACTIVATIONS)),
    ),
}
