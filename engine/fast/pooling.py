"""Pools on blocks. The pixels at one position of all windows are one strided slice of the image, so a pool is size²
elementwise operations on slices, without gathering.

The usual 2 × 2 windows do not overlap. They are halved twice: first pairs of rows, then pairs of columns. This needs
three comparisons for each window. The backward pass need not search for the largest pixel and is 5 times as fast.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.arrays import Array
from engine.fast.step import BOOL, Buffers, Place, Step
from engine.layers.layer import Shape
from engine.layers.pooling import AvgPool2D, MaxPool2D, Pool2D

#: For each pair of rows, then for each pair of columns: whether the first is at least as large as the second. So
#: exactly one pixel of a window gets the gradient.
Masks = tuple[Array, Array]


def halves(pool: MaxPool2D) -> bool:
    """Whether the windows are 2 × 2 and do not overlap."""
    return pool.size == pool.stride == 2


def halve(
    upper: Array, lower: Array, rows: Array, sides: tuple[Array, Array], y: Array, masks: Masks | None
) -> Array:
    """The maxima of 2 × 2 windows, in y.

    Args:
        upper, lower: every other row of pixels.
        rows: scratch for the larger of each pair of rows.
        sides: the even and the odd columns of `rows`, as views.
        masks: filled for the backward pass, unless None.
    """
    np.maximum(upper, lower, out=rows)
    if masks is not None:
        np.greater_equal(upper, lower, out=masks[0])
        np.greater_equal(*sides, out=masks[1])
    return np.maximum(*sides, out=y)


def halve_back(
    dy: Array, masks: Masks, rows: Array, sides: tuple[Array, Array], upper: Array, lower: Array
) -> None:
    """The backward pass of `halve`: writes the gradient dy to `upper` and `lower`; `rows` is scratch, `sides` its
    views.

    Of a pair with the gradient d, the first gets d·mask and the second gets d - d·mask.
    """
    is_upper, is_left = masks
    left, right = sides
    np.multiply(dy, is_left, out=left)
    np.subtract(dy, left, out=right)
    np.multiply(rows, is_upper, out=upper)
    np.subtract(rows, upper, out=lower)


def _pairs(x: Array, axis: int) -> tuple[Array, Array]:
    """The even and the odd rows (axis 1) or columns (axis 3) of blocks; the last one is left out if it has no
    partner."""
    pairs = x.shape[axis] // 2
    if axis == 1:
        return x[:, 0 : 2 * pairs : 2], x[:, 1 : 2 * pairs : 2]
    return x[:, :, :, 0 : 2 * pairs : 2], x[:, :, :, 1 : 2 * pairs : 2]


class PoolStep(Step):
    """Base of all pools: the arrays for y, and for ∂L/∂x in training."""

    def __init__(self, layer: Pool2D, place: Place) -> None:
        super().__init__(layer, place)
        self.size = layer.size
        self.stride = layer.stride

    def buffers(self, count: int, training: bool) -> Buffers:
        buffers = {"y": (self.layout_shape(count, self.output_shape), self.dtype)}
        if training:
            buffers["dx"] = (self.layout_shape(count, self.input_shape), self.dtype)
        return buffers

    def slices(self, x: Array) -> Iterator[Array]:
        """For each position in the window, the pixels at this position of all windows: (B, OH, C, OW, n)."""
        _, height, width = self.output_shape
        stride = self.stride
        for top in range(self.size):
            for left in range(self.size):
                bottom, right = top + (height - 1) * stride + 1, left + (width - 1) * stride + 1
                yield x[:, top:bottom:stride, :, left:right:stride]


class MaxPoolStep(PoolStep):
    """Windows of any size and stride: the backward pass compares each pixel with the maximum of its window, and the
    first equal pixel gets the gradient."""

    def buffers(self, count: int, training: bool) -> Buffers:
        buffers = super().buffers(count, training)
        if training:
            shape = buffers["y"][0]
            buffers |= {"free": (shape, BOOL), "is_largest": (shape, BOOL), "share": (shape, self.dtype)}
        return buffers

    def forward(self, x: Array, training: bool) -> Array:
        y = self.arrays_for(x, training)["y"]
        slices = self.slices(x)
        np.copyto(y, next(slices))
        for part in slices:
            np.maximum(y, part, out=y)
        if training:
            self._x, self._y = x, y
        return y

    def backward(self, dy: Array) -> Array | None:
        arrays = self.arrays_for(dy, True)
        dx, is_largest, share = arrays["dx"], arrays["is_largest"], arrays["share"]
        free = arrays["free"]  # windows whose largest pixel is not found yet
        dx.fill(0)
        free.fill(True)
        for part, gradient in zip(self.slices(self._x), self.slices(dx), strict=True):
            np.equal(part, self._y, out=is_largest)
            np.logical_and(is_largest, free, out=is_largest)
            np.logical_xor(free, is_largest, out=free)
            np.multiply(dy, is_largest, out=share)
            np.add(gradient, share, out=gradient)
        return dx


class HalvingPoolStep(PoolStep):
    """Windows of 2 × 2 pixels that do not overlap."""

    def buffers(self, count: int, training: bool) -> Buffers:
        buffers = super().buffers(count, training)
        channels, height, width = self.input_shape
        rows: Shape = self.layout_shape(count, (channels, height // 2, width))
        buffers["rows"] = (rows, self.dtype)
        if training:
            buffers |= {"upper": (rows, BOOL), "left": (buffers["y"][0], BOOL)}
            buffers["row gradient"] = (rows, self.dtype)
        return buffers

    def forward(self, x: Array, training: bool) -> Array:
        arrays = self.arrays_for(x, training)
        masks = (arrays["upper"], arrays["left"]) if training else None
        rows = arrays["rows"]
        return halve(*_pairs(x, 1), rows, _pairs(rows, 3), arrays["y"], masks)

    def backward(self, dy: Array) -> Array | None:
        arrays = self.arrays_for(dy, True)
        dx, rows = arrays["dx"], arrays["row gradient"]
        _, height, width = self.input_shape
        if height % 2:
            dx[:, -1].fill(0)
        if width % 2:
            rows[:, :, :, -1].fill(0)
        halve_back(dy, (arrays["upper"], arrays["left"]), rows, _pairs(rows, 3), *_pairs(dx, 1))
        return dx


class AvgPoolStep(PoolStep):
    """The mean of each window."""

    def __init__(self, layer: AvgPool2D, place: Place) -> None:
        super().__init__(layer, place)

    def forward(self, x: Array, training: bool) -> Array:
        slices = self.slices(x)
        y = self.arrays_for(x, training)["y"]
        np.copyto(y, next(slices))
        for part in slices:
            np.add(y, part, out=y)
        y *= 1 / self.size**2
        return y

    def backward(self, dy: Array) -> Array | None:
        dx = self.arrays_for(dy, True)["dx"]
        dx.fill(0)
        dy *= 1 / self.size**2
        for gradient in self.slices(dx):
            np.add(gradient, dy, out=gradient)
        return dx
