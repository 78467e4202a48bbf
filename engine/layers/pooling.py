"""Pooling: each output pixel is the maximum or the mean of a window of size × size pixels of its channel.

    x  (N, C, H, W)      y  (N, C, OH, OW)      OH = ⌊(H - size) / stride⌋ + 1, and likewise OW

Maximum: ∂L/∂y goes to the window's largest pixel; if several are equal, to one of them.
Average: ∂L/∂y / size² goes to each pixel of the window.

Windows may overlap (stride < size).
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from engine.arrays import Array
from engine.fields import Field
from engine.layers.layer import Layer, Shape
from engine.reasons import Reason

FIELDS = (
    Field("size", "integer", 2, minimum=1, maximum=64),
    Field("stride", "integer", None, minimum=1, maximum=64, nullable=True),
)


class Pool2D(Layer):
    """Base of the two pools: windows of `size`, every `stride` pixels (by default `size`)."""

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

    def windows(self, x: Array) -> Array:
        """The windows of x, as (N, C, OH, OW, size²): the pixels of each window row by row."""
        windows = sliding_window_view(x, (self.size, self.size), axis=(2, 3))
        windows = windows[:, :, :: self.stride, :: self.stride]
        return windows.reshape(*windows.shape[:4], self.size**2)

    def sum_into_pixels(self, shares: Array) -> Array:
        """∂L/∂x from the gradient of each pixel of each window, (N, C, OH, OW, size²): pixels in several windows get
        the sum."""
        _, rows, columns = self.output_shape
        dx = np.zeros((len(shares), *self.input_shape), shares.dtype)
        for pixel, (top, left) in enumerate(np.ndindex(self.size, self.size)):
            down = slice(top, top + rows * self.stride, self.stride)
            right = slice(left, left + columns * self.stride, self.stride)
            dx[:, :, down, right] += shares[..., pixel]
        return dx


class MaxPool2D(Pool2D):
    """The largest pixel of each window."""

    def forward(self, x: Array, training: bool) -> Array:
        windows = self.windows(x)
        self.largest = windows.argmax(axis=-1)
        y: Array = windows.max(axis=-1)
        return y

    def backward(self, dy: Array) -> Array:
        pixels = np.arange(self.size**2)
        return self.sum_into_pixels(dy[..., None] * (pixels == self.largest[..., None]))


class AvgPool2D(Pool2D):
    """The mean of each window."""

    def forward(self, x: Array, training: bool) -> Array:
        y: Array = self.windows(x).mean(axis=-1)
        return y

    def backward(self, dy: Array) -> Array:
        share = dy[..., None] / self.size**2
        return self.sum_into_pixels(np.broadcast_to(share, (*dy.shape, self.size**2)))
