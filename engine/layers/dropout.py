"""Dropout: in training, each value is dropped with probability `rate`, and the others are multiplied by 1 / (1 - rate).

The expected output is then the input, so an evaluation, in which dropout does nothing, needs no scaling (Srivastava et
al. 2014, in the inverted form).

    y = x m / (1 - rate)      m ~ Bernoulli(1 - rate)      ∂L/∂x = ∂L/∂y m / (1 - rate)
"""

from __future__ import annotations

import numpy as np

from engine.arrays import Array
from engine.fields import Field
from engine.layers.layer import Layer, Shape

FIELDS = (Field("rate", "number", 0.5, minimum=0, maximum=0.99),)


class Dropout(Layer):
    """Drops the share `rate` of its inputs. The rate may change between steps."""

    def __init__(self, input_shape: Shape, *, rate: float) -> None:
        super().__init__(input_shape)
        self.rate = rate

    def forward(self, x: Array, training: bool) -> Array:
        if not training:
            self.factor: Array = np.ones((), x.dtype)
            return x
        if self.generator is None:
            raise TypeError("dropout needs a generator")
        m = self.generator.random(x.shape, np.float32) >= self.rate
        self.factor = m.astype(x.dtype) / (1 - self.rate)
        y: Array = x * self.factor
        return y

    def backward(self, dy: Array) -> Array:
        return dy * self.factor
