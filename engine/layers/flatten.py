"""Flatten: (C, H, W) read as C·H·W numbers."""

from __future__ import annotations

import math

from engine.arrays import Array
from engine.layers.layer import Layer, Shape


class Flatten(Layer):
    """Reshapes each image to one axis."""

    def __init__(self, input_shape: Shape) -> None:
        super().__init__(input_shape)
        self.output_shape = (math.prod(input_shape),)

    def forward(self, x: Array, training: bool) -> Array:
        return x.reshape(len(x), *self.output_shape)

    def backward(self, dy: Array) -> Array:
        return dy.reshape(len(dy), *self.input_shape)
