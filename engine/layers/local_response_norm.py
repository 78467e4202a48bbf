"""Local response normalization (Krizhevsky et al. 2012): a strong channel quietens its neighbours.

    y[c] = x[c] / d[c]^β      d[c] = k + α · Σ over |c' - c| ≤ size/2 of x[c']²

(As in the paper. PyTorch divides α by `size`: its α is five times ours for five channels.) With g = ∂L/∂y:

    ∂L/∂x[c] = g[c] / d[c]^β - 2αβ · x[c] · Σ over the same c' of g[c'] x[c'] / d[c']^(β+1)
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from engine.arrays import Array
from engine.fields import Field
from engine.layers.layer import Layer, Shape
from engine.reasons import Reason

FIELDS = (
    Field("size", "integer", 5, minimum=1, maximum=63),
    Field("alpha", "number", 1e-4, exclusive_minimum=0, maximum=100, scale="log"),
    Field("beta", "number", 0.75, exclusive_minimum=0, maximum=10),
    Field("k", "number", 2.0, exclusive_minimum=0, maximum=100),
)


#: Of one strip of one array; a handful of them should fit the cache of a core.
STRIP_BYTES = 1 << 17


class LocalResponseNorm(Layer):
    """Normalizes each pixel by its neighbours among the channels. `size` is odd."""

    layout = "blocks"

    def __init__(self, input_shape: Shape, *, size: int, alpha: float, beta: float, k: float) -> None:
        super().__init__(input_shape)
        if len(input_shape) != 3:
            message = f"local response normalization needs images, not {input_shape}"
            raise ValueError(Reason("needs_images", message, shape=input_shape))
        if size % 2 == 0:
            raise ValueError(Reason("size_needs_odd", f"size must be odd, not {size}", size=size))
        self.size = size
        self.alpha = alpha
        self.beta = beta
        self.k = k

    @property
    def multiply_adds(self) -> int:
        channels, height, width = self.input_shape
        return (self.size + 3) * channels * height * width

    def memory(self, count: int, itemsize: int, training: bool) -> int:
        """y, d and d^-β; dx while training. What serves a strip is small."""
        return count * math.prod(self.input_shape) * itemsize * (3 + training)

    def forward(self, x: Array, training: bool) -> Array:
        y = self.array("y", x.shape, x.dtype)
        d = self.array("d", x.shape, x.dtype)
        power = self.array("power", x.shape, x.dtype)
        for x_, y_, d_, power_ in _strips(x, y, d, power):
            np.multiply(x_, x_, out=y_)
            self._window_sum(y_, d_)
            d_ *= self.alpha
            d_ += self.k
            self._inverse_power(d_, power_)
            np.multiply(x_, power_, out=y_)
        if training:
            self._x, self._d, self._power = x, d, power
        return y

    def _inverse_power(self, d: Array, out: Array) -> None:
        """d^-β."""
        if self.beta == 0.75:  # two square roots take a quarter of the time of a power
            root = self.array("root", d.shape, d.dtype)
            np.sqrt(d, out=root)
            np.sqrt(root, out=out)
            out *= root
            np.divide(1, out, out=out)
        else:
            np.power(d, -self.beta, out=out)

    def backward(self, dy: Array) -> Array | None:
        dx = self.array("dx", dy.shape, dy.dtype)
        for dy_, dx_, x_, d_, power_ in _strips(dy, dx, self._x, self._d, self._power):
            sums = self.array("sums", dy_.shape, dy.dtype)
            dy_ *= power_
            np.multiply(dy_, x_, out=dx_)
            dx_ /= d_
            self._window_sum(dx_, sums)
            np.multiply(sums, x_, out=dx_)
            dx_ *= -2 * self.alpha * self.beta
            dx_ += dy_
        return dx

    def _window_sum(self, x: Array, out: Array) -> None:
        """Σ of x (rows, C, columns, n) over the `size` channels around each channel."""
        np.copyto(out, x)
        for offset in range(1, min(self.size // 2, x.shape[1] - 1) + 1):
            out[:, offset:] += x[:, :-offset]
            out[:, :-offset] += x[:, offset:]


def _strips(*arrays: Array) -> Iterator[tuple[Array, ...]]:
    """Arrays of blocks (B, H, C, W, n) in step, some rows (rows, C, W, n) at a time.

    A dozen operations go over each value: on what is in the cache they take a third less time.
    """
    rows = [array.reshape(-1, *array.shape[2:]) for array in arrays]
    count = max(1, STRIP_BYTES // (rows[0].itemsize * rows[0][0].size))
    for at in range(0, len(rows[0]), count):
        yield tuple(row[at : at + count] for row in rows)
