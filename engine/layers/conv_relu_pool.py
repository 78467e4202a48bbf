"""Convolution, bias, ReLU and maximum pooling as one step.

The maximum commutes with adding a constant and with ReLU, which both keep the order of numbers:

    max over a window of relu(x + b)  =  relu(max over the window of x + b)

So bias, ReLU and their gradients are taken after the pool, on a fourth of the values (2 × 2): a fifth of the step of
a small convolutional network. The results are the same to the last bit, but for which of several pixels below
zero gets a gradient of zero.
"""

from __future__ import annotations

import numpy as np

from engine.layers.conv import Conv2D
from engine.layers.layer import Array, Layer
from engine.layers.pooling import MaxPool2D


class ConvReluPool(Layer):
    """Takes the place of the three layers; parameters are the convolution's."""

    layout = "blocks"

    def __init__(self, conv: Conv2D, pool: MaxPool2D) -> None:
        super().__init__(conv.input_shape)
        self.conv = conv
        self.pool = pool
        self.output_shape = pool.output_shape

    def forward(self, x: Array, training: bool) -> Array:
        y = self.pool.forward(self.conv.convolve(x, training), training)
        # an array of its own: the pool may still need its maxima
        out = self.array("y", y.shape, y.dtype)
        np.add(y, self.conv.b[:, None, None], out=out)
        np.maximum(out, 0, out=out)
        if training:
            self._y = out
        return out

    def backward(self, dy: Array) -> Array | None:
        positive = self.array("positive", dy.shape, np.dtype(np.bool_))
        np.greater(self._y, 0, out=positive)
        np.multiply(dy, positive, out=dy)
        self.conv.bias_gradient(dy)
        dx = self.pool.backward(dy)
        assert dx is not None
        return self.conv.kernel_gradients(dx)
