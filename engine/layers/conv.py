"""Convolution: every output pixel is a weighted sum of the pixels under the kernel.

    x  (N, C, H, W)      W  (F, C, K, K)      b  (F,)      y  (N, F, OH, OW)
    OH = ⌊(H + 2·padding - K) / stride⌋ + 1, and likewise OW

    y[f, i, j] = b[f] + Σ over c, k, l of W[f, c, k, l] · x[c, i·stride + k - padding, j·stride + l - padding]

(what is outside the image counts as 0; as in every framework, the kernel is not flipped: a cross-correlation).

    ∂L/∂b[f] = Σ over all images and places of ∂L/∂y[f, i, j]
    ∂L/∂W[f, c, k, l] = Σ over all images and places of ∂L/∂y[f, i, j] · (the pixel of x that W[f, c, k, l] multiplies)
    ∂L/∂x: each pixel under W[f, c, k, l] gets W[f, c, k, l] · ∂L/∂y[f, i, j]
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from engine.arrays import Array
from engine.fields import Field
from engine.layers.layer import Layer, ParameterSpec, Shape
from engine.reasons import Reason

FIELDS = (
    Field("filters", "integer", minimum=1, maximum=4096),
    Field("kernel_size", "integer", 3, minimum=1, maximum=64),
    Field("stride", "integer", 1, minimum=1, maximum=64),
    Field("padding", "integer", 0, minimum=0, maximum=63, choices=("same",)),
)


class Conv2D(Layer):
    """A convolution of `filters` square kernels.

    `padding` "same" keeps height and width at stride 1; it needs an odd kernel.
    """

    W: Array
    b: Array
    dW: Array
    db: Array

    def __init__(
        self, input_shape: Shape, *, filters: int, kernel_size: int, stride: int, padding: int | str
    ) -> None:
        super().__init__(input_shape)
        padding = _checked_padding(input_shape, kernel_size, padding)
        _, height, width = input_shape
        self.filters = filters
        self.kernel_size = kernel_size
        self.stride = stride
        self.padding = padding
        self.output_shape = (
            filters,
            (height + 2 * padding - kernel_size) // stride + 1,
            (width + 2 * padding - kernel_size) // stride + 1,
        )

    @property
    def parameters(self) -> tuple[ParameterSpec, ...]:
        channels, area = self.input_shape[0], self.kernel_size**2
        shape = (self.filters, channels, self.kernel_size, self.kernel_size)
        return self.weight(shape, channels * area, self.filters * area), self.bias(self.filters)

    @property
    def multiply_adds(self) -> int:
        _, height, width = self.output_shape
        return self.filters * height * width * self.input_shape[0] * self.kernel_size**2

    def forward(self, x: Array, training: bool) -> Array:
        border = (self.padding, self.padding)
        padded = np.pad(x, ((0, 0), (0, 0), border, border))
        windows = sliding_window_view(padded, (self.kernel_size, self.kernel_size), axis=(2, 3))
        self.windows = windows[:, :, :: self.stride, :: self.stride]  # (N, C, OH, OW, K, K)
        y = np.tensordot(self.windows, self.W, axes=((1, 4, 5), (1, 2, 3)))  # (N, OH, OW, F)
        return (y + self.b).transpose(0, 3, 1, 2)

    def backward(self, dy: Array) -> Array:
        self.db[...] = dy.sum(axis=(0, 2, 3))
        self.dW[...] = np.tensordot(dy, self.windows, axes=((0, 2, 3), (0, 2, 3)))
        (_, height, width), (_, rows, columns) = self.input_shape, self.output_shape
        p, stride = self.padding, self.stride
        dx = np.zeros((len(dy), self.input_shape[0], height + 2 * p, width + 2 * p), dy.dtype)
        for top, left in np.ndindex(self.kernel_size, self.kernel_size):
            under = np.tensordot(dy, self.W[:, :, top, left], axes=(1, 0))  # (N, OH, OW, C)
            down = slice(top, top + rows * stride, stride)
            right = slice(left, left + columns * stride, stride)
            dx[:, :, down, right] += under.transpose(0, 3, 1, 2)
        return dx[:, :, p : p + height, p : p + width]


def _checked_padding(input_shape: Shape, kernel_size: int, padding: int | str) -> int:
    """The padding in pixels.

    Raises:
        ValueError: the input is not an image, or the kernel is too large for it.
    """
    if len(input_shape) != 3:
        message = f"a convolution needs images (channels, height, width), not {input_shape}"
        raise ValueError(Reason("needs_images", message, shape=input_shape))
    if padding == "same":
        if kernel_size % 2 == 0:
            message = f'padding "same" needs an odd kernel_size, not {kernel_size}'
            raise ValueError(Reason("same_needs_odd", message, kernel_size=kernel_size))
        padding = (kernel_size - 1) // 2
    assert isinstance(padding, int)
    if padding >= kernel_size:
        message = f"padding {padding} must be smaller than kernel_size {kernel_size}"
        raise ValueError(Reason("padding_too_large", message, padding=padding, kernel_size=kernel_size))
    _, height, width = input_shape
    if min(height, width) + 2 * padding < kernel_size:
        message = f"a kernel of {kernel_size} does not fit on {height} × {width} pixels"
        values = {"kernel_size": kernel_size, "height": height, "width": width}
        raise ValueError(Reason("kernel_too_large", message, **values))
    return padding
