"""Activation layer: y = f(x) elementwise; ∂L/∂x = ∂L/∂y · f'(x)."""

from __future__ import annotations

from engine.activations import ACTIVATIONS
from engine.arrays import Array
from engine.layers.layer import Layer, Shape


class ActivationLayer(Layer):
    """Applies one of `engine.activations`."""

    def __init__(self, input_shape: Shape, *, name: str) -> None:
        super().__init__(input_shape)
        self.name = name
        self.activation = ACTIVATIONS[name]

    def forward(self, x: Array, training: bool) -> Array:
        self.x = x
        return self.activation.value(x)

    def backward(self, dy: Array) -> Array:
        return dy * self.activation.derivative(self.x)
