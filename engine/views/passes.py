"""A pass through a plain network that keeps what goes into each layer and what comes out, also inside of blocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.arrays import Array
from engine.layers import Layer
from engine.layers.residual import Residual


@dataclass(slots=True)
class Passed:
    """What some images were on their way, in evaluation mode.

    Attributes:
        inputs, outputs: layer → array (n, *its input shape), (n, *its output shape).
    """

    inputs: dict[Layer, Array] = field(default_factory=dict)
    outputs: dict[Layer, Array] = field(default_factory=dict)


def passed(layers: Sequence[Layer], x: Array) -> Passed:
    """A pass of images (n, *shape) in evaluation mode."""
    seen = Passed()
    _through(layers, x, seen)
    return seen


def _through(layers: Sequence[Layer], x: Array, seen: Passed) -> Array:
    for layer in layers:
        seen.inputs[layer] = x
        if isinstance(layer, Residual):
            y = _through(layer.inner, x, seen)
            if layer.projection is None:
                shortcut = x
            else:
                seen.inputs[layer.projection] = x
                shortcut = seen.outputs[layer.projection] = layer.projection.forward(x, False)
            y = y + shortcut
        else:
            y = layer.forward(x, False)
        seen.outputs[layer] = x = y
    return x
