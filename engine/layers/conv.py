"""Convolution: every output pixel is a weighted sum of the pixels under the kernel.

    x  (N, C, H, W)      W  (F, C, K, K)      b  (F,)      y  (N, F, OH, OW)
    OH = ⌊(H + 2·padding - K) / stride⌋ + 1, and likewise OW

    y[f, i, j] = b[f] + Σ over c, k, l of W[f, c, k, l] · x[c, i·stride + k - padding, j·stride + l - padding]

(what is outside the image counts as 0; as in every framework, the kernel is not flipped: a cross-correlation).

As matrix products: for one block of images (see `engine.layers.blocks`) the rows under the kernel are gathered in

    R[h, l, c, j, n] = x[h - padding, c, j·stride + l - padding, n]

which repeats each pixel K times, not K² times. Then R[i·stride : i·stride + K], read as a matrix of K·K·C rows, is
all that output row i needs:

    y[i] = W' R[i·stride : i·stride + K]      W' = W as (F, K·K·C)
    ∂L/∂W' = Σ over i of ∂L/∂y[i] R[...]ᵀ
    ∂L/∂x: the same operation on ∂L/∂y with the kernel turned round (`_input_gradient`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.lib.stride_tricks import as_strided

from engine.fields import Field
from engine.layers.activation import ActivationLayer
from engine.layers.layer import Array, Layer, ParameterSpec, Shape
from engine.layers.pooling import MaxPool2D

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

    layout = "blocks"

    def __init__(
        self, input_shape: Shape, *, filters: int, kernel_size: int, stride: int, padding: int | str
    ) -> None:
        super().__init__(input_shape)
        if len(input_shape) != 3:
            raise ValueError(f"a convolution needs images (channels, height, width), not {input_shape}")
        if padding == "same":
            if kernel_size % 2 == 0:
                raise ValueError(f'padding "same" needs an odd kernel_size, not {kernel_size}')
            padding = (kernel_size - 1) // 2
        assert isinstance(padding, int)
        if padding >= kernel_size:
            raise ValueError(f"padding {padding} must be smaller than kernel_size {kernel_size}")
        _, height, width = input_shape
        if min(height, width) + 2 * padding < kernel_size:
            raise ValueError(f"a kernel of {kernel_size} does not fit on {height} × {width} pixels")
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
        return (
            ParameterSpec("W", shape, True, channels * area, self.filters * area),
            ParameterSpec("b", (self.filters,), False),
        )

    @property
    def multiply_adds(self) -> int:
        _, height, width = self.output_shape
        return self.filters * height * width * self.input_shape[0] * self.kernel_size**2

    def bind(self, parameters: dict[str, Array], gradients: dict[str, Array]) -> None:
        self.W, self.b = parameters["W"], parameters["b"]
        self.dW, self.db = gradients["W"], gradients["b"]

    def fuse(self, above: Sequence[Layer]) -> tuple[Layer, int] | None:
        from engine.layers.conv_relu_pool import ConvReluPool  # it is built from this class

        match above:
            case [ActivationLayer(name="relu") as relu, MaxPool2D() as pool, *_]:
                if not any(lower.has_activity_penalty for lower in (self, relu)):
                    return ConvReluPool(self, pool), 2
        return None

    def forward(self, x: Array, training: bool) -> Array:
        y = self.convolve(x, training)
        y += self.b[:, None, None]
        return y

    def convolve(self, x: Array, training: bool) -> Array:
        """The forward pass without the bias."""
        blocks, n = len(x), x.shape[-1]
        filters, height, width = self.output_shape
        kernel = self.kernel_size
        matrix = self.array("matrix", (filters, kernel, kernel, self.input_shape[0]), x.dtype)
        matrix[...] = self.W.transpose(0, 2, 3, 1)
        y = self.array("y", (blocks, height, filters, width, n), x.dtype)
        for block in range(blocks):
            rows = self._windows(x[block])
            np.matmul(matrix.reshape(filters, -1), rows, out=y[block].reshape(height, filters, width * n))
        if training:
            self.remember(x)
        return y

    def remember(self, x: Array) -> None:
        """Keep the input for the backward pass."""
        self._x = x

    def _windows(self, x: Array) -> Array:
        """What each output row needs of one block, (OH, K·K·C, OW·n): overlapping views into R."""
        channels, height, width = self.input_shape
        _, out_height, out_width = self.output_shape
        kernel, stride, padding, n = self.kernel_size, self.stride, self.padding, x.shape[-1]
        rows = self.zeros("rows", (height + 2 * padding, kernel, channels, out_width, n), x.dtype)
        for left in range(kernel):
            # output columns whose pixel under this column of the kernel is inside the image
            first = max(0, -((left - padding) // stride))
            last = min(out_width, (width - 1 + padding - left) // stride + 1)
            if first < last:
                start = first * stride + left - padding
                stop = (last - 1) * stride + left - padding + 1
                rows[padding : padding + height, left, :, first:last] = x[:, :, start:stop:stride]
        return _stack(rows, out_height, stride)

    def backward(self, dy: Array) -> Array | None:
        self.bias_gradient(dy)
        return self.kernel_gradients(dy)

    def bias_gradient(self, dy: Array) -> None:
        """∂L/∂b: Σ of dy (B, rows, F, columns, n) over all but F, along contiguous memory first."""
        sums = self.array("sums", (dy.shape[0] * dy.shape[1], self.filters), dy.dtype)
        np.add.reduce(dy.reshape(*sums.shape, -1), axis=2, out=sums)
        np.add.reduce(sums, axis=0, out=self.db)

    def kernel_gradients(self, parts: Iterable[Array]) -> Array | None:
        """∂L/∂W, and ∂L/∂x where it is needed, from ∂L/∂y of one block after the other."""
        x = self._x
        blocks, n = len(x), x.shape[-1]
        filters, height, width = self.output_shape
        kernel = self.kernel_size
        columns = kernel**2 * self.input_shape[0]
        products = self.array("products", (height, filters, columns), x.dtype)
        total = self.array("total", (filters, columns), x.dtype)
        total.fill(0)
        dx: Array | None = None
        if self.needs_input_gradient:
            channels, in_height, in_width = self.input_shape
            dx = self.array("dx", (blocks, in_height, channels, in_width, n), x.dtype)
            turned = self.array("turned", (channels, kernel, kernel, filters), x.dtype)
            turned[...] = self.W[:, :, ::-1, ::-1].transpose(1, 2, 3, 0)
        for block, dy in enumerate(parts):
            rows = self._windows(x[block])
            np.matmul(dy.reshape(height, filters, width * n), rows.transpose(0, 2, 1), out=products)
            for product in products:
                total += product
            if dx is not None:
                self._input_gradient(dy, turned, dx[block])
        self.dW[...] = total.reshape(filters, kernel, kernel, -1).transpose(0, 3, 1, 2)
        return dx

    def _input_gradient(self, dy: Array, turned: Array, dx: Array) -> None:
        """∂L/∂x of one block: dy with stride - 1 zeros between its pixels, convolved with the kernel turned by 180°."""
        channels, height, width = self.input_shape
        filters, out_height, out_width = self.output_shape
        kernel, stride, n = self.kernel_size, self.stride, dy.shape[-1]
        border = kernel - 1 - self.padding
        rows = self.zeros("gradient rows", (height + kernel - 1, kernel, filters, width, n), dy.dtype)
        below = border + (out_height - 1) * stride + 1
        for left in range(kernel):
            # dy's column j lands on the image's column j·stride + border - left
            first = max(0, -((border - left) // stride))
            last = min(out_width, (width - 1 - border + left) // stride + 1)
            if first < last:
                start = first * stride + border - left
                stop = (last - 1) * stride + border - left + 1
                rows[border:below:stride, left, :, start:stop:stride] = dy[:, :, first:last]
        np.matmul(
            turned.reshape(channels, -1),
            _stack(rows, height, 1),
            out=dx.reshape(height, channels, width * n),
        )


def _stack(rows: Array, count: int, stride: int) -> Array:
    """(count, K·K·C, W·n): the K rows from i·stride on as one matrix, for each i; views, nothing is copied."""
    _, kernel, channels, width, n = rows.shape
    item = rows.itemsize
    return as_strided(
        rows,
        (count, kernel * kernel * channels, width * n),
        (stride * rows.strides[0], width * n * item, item),
        writeable=False,
    )
