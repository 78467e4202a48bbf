"""Activation layer: y = f(x) elementwise; ∂L/∂x = ∂L/∂y · f'(x)."""

from __future__ import annotations

import math

import numpy as np

from engine.activations import ACTIVATIONS, relu_backward
from engine.arrays import Array
from engine.layers.layer import BOOL, Layer, Shape


class ActivationLayer(Layer):
    """Applies one of `engine.activations`."""

    layout = "any"

    def __init__(self, input_shape: Shape, *, name: str) -> None:
        super().__init__(input_shape)
        self.name = name
        self._activation = ACTIVATIONS[name]

    def memory(self, count: int, itemsize: int, training: bool) -> int:
        """y, and the slopes, for which ReLU needs a byte each."""
        values = count * math.prod(self.input_shape)
        slopes = 1 if self.name == "relu" else itemsize
        return values * (itemsize + slopes * training)

    def forward(self, x: Array, training: bool) -> Array:
        y = self.array("y", x.shape, x.dtype)
        self._activation.value(x, y)
        if training:
            self._x, self._y = x, y
        return y

    def backward(self, dy: Array) -> Array | None:
        if self.name == "relu":
            # in place and with a mask of bytes: no array of slopes to write and read again
            relu_backward(self._y, dy, self.array("positive", dy.shape, BOOL))
            return dy
        slope = self.array("slope", dy.shape, dy.dtype)
        self._activation.derivative(self._y, self._x, slope)
        return np.multiply(dy, slope, out=slope)
