"""Dropout: while training, each value is dropped with probability `rate`, and the others grow by 1 / (1 - rate).

The expected output is then the input itself, so nothing needs scaling at evaluation, where dropout does nothing
(Srivastava et al. 2014, in the inverted form).

    y = x m / (1 - rate)      m ~ Bernoulli(1 - rate)      ∂L/∂x = ∂L/∂y m / (1 - rate)
"""

from __future__ import annotations

import math

import numpy as np

from engine.arrays import Array
from engine.fields import Field
from engine.layers.layer import Layer, Shape

FIELDS = (Field("rate", "number", 0.5, minimum=0, maximum=0.99),)


class Dropout(Layer):
    """Drops the share `rate` of its inputs. The rate may change between steps."""

    layout = "any"

    def __init__(self, input_shape: Shape, *, rate: float) -> None:
        super().__init__(input_shape)
        self.rate = rate

    def memory(self, count: int, itemsize: int, training: bool) -> int:
        """While training: the draws, in float32, the factors and y."""
        return count * math.prod(self.input_shape) * (4 + 2 * itemsize) * training

    def forward(self, x: Array, training: bool) -> Array:
        if not training:
            return x
        if self.generator is None:
            raise TypeError("dropout needs a generator")
        draws = self.array("draws", x.shape, np.dtype(np.float32))
        self.generator.random(dtype=np.float32, out=draws)
        # kept values have the factor 1 / (1 - rate), the others 0
        self._factor = self.array("factor", x.shape, x.dtype)
        np.greater_equal(draws, self.rate, out=self._factor)
        np.multiply(self._factor, 1 / (1 - self.rate), out=self._factor)
        return np.multiply(x, self._factor, out=self.array("y", x.shape, x.dtype))

    def backward(self, dy: Array) -> Array | None:
        return np.multiply(dy, self._factor, out=dy)
