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
        pool, bias = self.pool, self.conv.b[:, None, None]
        filters, height, width = self.output_shape
        y = self.array("y", (len(x), height, filters, width, x.shape[-1]), x.dtype)
        if pool.halves:
            # one block at a time: what the convolution gives is pooled while it is in the cache, and the
            # next block overwrites it
            for part in range(len(x)):
                convolved = self.conv.convolve(x[part : part + 1], training=False)
                np.add(pool.halve(convolved, training, part), bias, out=y[part : part + 1])
        else:
            # overlapping windows are compared with their maxima on the way back, so both are kept
            np.add(pool.forward(self.conv.convolve(x, training=False), training), bias, out=y)
        np.maximum(y, 0, out=y)
        if training:
            self.conv.remember(x)
            self._y = y
        return y

    def backward(self, dy: Array) -> Array | None:
        positive = self.array("positive", dy.shape, np.dtype(np.bool_))
        np.greater(self._y, 0, out=positive)
        np.multiply(dy, positive, out=dy)
        self.conv.bias_gradient(dy)
        if self.pool.halves:
            return self.conv.kernel_gradients(
                self.pool.halve_back(dy[part : part + 1], part)[0] for part in range(len(dy))
            )
        dx = self.pool.backward(dy)
        assert dx is not None
        return self.conv.kernel_gradients(dx)
