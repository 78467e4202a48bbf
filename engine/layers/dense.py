"""Dense: y = xW + b, every output connected to every input.

    x  (N, n_in)      W  (n_in, n_out)      b  (n_out,)      y  (N, n_out)

    ∂L/∂W = xᵀ ∂L/∂y      ∂L/∂b = Σ over the batch of ∂L/∂y      ∂L/∂x = ∂L/∂y Wᵀ

An image (C, H, W) is read as C·H·W numbers: no flatten layer is needed before a dense one.
"""

from __future__ import annotations

import math

from engine.arrays import Array
from engine.fields import Field
from engine.layers.layer import Layer, ParameterSpec, Shape

FIELDS = (Field("units", "integer", minimum=1, maximum=65_536),)


class Dense(Layer):
    """A fully connected layer of `units` outputs."""

    W: Array
    b: Array
    dW: Array
    db: Array

    def __init__(self, input_shape: Shape, *, units: int) -> None:
        super().__init__(input_shape)
        self.inputs = math.prod(input_shape)
        self.units = units
        self.output_shape = (units,)

    @property
    def parameters(self) -> tuple[ParameterSpec, ...]:
        return self.weight((self.inputs, self.units), self.inputs, self.units), self.bias(self.units)

    @property
    def multiply_adds(self) -> int:
        return self.inputs * self.units

    def forward(self, x: Array, training: bool) -> Array:
        self.x = x.reshape(len(x), self.inputs)
        return self.x @ self.W + self.b

    def backward(self, dy: Array) -> Array:
        self.dW[...] = self.x.T @ dy
        self.db[...] = dy.sum(axis=0)
        return (dy @ self.W.T).reshape(len(dy), *self.input_shape)
