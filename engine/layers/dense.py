"""Dense: y = xW + b, every output connected to every input.

    x  (N, n_in)      W  (n_in, n_out)      b  (n_out,)      y  (N, n_out)

    ∂L/∂W = xᵀ ∂L/∂y      ∂L/∂b = Σ over the batch of ∂L/∂y      ∂L/∂x = ∂L/∂y Wᵀ

An image (C, H, W) is read as C·H·W numbers: no flatten layer is needed before a dense one.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from engine.layers.layer import Array, Layer, ParameterSpec, Shape


class Dense(Layer):
    """A fully connected layer of `units` outputs."""

    def __init__(self, input_shape: Shape, *, units: int) -> None:
        super().__init__(input_shape)
        self.inputs = math.prod(input_shape)
        self.units = units
        self.output_shape = (units,)

    @property
    def parameters(self) -> tuple[ParameterSpec, ...]:
        return (
            ParameterSpec("W", (self.inputs, self.units), True, self.inputs, self.units),
            ParameterSpec("b", (self.units,), False),
        )

    @property
    def multiply_adds(self) -> int:
        return self.inputs * self.units

    def bind(self, parameters: dict[str, Array], gradients: dict[str, Array]) -> None:
        self.W, self.b = parameters["W"], parameters["b"]
        self.dW, self.db = gradients["W"], gradients["b"]

    def forward(self, x: Array, training: bool) -> Array:
        n = len(x)
        x = x.reshape(n, self.inputs)
        y = self.array("y", (n, self.units), x.dtype)
        np.dot(x, self.W, out=y)
        y += self.b
        if training:
            self._x = x
        return y

    def backward(self, dy: Array) -> Array | None:
        x = self._x
        np.dot(x.T, dy, out=self.dW)
        # a sum over rows as a product with ones: the same additions, in the faster kernel
        np.dot(self._ones(len(dy), dy.dtype), dy, out=self.db)
        if not self.needs_input_gradient:
            return None
        dx = self.array("dx", x.shape, x.dtype)
        np.dot(dy, self.W.T, out=dx)
        return dx.reshape(len(dy), *self.input_shape)

    def _ones(self, n: int, dtype: np.dtype[Any]) -> Array:
        ones = self.array("ones", (n,), dtype)
        ones.fill(1)
        return ones
