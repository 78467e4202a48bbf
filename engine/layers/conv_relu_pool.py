"""Convolution, bias, ReLU and maximum pooling as one step.

What a convolution gives is worked on while it is in the cache: a strip of rows at a time.

The maximum commutes with adding a constant and with ReLU, which both keep the order of numbers:

    max over a window of relu(x + b)  =  relu(max over the window of x + b)

So bias, ReLU and their gradients are taken after the pool, on a fourth of the values (2 × 2), and what the convolution
gave is not kept: a third of the step of a small convolutional network. The results are the same to the last bit, but
for which of several pixels below zero gets a gradient of zero.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from engine.activations import add_relu, relu_backward
from engine.arrays import Array
from engine.layers.blocks import block_size
from engine.layers.conv import Conv2D
from engine.layers.layer import BOOL, Layer
from engine.layers.pooling import MaxPool2D, halve, halve_back


class ConvRelu(Layer):
    """Takes the place of a convolution and its ReLU; parameters are the convolution's."""

    layout = "blocks"

    def __init__(self, conv: Conv2D) -> None:
        super().__init__(conv.input_shape)
        self.conv = conv
        self.output_shape = conv.output_shape

    def memory(self, count: int, itemsize: int, training: bool) -> int:
        """The convolution's, its bias for a row, and a byte for each output on the way back."""
        memory = self.conv.memory(count, itemsize, training) + self.conv.bias_memory(count, itemsize)
        return memory + count * math.prod(self.output_shape) * training

    def forward(self, x: Array, training: bool) -> Array:
        y = self.conv.output(x)
        bias = self.conv.bias_row(*y.shape[3:])
        for part, out in zip(x, y, strict=True):
            for strip in self.conv.convolve(part, out):
                add_relu(strip, *bias, strip)
        if training:
            self.conv.remember(x)
            self._y = y
        return y

    def backward(self, dy: Array) -> Array | None:
        relu_backward(self._y, dy, self.array("positive", dy.shape, BOOL))
        return self.conv.backward(dy)


class ConvReluPool(Layer):
    """Takes the place of the three layers; parameters are the convolution's."""

    layout = "blocks"

    def __init__(self, conv: Conv2D, pool: MaxPool2D) -> None:
        super().__init__(conv.input_shape)
        self.conv = conv
        self.pool = pool
        self.output_shape = pool.output_shape
        #: Even and odd columns apart: the pool compares long runs. They are gathered apart, which is worth it where
        #: few channels go in and many come out.
        self._apart = pool.halves and 4 * conv.input_shape[0] <= conv.filters
        if pool.halves:
            _, rows, columns = pool.output_shape
            self.conv = conv.computing((2 * rows, 2 * columns), phases=2 if self._apart else 1)

    def memory(self, count: int, itemsize: int, training: bool) -> int:
        """y, a row of the bias, and what the convolution needs. 2 × 2: a strip of it, and half of that; while training
        also two masks, the gradient of one block, and half of that. Else all that it gives, what the pool makes, and a
        mask."""
        outputs = count * math.prod(self.output_shape)
        memory = outputs * itemsize + self.conv.bias_memory(count, itemsize)
        if self.pool.halves:
            memory += self.conv.product_memory(count, itemsize, multiple=2)
            memory += 3 * self.conv.strip_values(count, itemsize, 2) // 2 * itemsize
            if training:
                block = block_size(count) * math.prod(self.conv.computed)
                memory += 3 * outputs + 3 * block // 2 * itemsize
        else:
            memory += self.conv.output_memory(count, itemsize) + self.conv.product_memory(count, itemsize)
            memory += self.pool.memory(count, itemsize, training) + outputs * training
        return memory + (self.conv.gradient_memory(count, itemsize) if training else 0)

    def forward(self, x: Array, training: bool) -> Array:
        filters, height, width = self.output_shape
        y = self.array("y", (len(x), height, filters, width, x.shape[-1]), x.dtype)
        if self.pool.halves:
            self._halve(x, y, training)
        else:
            # overlapping windows are compared with their maxima on the way back, so both are kept
            convolved = self.conv.output(x)
            for part, out in zip(x, convolved, strict=True):
                for _ in self.conv.convolve(part, out):
                    pass
            add_relu(self.pool.forward(convolved, training), *self.conv.bias_row(*y.shape[3:]), y)
        if training:
            self.conv.remember(x)
            self._y = y
        return y

    def _halve(self, x: Array, y: Array, training: bool) -> None:
        bias = self.conv.bias_row(*y.shape[3:])
        blocks, height = y.shape[:2]
        shape = self._strip_shape(x.shape[-1])
        if training:
            upper = self.array("upper", (blocks, height, *shape), BOOL)
            self._masks = upper, self.array("left", y.shape, BOOL)
        for block, part in enumerate(x):
            at = 0
            for strip in self.conv.convolve(part, multiple=2):
                rows = slice(at, at + len(strip) // 2)
                at = rows.stop
                larger = self.array("larger", (len(strip) // 2, *shape), x.dtype)
                out = y[block, rows]
                masks = (self._masks[0][block, rows], self._masks[1][block, rows]) if training else None
                halve(strip[0::2], strip[1::2], larger, self._sides(larger), out, masks)
                add_relu(out, *bias, out)

    def backward(self, dy: Array) -> Array | None:
        if self.pool.halves:
            dx = self.conv.kernel_gradients(self._halved_back(dy))
            self.conv.bias_gradient(dy)
            return dx
        relu_backward(self._y, dy, self.array("positive", dy.shape, BOOL))
        self.conv.bias_gradient(dy)
        unpooled = self.pool.backward(dy)
        assert unpooled is not None
        return self.conv.kernel_gradients(unpooled)

    def _halved_back(self, dy: Array) -> Iterator[Array]:
        """The gradient of what the convolution gave, one block after the other; dy becomes the gradient of the sum
        that goes into ReLU."""
        rows, shape = self.conv.computed[1], self._strip_shape(dy.shape[-1])
        convolved = self.array("convolved", (rows, *shape), dy.dtype)
        larger = self.array("larger", (rows // 2, *shape), dy.dtype)
        positive = self.array("positive", dy.shape[1:], BOOL)
        for block, part in enumerate(dy):
            relu_backward(self._y[block], part, positive)
            masks = self._masks[0][block], self._masks[1][block]
            halve_back(part, masks, larger, self._sides(larger), convolved[0::2], convolved[1::2])
            yield convolved

    def _strip_shape(self, n: int) -> tuple[int, ...]:
        """Of a row that the convolution gives."""
        filters, _, columns = self.conv.computed
        return (2, filters, columns // 2, n) if self._apart else (filters, columns, n)

    def _sides(self, larger: Array) -> tuple[Array, Array]:
        """Even and odd columns of rows."""
        if self._apart:
            return larger[:, 0], larger[:, 1]
        return larger[:, :, 0::2], larger[:, :, 1::2]
