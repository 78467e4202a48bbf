"""The products of a convolution: one block of images, a strip of rows at a time.

For one block (see `engine.fast.blocks`) the pixels under the kernel are gathered in R (see `engine.fast.windows`),
whose rows i·stride ... i·stride + K - 1 are a matrix of K·K·C rows: all pixels that output row i needs.

    y[i] = W' R[i·stride : i·stride + K]      W' = W as (F, K·K·C)
    ∂L/∂W' = Σ over i of ∂L/∂y[i] R[...]ᵀ
    ∂L/∂x: the same operation on ∂L/∂y with stride - 1 zeros between its pixels and the kernel rotated by 180°
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from engine.arrays import Array
from engine.fast.blocks import block_size
from engine.fast.products import add_products, multiply, summed_scratch
from engine.fast.step import Buffers, Place
from engine.fast.windows import Windows
from engine.layers.conv import Conv2D
from engine.layers.layer import Shape


class Convolution:
    """The matrix products of a convolution, in the arrays of the step that uses it.

    Args:
        computed: how many rows and columns of the output are computed; a pool may not need the last row and column.
        phases: the output's columns are computed in this many phases (see `Windows`), for a pool that compares each
            column with the next one.
        multiple: the rows of a strip of the forward pass are a multiple of this number.
    """

    def __init__(
        self,
        layer: Conv2D,
        place: Place,
        *,
        computed: tuple[int, int] | None = None,
        phases: int = 1,
        multiple: int = 1,
    ) -> None:
        self.layer = layer
        self.dtype = place.dtype
        self.needs_input_gradient = place.needs_input_gradient
        self.phases = phases
        self._multiple = multiple
        channels, height, width = layer.input_shape
        rows, columns = layer.output_shape[1:] if computed is None else computed
        self.computed: Shape = layer.filters, rows, columns
        self._windows = Windows(
            kernel=layer.kernel_size, channels=channels, rows=height, columns=width,
            out=(rows, columns), border=layer.padding, stride=layer.stride, phases=phases,
        )  # fmt: skip
        self._gradient_windows = Windows(
            kernel=layer.kernel_size, channels=layer.filters, rows=rows, columns=columns,
            out=(height, width), border=layer.kernel_size - 1 - layer.padding,
            spread=layer.stride, given_phases=phases,
        )  # fmt: skip

    def buffers(self, count: int, training: bool) -> Buffers:
        """Arrays of `convolve`, and of `gradients` in training: W', R, and the scratch of their products."""
        layer, n, itemsize = self.layer, block_size(count), self.dtype.itemsize
        filters, kernel, (channels, height, width) = layer.filters, layer.kernel_size, layer.input_shape
        inputs = kernel * kernel * channels
        columns = self.computed[2] // self.phases * n
        shapes: dict[str, Shape] = {
            "matrix": (filters, kernel, kernel, channels),
            "R": self._windows.shape(n, itemsize, self._multiple),
        }
        if training:
            products = self._windows.strip_rows(n * itemsize, 1) * self.phases
            shapes["total"] = (kernel, kernel, channels, filters)
            shapes["scratch"] = (summed_scratch(products, inputs, columns, filters),)
            if self.needs_input_gradient:
                shapes["dx"] = (count // n, height, channels, width, n)
                shapes["flipped"] = (channels, kernel, kernel, filters)
                shapes["gradient R"] = self._gradient_windows.shape(n, itemsize)
        return {name: (shape, self.dtype) for name, shape in shapes.items()}

    def prepare(self, arrays: dict[str, Array]) -> None:
        """As `Step.prepare`; also for the arrays of `bias_buffers`."""
        for name, value in (("R", 0), ("gradient R", 0), ("ones", 1)):
            if name in arrays:
                arrays[name].fill(value)

    def strip_shape(self, n: int) -> Shape:
        """The shape of the array "strip" (see `convolve`), which holds the rows of one strip."""
        filters, _, columns = self.computed
        rows = self._windows.strip_rows(n * self.dtype.itemsize, self._multiple)
        apart = (self.phases,) if self.phases > 1 else ()
        return rows, *apart, filters, columns // self.phases, n

    def convolve(self, x: Array, arrays: dict[str, Array], out: Array | None = None) -> Iterator[Array]:
        """The convolution of one block without the bias, strip by strip: (rows, F, columns, n), with phases (rows,
        phases, F, columns / phases, n).

        The caller should process each strip at once, while it is in the cache.

        Args:
            out: an array for all strips, (rows, F, columns, n), without phases. If it is None, each strip is written
                to the array "strip", over the strip before it.
        """
        matrix = arrays["matrix"]
        matrix[...] = self.layer.W.transpose(0, 2, 3, 1)
        flat_matrix = matrix.reshape(len(matrix), -1)
        for rows, windows in self._windows.strips(x, arrays["R"], self._multiple):
            strip = arrays["strip"][: len(windows)] if out is None else out[rows]
            flat = strip.reshape(*windows.shape[:2], len(matrix), -1)
            multiply(flat_matrix, windows, flat)
            yield strip

    def gradients(self, x: Array, parts: Iterable[Array], arrays: dict[str, Array]) -> Array | None:
        """Compute ∂L/∂W, and ∂L/∂x where it is needed, from `parts`: ∂L/∂y of one block after the other, in the same
        phases as y."""
        layer, total = self.layer, arrays["total"]
        total.fill(0)
        flat_total = total.reshape(-1, layer.filters)
        if self.needs_input_gradient:
            arrays["flipped"][...] = layer.W[:, :, ::-1, ::-1].transpose(1, 2, 3, 0)
        for block, dy in enumerate(parts):
            flat = dy.reshape(len(dy), self.phases, layer.filters, -1)
            for strip, windows in self._windows.strips(x[block], arrays["R"]):
                add_products(windows, flat[strip], flat_total, arrays["scratch"])
            if self.needs_input_gradient:
                self._input_gradient(dy, arrays, arrays["dx"][block])
        layer.dW[...] = total.transpose(3, 2, 0, 1)
        return arrays["dx"] if self.needs_input_gradient else None

    def _input_gradient(self, dy: Array, arrays: dict[str, Array], dx: Array) -> None:
        """∂L/∂x of one block."""
        flipped = arrays["flipped"]
        matrix = flipped.reshape(len(flipped), -1)
        for rows, windows in self._gradient_windows.strips(dy, arrays["gradient R"]):
            flat = dx[rows].reshape(*windows.shape[:2], len(flipped), -1)
            multiply(matrix, windows, flat)


def bias_buffers(shape: Shape, dtype: np.dtype[np.generic]) -> Buffers:
    """The arrays of `bias_gradient` for dy (B, rows, F, columns, n)."""
    blocks, rows, filters, columns, n = shape
    return {
        "sums": ((blocks * rows * filters,), dtype),
        "ones": ((max(columns * n, blocks * rows),), dtype),
    }


def bias_gradient(dy: Array, arrays: dict[str, Array], db: Array) -> None:
    """∂L/∂b: Σ of dy (B, rows, F, columns, n) over all axes except F. Products with ones are faster than sums."""
    blocks, rows, filters, columns, n = dy.shape
    sums, ones = arrays["sums"], arrays["ones"]
    np.dot(dy.reshape(len(sums), -1), ones[: columns * n], out=sums)
    np.dot(ones[: blocks * rows], sums.reshape(-1, filters), out=db)


def bias_row(b: Array, arrays: dict[str, Array]) -> tuple[Array, Array]:
    """The bias for each number of a row (F, columns, n), and its negative, in the array "bias row"."""
    row, negative = arrays["bias row"]
    row[...] = b[:, None, None]
    np.negative(row, out=negative)
    return row, negative
