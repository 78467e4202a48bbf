"""Activity penalty: λ₁ Σ|a| + λ₂ Σa² over the outputs of a layer, divided by the batch size and added to the loss (as
in Keras).

a passes unchanged; ∂/∂a = (λ₁ sign a + 2 λ₂ a) / N is added to the gradient in the backward pass.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.arrays import Array
from engine.layers.layer import Layer, Shape


class ActivityPenalty(Layer):
    """Comes after each layer whose `activity_l1` or `activity_l2` is not 0."""

    def __init__(self, input_shape: Shape, *, l1: float, l2: float) -> None:
        super().__init__(input_shape)
        self.l1 = l1
        self.l2 = l2
        self.value = 0.0

    @property
    def penalty(self) -> float:
        return self.value

    def forward(self, x: Array, training: bool) -> Array:
        self.x = x
        if training:
            a = x.astype(np.float64)  # the squares of large float32 numbers would overflow
            self.value = float(self.l1 * np.abs(a).sum() + self.l2 * (a**2).sum()) / len(x)
        return x

    def backward(self, dy: Array) -> Array:
        return dy + (self.l1 * np.sign(self.x) + 2 * self.l2 * self.x) / len(self.x)


def with_penalties(layers: Sequence[Layer]) -> list[Layer]:
    """The layers, each followed by its activity penalty if it has one."""
    all_layers: list[Layer] = []
    for layer in layers:
        all_layers.append(layer)
        if layer.has_activity_penalty:
            all_layers.append(penalty_of(layer))
    return all_layers


def penalty_of(layer: Layer) -> ActivityPenalty:
    return ActivityPenalty(layer.output_shape, l1=layer.activity_l1, l2=layer.activity_l2)
