"""The plan: the steps that a network takes, made once from its layers.

A step is a layer, or a faster one that does the work of several (`Layer.fuse`), or the penalty on what a layer
gives.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from engine.arrays import Array
from engine.layers.blocks import FromBlocks, ToBlocks, images_in
from engine.layers.layer import Layer, Shape
from engine.norms import absolute_sum, squared_norm


class ActivityPenalty(Layer):
    """Adds λ₁ Σ|a| + λ₂ Σa² over a layer's outputs, divided by the batch size, to the loss (as Keras does).

    a passes unchanged; ∂/∂a = (λ₁ sign a + 2 λ₂ a) / N is added to the gradient on its way down.
    """

    def __init__(self, input_shape: Shape, *, l1: float, l2: float, layout: str) -> None:
        super().__init__(input_shape)
        self.layout = layout
        self.l1 = l1
        self.l2 = l2
        self._penalty = 0.0

    def memory(self, count: int, itemsize: int, training: bool) -> int:
        """While training: scratch of a's size."""
        return count * math.prod(self.input_shape) * itemsize * training

    @property
    def penalty(self) -> float:
        return self._penalty

    def forward(self, x: Array, training: bool) -> Array:
        if training:
            self._x = x
            scratch = self.array("scratch", x.shape, x.dtype)
            total = self.l2 * squared_norm(x.reshape(-1)) if self.l2 else 0.0
            if self.l1:
                total += self.l1 * absolute_sum(x, scratch)
            self._n = images_in(x, self.layout)
            self._penalty = total / self._n
        return x

    def backward(self, dy: Array) -> Array | None:
        scratch = self.array("scratch", dy.shape, dy.dtype)
        if self.l1:
            np.sign(self._x, out=scratch)
            scratch *= self.l1 / self._n
            dy += scratch
        if self.l2:
            np.multiply(self._x, 2 * self.l2 / self._n, out=scratch)
            dy += scratch
        return dy


def plan(layers: Sequence[Layer]) -> list[Layer]:
    """The steps for bound layers, lowest first; what goes in and comes out is (N, ...)."""
    steps: list[Layer] = []
    layout = "rows"
    at = 0
    while at < len(layers):
        if layers[at].layout not in (layout, "any"):
            steps.append(_conversion(layout, layers[at]))
            layout = layers[at].layout
        step, taken = layers[at].fuse(layers[at + 1 :]) or (layers[at], 0)
        steps.append(step)
        at += 1 + taken
        last = layers[at - 1]
        if last.has_activity_penalty:
            steps.append(
                ActivityPenalty(last.output_shape, l1=last.activity_l1, l2=last.activity_l2, layout=layout)
            )
    if layout == "blocks":
        steps.append(FromBlocks(layers[-1].output_shape))
    return steps


def _conversion(layout: str, above: Layer) -> Layer:
    if layout == "blocks":
        return FromBlocks(above.input_shape)
    conversion = ToBlocks(above.input_shape)
    conversion.needs_input_gradient = above.needs_input_gradient
    return conversion
