"""Pooling: each output pixel sums up a window of size × size pixels of its channel.

    x  (N, C, H, W)      y  (N, C, OH, OW)      OH = ⌊(H - size) / stride⌋ + 1, and likewise OW

Maximum: ∂L/∂y goes to the window's largest pixel; among equal ones to the first, so that exactly one gets it.
Average: ∂L/∂y / size² goes to each pixel of the window.

Windows may overlap (stride < size). All pixels at one place of their windows are one strided slice of the image,
so a pool is size² elementwise operations on slices: no argmax, no gathering.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from engine.arrays import Array
from engine.fields import Field
from engine.layers.layer import BOOL, Layer, Shape
from engine.reasons import Reason

FIELDS = (
    Field("size", "integer", 2, minimum=1, maximum=64),
    Field("stride", "integer", None, minimum=1, maximum=64, nullable=True),
)


#: Of each pair of rows, then of each pair of columns: is the first one the larger? On equality it is, so that exactly
#: one pixel of a window gets the gradient.
Masks = tuple[Array, Array]


def halve(
    upper: Array, lower: Array, rows: Array, sides: tuple[Array, Array], y: Array, masks: Masks | None
) -> Array:
    """The maxima of 2 × 2 windows, in y.

    Args:
        upper, lower: every other row of pixels.
        rows: scratch for the larger ones.
        sides: every other column of `rows`, as views.
        masks: filled for the way back, unless None.
    """
    np.maximum(upper, lower, out=rows)
    if masks is not None:
        np.greater_equal(upper, lower, out=masks[0])
        np.greater_equal(*sides, out=masks[1])
    return np.maximum(*sides, out=y)


def halve_back(
    dy: Array, masks: Masks, rows: Array, sides: tuple[Array, Array], upper: Array, lower: Array
) -> None:
    """The way back: dy into `upper` and `lower`, through the scratch `rows` with its views `sides`.

    One of a pair gets a product with its mask, the other one what is left: d - d·mask.
    """
    is_upper, is_left = masks
    left, right = sides
    np.multiply(dy, is_left, out=left)
    np.subtract(dy, left, out=right)
    np.multiply(rows, is_upper, out=upper)
    np.subtract(rows, upper, out=lower)


def _pairs(x: Array, axis: int) -> tuple[Array, Array]:
    """Even and odd rows (axis 1) or columns (axis 3) of blocks, without one that has no partner."""
    pairs = x.shape[axis] // 2
    if axis == 1:
        return x[:, 0 : 2 * pairs : 2], x[:, 1 : 2 * pairs : 2]
    return x[:, :, :, 0 : 2 * pairs : 2], x[:, :, :, 1 : 2 * pairs : 2]


class Pool2D(Layer):
    """What the two pools share: windows of `size`, every `stride` pixels (by default `size`)."""

    layout = "blocks"

    def __init__(self, input_shape: Shape, *, size: int, stride: int | None = None) -> None:
        super().__init__(input_shape)
        if len(input_shape) != 3:
            message = f"pooling needs images (channels, height, width), not {input_shape}"
            raise ValueError(Reason("needs_images", message, shape=input_shape))
        channels, height, width = input_shape
        if min(height, width) < size:
            message = f"a window of {size} does not fit on {height} × {width} pixels"
            raise ValueError(Reason("window_too_large", message, size=size, height=height, width=width))
        self.size = size
        self.stride = size if stride is None else stride
        self.output_shape = (
            channels,
            (height - size) // self.stride + 1,
            (width - size) // self.stride + 1,
        )

    def memory(self, count: int, itemsize: int, training: bool) -> int:
        """y; dx while training."""
        values = math.prod(self.output_shape) + math.prod(self.input_shape) * training
        return count * values * itemsize

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

    def memory(self, count: int, itemsize: int, training: bool) -> int:
        """As every pool's. 2 × 2: the larger ones of pairs of rows, there and back, and two masks; else three arrays
        of the output's size on the way back."""
        outputs = math.prod(self.output_shape)
        if self.halves:
            channels, height, width = self.input_shape
            rows = channels * (height // 2) * width
            own = rows * itemsize * (1 + training) + (rows + outputs) * training
        else:
            own = outputs * (2 + itemsize) * training
        return super().memory(count, itemsize, training) + count * own

    def forward(self, x: Array, training: bool) -> Array:
        y = self._output(x)
        if self.halves:
            upper, lower = _pairs(x, 1)
            rows = self.array("rows", upper.shape, x.dtype)
            masks = self._masks_of(upper, y) if training else None
            return halve(upper, lower, rows, _pairs(rows, 3), y, masks)
        slices = self._slices(x)
        np.copyto(y, next(slices))
        for part in slices:
            np.maximum(y, part, out=y)
        if training:
            self._x, self._y = x, y
        return y

    def _masks_of(self, upper: Array, y: Array) -> Masks:
        self._masks = self.array("upper", upper.shape, BOOL), self.array("left", y.shape, BOOL)
        return self._masks

    def _halve_back(self, dy: Array) -> Array:
        dx = self._input_gradient(dy)
        _, height, width = self.input_shape
        rows = self.array("row gradient", self._masks[0].shape, dy.dtype)
        if height % 2:
            dx[:, -1].fill(0)
        if width % 2:
            rows[:, :, :, -1].fill(0)
        halve_back(dy, self._masks, rows, _pairs(rows, 3), *_pairs(dx, 1))
        return dx

    def backward(self, dy: Array) -> Array | None:
        if self.halves:
            return self._halve_back(dy)
        dx = self._input_gradient(dy)
        dx.fill(0)
        free = self.array("free", dy.shape, BOOL)  # windows whose largest pixel is not found yet
        found = self.array("found", dy.shape, BOOL)
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
