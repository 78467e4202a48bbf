"""Flatten: y has the numbers of x, in one axis for each example.

    x  (N, C, H, W)      y  (N, C·H·W)

∂L/∂x has the numbers of ∂L/∂y, in the shape of x.
"""

from __future__ import annotations

import math

from engine.arrays import Array
from engine.layers.layer import Layer, Shape


class Flatten(Layer):
    """Changes the shape of each image from (C, H, W) to (C·H·W,)."""

    def __init__(self, input_shape: Shape) -> None:
        super().__init__(input_shape)
        self.output_shape = (math.prod(input_shape),)

    def forward(self, x: Array, training: bool) -> Array:
        return x.reshape(len(x), *self.output_shape)

    def backward(self, dy: Array) -> Array:
        return dy.reshape(len(dy), *self.input_shape)
