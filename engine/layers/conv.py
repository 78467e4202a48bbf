"""Convolution: every output pixel is a weighted sum of the pixels under the kernel.

    x  (N, C, H, W)      W  (F, C, K, K)      b  (F,)      y  (N, F, OH, OW)
    OH = ⌊(H + 2·padding - K) / stride⌋ + 1, and likewise OW

    y[f, i, j] = b[f] + Σ over c, k, l of W[f, c, k, l] · x[c, i·stride + k - padding, j·stride + l - padding]

(what is outside the image counts as 0; as in every framework, the kernel is not flipped: a cross-correlation).

As matrix products: for one block of images (see `engine.layers.blocks`) the pixels under the kernel are gathered in R
(see `engine.layers.windows`), whose rows i·stride ... i·stride + K - 1 are a matrix of K·K·C rows and all that output
row i needs:

    y[i] = W' R[i·stride : i·stride + K]      W' = W as (F, K·K·C)
    ∂L/∂W' = Σ over i of ∂L/∂y[i] R[...]ᵀ
    ∂L/∂x: the same operation on ∂L/∂y with the kernel turned round (`_input_gradient`).
"""

from __future__ import annotations

import copy
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from engine.arrays import Array
from engine.fields import Field
from engine.layers.activation import ActivationLayer
from engine.layers.blocks import block_size
from engine.layers.layer import Layer, ParameterSpec, Shape
from engine.layers.pooling import MaxPool2D
from engine.layers.windows import Windows
from engine.products import Scratch, add_products, deep_scratch, multiply_deep, summed_scratch
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

    layout = "blocks"

    def __init__(
        self, input_shape: Shape, *, filters: int, kernel_size: int, stride: int, padding: int | str
    ) -> None:
        super().__init__(input_shape)
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
        self.filters = filters
        self.kernel_size = kernel_size
        self.stride = stride
        self.padding = padding
        self.output_shape = (
            filters,
            (height + 2 * padding - kernel_size) // stride + 1,
            (width + 2 * padding - kernel_size) // stride + 1,
        )
        self._compute(self.output_shape[1:])

    def computing(self, rows_and_columns: tuple[int, int], phases: int) -> Conv2D:
        """This convolution, bound to the same parameters, computing only its first rows and columns, the columns in
        `phases` (see `Windows`): for a fused pool, which may not need the last ones, and compares every other one."""
        part = copy.copy(self)
        part._arrays = {}
        part._compute(rows_and_columns, phases)
        return part

    def _compute(self, rows_and_columns: tuple[int, ...], phases: int = 1) -> None:
        channels, height, width = self.input_shape
        rows, columns = rows_and_columns
        self.computed = self.filters, rows, columns
        self.phases = phases
        self._windows = Windows(
            kernel=self.kernel_size, channels=channels, rows=height, columns=width,
            out=(rows, columns), border=self.padding, stride=self.stride, phases=phases,
        )  # fmt: skip
        self._turned_windows = Windows(
            kernel=self.kernel_size, channels=self.filters, rows=rows, columns=columns,
            out=(height, width), border=self.kernel_size - 1 - self.padding, spread=self.stride, given_phases=phases,
        )  # fmt: skip

    @property
    def parameters(self) -> tuple[ParameterSpec, ...]:
        channels, area = self.input_shape[0], self.kernel_size**2
        shape = (self.filters, channels, self.kernel_size, self.kernel_size)
        return (
            ParameterSpec(
                "W",
                shape,
                True,
                channels * area,
                self.filters * area,
                penalized=self.penalized,
                trainable=self.trainable,
            ),
            ParameterSpec("b", (self.filters,), False, trainable=self.trainable),
        )

    @property
    def multiply_adds(self) -> int:
        _, height, width = self.output_shape
        return self.filters * height * width * self.input_shape[0] * self.kernel_size**2

    def memory(self, count: int, itemsize: int, training: bool) -> int:
        """What the forward pass gives, and what it and the way back need."""
        memory = self.output_memory(count, itemsize) + self.product_memory(count, itemsize)
        return memory + (self.gradient_memory(count, itemsize) if training else 0)

    def output_memory(self, count: int, itemsize: int) -> int:
        """y."""
        return count * math.prod(self.computed) * itemsize

    def product_memory(self, count: int, itemsize: int, multiple: int = 1) -> int:
        """W', R of one block, and what a product of theirs needs."""
        n = block_size(count)
        width = self.computed[2] // self.phases * n
        parts = deep_scratch(self.filters, self._kernel_values // self.filters, width)
        return (self._kernel_values + parts) * itemsize + self._windows.memory(n, itemsize, multiple)

    def bias_memory(self, count: int, itemsize: int) -> int:
        """`bias_row`, of columns as in the output."""
        return 2 * self.filters * self.output_shape[2] * block_size(count) * itemsize

    def gradient_memory(self, count: int, itemsize: int) -> int:
        """The way back: the sum of products, and what they need; where ∂L/∂x is needed, that, the turned W, the R of
        ∂L/∂y, and what a product of theirs needs."""
        n = block_size(count)
        channels, _, columns = self.input_shape
        memory = (self._kernel_values + self._summed_values(n, itemsize)) * itemsize
        if self.needs_input_gradient:
            parts = deep_scratch(channels, self._kernel_values // channels, columns * n)
            memory += (count * math.prod(self.input_shape) + self._kernel_values + parts) * itemsize
            memory += self._turned_windows.memory(n, itemsize)
        return memory

    @property
    def _kernel_values(self) -> int:
        return self.filters * self.input_shape[0] * self.kernel_size**2

    def strip_values(self, count: int, itemsize: int, multiple: int) -> int:
        """What a strip of `convolve` holds where strips are not kept."""
        n = block_size(count)
        filters, _, columns = self.computed
        return self._windows.strip_rows(n * itemsize, multiple) * filters * columns * n

    def bind(self, parameters: dict[str, Array], gradients: dict[str, Array]) -> None:
        self.W, self.b = parameters["W"], parameters["b"]
        self.dW, self.db = gradients["W"], gradients["b"]

    def fuse(self, above: Sequence[Layer]) -> tuple[Layer, int] | None:
        from engine.layers.conv_relu_pool import ConvRelu, ConvReluPool  # they are built from this class

        match above:
            case [ActivationLayer(name="relu") as relu, *_] if self.has_activity_penalty:
                return None
            case [ActivationLayer(name="relu") as relu, MaxPool2D() as pool, *_] if (
                not relu.has_activity_penalty
            ):
                return ConvReluPool(self, pool), 2
            case [ActivationLayer(name="relu"), *_]:
                return ConvRelu(self), 1
        return None

    def forward(self, x: Array, training: bool) -> Array:
        y = self.output(x)
        for part, out in zip(x, y, strict=True):
            for strip in self.convolve(part, out):
                strip += self.b[:, None, None]
        if training:
            self.remember(x)
        return y

    def output(self, x: Array) -> Array:
        """What the forward pass fills, (B, rows, F, columns, n)."""
        filters, rows, columns = self.computed
        return self.array("y", (len(x), rows, filters, columns, x.shape[-1]), x.dtype)

    def convolve(self, x: Array, out: Array | None = None, multiple: int = 1) -> Iterator[Array]:
        """The convolution of one block without the bias, strip by strip: (rows, F, columns, n), with phases (rows,
        phases, F, columns / phases, n).

        A strip is still in the cache: the time for what else is to be done with it.

        Args:
            out: where all strips are kept, (rows, F, columns, n), without phases; without it, each overwrites the one
                before.
            multiple: strips have a multiple of so many rows.
        """
        filters, _, columns = self.computed
        n = x.shape[-1]
        kernel = self.kernel_size
        matrix = self.array("matrix", (filters, kernel, kernel, self.input_shape[0]), x.dtype)
        matrix[...] = self.W.transpose(0, 2, 3, 1)
        apart = (self.phases,) if self.phases > 1 else ()
        for rows, windows in self._windows.strips(x, multiple):
            shape = len(windows), *apart, filters, columns // self.phases, n
            strip = self.array("strip", shape, x.dtype) if out is None else out[rows]
            flat = strip.reshape(*windows.shape[:2], filters, -1)
            multiply_deep(matrix.reshape(filters, -1), windows, flat, self._parts(x.dtype))
            yield strip

    def bias_row(self, columns: int, n: int) -> tuple[Array, Array]:
        """The bias of each number of a row of so many columns, (F, columns, n), and the same with the other sign."""
        row, negative = self.array("bias row", (2, self.filters, columns, n), self.b.dtype)
        row[...] = self.b[:, None, None]
        np.negative(row, out=negative)
        return row, negative

    def _parts(self, dtype: np.dtype[Any]) -> Scratch:
        return lambda shape: self.array("parts", shape, dtype)

    def _summed_values(self, n: int, itemsize: int) -> int:
        """What the products of R with ∂L/∂y need, for a strip."""
        filters, _, columns = self.computed
        products = self._windows.strip_rows(n * itemsize, 1) * self.phases
        return summed_scratch(products, self._kernel_values // filters, columns // self.phases * n, filters)

    def remember(self, x: Array) -> None:
        """Keep the input for the backward pass."""
        self._x = x

    def backward(self, dy: Array) -> Array | None:
        self.bias_gradient(dy)
        return self.kernel_gradients(dy)

    def bias_gradient(self, dy: Array) -> None:
        """∂L/∂b: Σ of dy (B, rows, F, columns, n) over all but F; sums as products with ones, which are faster."""
        blocks, rows, filters, columns, n = dy.shape
        sums = self.array("sums", (blocks * rows * filters,), dy.dtype)
        np.dot(dy.reshape(len(sums), -1), self.ones(columns * n, dy.dtype), out=sums)
        np.dot(self.ones(blocks * rows, dy.dtype), sums.reshape(-1, filters), out=self.db)

    def kernel_gradients(self, parts: Iterable[Array]) -> Array | None:
        """∂L/∂W, and ∂L/∂x where it is needed, from ∂L/∂y of one block after the other, in phases as y."""
        x = self._x
        blocks, n = len(x), x.shape[-1]
        channels, in_height, in_width = self.input_shape
        kernel = self.kernel_size
        total = self.array("total", (kernel, kernel, channels, self.filters), x.dtype)
        total.fill(0)
        dx: Array | None = None
        if self.needs_input_gradient:
            dx = self.array("dx", (blocks, in_height, channels, in_width, n), x.dtype)
            turned = self.array("turned", (channels, kernel, kernel, self.filters), x.dtype)
            turned[...] = self.W[:, :, ::-1, ::-1].transpose(1, 2, 3, 0)
        for block, dy in enumerate(parts):
            self._add_products(x[block], dy, total.reshape(-1, self.filters))
            if dx is not None:
                self._input_gradient(dy, turned, dx[block])
        self.dW[...] = total.transpose(3, 2, 0, 1)
        return dx

    def _add_products(self, x: Array, dy: Array, total: Array) -> None:
        """Add R ∂L/∂yᵀ of one block to `total`, (K·K·C, F)."""
        dy = dy.reshape(len(dy), self.phases, self.filters, -1)
        scratch = self.array("scratch", (self._summed_values(x.shape[-1], x.itemsize),), x.dtype)
        for strip, windows in self._windows.strips(x):
            add_products(windows, dy[strip], total, scratch)

    def _input_gradient(self, dy: Array, turned: Array, dx: Array) -> None:
        """∂L/∂x of one block: dy with stride - 1 zeros between its pixels, convolved with the kernel turned by 180°."""
        matrix = turned.reshape(len(turned), -1)
        for rows, windows in self._turned_windows.strips(dy):
            flat = dx[rows].reshape(*windows.shape[:2], len(turned), -1)
            multiply_deep(matrix, windows, flat, self._parts(dy.dtype))
