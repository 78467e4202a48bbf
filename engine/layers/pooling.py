"""Pooling: each output pixel sums up a window of size × size pixels of its channel.

    x  (N, C, H, W)      y  (N, C, OH, OW)      OH = ⌊(H - size) / stride⌋ + 1, and likewise OW

Maximum: ∂L/∂y goes to the window's largest pixel; among equal ones to the first, so that exactly one gets it.
Average: ∂L/∂y / size² goes to each pixel of the window.

Windows may overlap (stride < size). All pixels at one place of their windows are one strided slice of the image,
so a pool is size² elementwise operations on slices: no argmax, no gathering.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.fields import Field
from engine.layers.layer import Array, Layer, Shape

FIELDS = (
    Field("size", "integer", 2, minimum=1, maximum=64),
    Field("stride", "integer", None, minimum=1, maximum=64, nullable=True),
)


class Pool2D(Layer):
    """What the two pools share: windows of `size`, every `stride` pixels (by default `size`)."""

    layout = "blocks"

    def __init__(self, input_shape: Shape, *, size: int, stride: int | None = None) -> None:
        super().__init__(input_shape)
        if len(input_shape) != 3:
            raise ValueError(f"pooling needs images (channels, height, width), not {input_shape}")
        channels, height, width = input_shape
        if min(height, width) < size:
            raise ValueError(f"a window of {size} does not fit on {height} × {width} pixels")
        self.size = size
        self.stride = size if stride is None else stride
        self.output_shape = (
            channels,
            (height - size) // self.stride + 1,
            (width - size) // self.stride + 1,
        )

    def _slices(self, x: Array) -> Iterator[Array]:
        """For each place in the window, that pixel of all windows: (B, OH, C, OW, n)."""
        _, height, width = self.output_shape
        stride = self.stride
        for top in range(self.size):
            for left in range(self.size):
                bottom, right = top + (height - 1) * stride + 1, left + (width - 1) * stride + 1
                yield x[:, top:bottom:stride, :, left:right:stride]

    def _output(self, x: Array) -> Array:
        channels, height, width = self.output_shape
        return self.array("y", (len(x), height, channels, width, x.shape[-1]), x.dtype)

    def _input_gradient(self, dy: Array) -> Array:
        channels, height, width = self.input_shape
        return self.array("dx", (len(dy), height, channels, width, dy.shape[-1]), dy.dtype)


class MaxPool2D(Pool2D):
    """The largest pixel of each window.

    2 × 2 windows side by side, the usual ones, go in two halvings, first rows, then columns: three comparisons a
    window instead of four with a search for the first largest on the way back (5 times faster there).
    """

    def __init__(self, input_shape: Shape, *, size: int, stride: int | None = None) -> None:
        super().__init__(input_shape, size=size, stride=stride)
        self.halves = self.size == self.stride == 2
        self._masks: dict[int, tuple[Array, Array]] = {}

    def forward(self, x: Array, training: bool) -> Array:
        if self.halves:
            return self.halve(x, training)
        slices = self._slices(x)
        y = self._output(x)
        np.copyto(y, next(slices))
        for part in slices:
            np.maximum(y, part, out=y)
        if training:
            self._x, self._y = x, y
        return y

    def halve(self, x: Array, training: bool, part: int = 0) -> Array:
        """The forward pass by halvings; `part` tells apart what the backward pass needs of several calls."""
        upper, lower = self._pairs(x, 1)
        rows = self.array("rows", upper.shape, x.dtype)
        np.maximum(upper, lower, out=rows)
        left, right = self._pairs(rows, 3)
        y = self._output(x)
        np.maximum(left, right, out=y)
        if training:
            # on equality the upper, the left one: exactly one of a window gets the gradient
            is_upper = self.array(f"is upper {part}", upper.shape, np.dtype(np.bool_))
            is_left = self.array(f"is left {part}", left.shape, np.dtype(np.bool_))
            np.greater_equal(upper, lower, out=is_upper)
            np.greater_equal(left, right, out=is_left)
            self._masks[part] = is_upper, is_left
        return y

    def _pairs(self, x: Array, axis: int) -> tuple[Array, Array]:
        """Even and odd rows (axis 1) or columns (axis 3), without one that has no partner."""
        pairs = x.shape[axis] // 2
        if axis == 1:
            return x[:, 0 : 2 * pairs : 2], x[:, 1 : 2 * pairs : 2]
        return x[:, :, :, 0 : 2 * pairs : 2], x[:, :, :, 1 : 2 * pairs : 2]

    def halve_back(self, dy: Array, part: int = 0) -> Array:
        """The backward pass of the same part."""
        is_upper, is_left = self._masks[part]
        dx = self._input_gradient(dy)
        _, height, width = self.input_shape
        if height % 2 or width % 2:
            dx.fill(0)
        rows = self.array("row gradient", is_upper.shape, dy.dtype)
        if width % 2:
            rows.fill(0)
        left, right = self._pairs(rows, 3)
        np.multiply(dy, is_left, out=left)
        np.subtract(dy, left, out=right)
        upper, lower = self._pairs(dx, 1)
        np.multiply(rows, is_upper, out=upper)
        np.subtract(rows, upper, out=lower)
        return dx

    def backward(self, dy: Array) -> Array | None:
        if self.halves:
            return self.halve_back(dy)
        dx = self._input_gradient(dy)
        dx.fill(0)
        free = self.array(
            "free", dy.shape, np.dtype(np.bool_)
        )  # windows whose largest pixel is not found yet
        found = self.array("found", dy.shape, np.dtype(np.bool_))
        share = self.array("share", dy.shape, dy.dtype)
        free.fill(True)
        for part, gradient in zip(self._slices(self._x), self._slices(dx), strict=True):
            np.equal(part, self._y, out=found)
            np.logical_and(found, free, out=found)
            np.logical_xor(free, found, out=free)
            np.multiply(dy, found, out=share)
            np.add(gradient, share, out=gradient)
        return dx


class AvgPool2D(Pool2D):
    """The mean of each window."""

    def forward(self, x: Array, training: bool) -> Array:
        slices = self._slices(x)
        y = self._output(x)
        np.copyto(y, next(slices))
        for part in slices:
            np.add(y, part, out=y)
        y *= 1 / self.size**2
        return y

    def backward(self, dy: Array) -> Array | None:
        dx = self._input_gradient(dy)
        dx.fill(0)
        dy *= 1 / self.size**2
        for gradient in self._slices(dx):
            np.add(gradient, dy, out=gradient)
        return dx
