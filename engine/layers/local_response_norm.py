"""Local response normalization (Krizhevsky et al. 2012): a strong channel quietens its neighbours.

    y[c] = x[c] / d[c]^β      d[c] = k + α · Σ over |c' - c| ≤ size/2 of x[c']²

(As in the paper. PyTorch divides α by `size`: its α is five times ours for five channels.) With g = ∂L/∂y:

    ∂L/∂x[c] = g[c] / d[c]^β - 2αβ · x[c] · Σ over the same c' of g[c'] x[c'] / d[c']^(β+1)
"""

from __future__ import annotations

import numpy as np

from engine.fields import Field
from engine.layers.layer import Array, Layer, Shape

FIELDS = (
    Field("size", "integer", 5, minimum=1, maximum=63),
    Field("alpha", "number", 1e-4, exclusive_minimum=0, maximum=100, scale="log"),
    Field("beta", "number", 0.75, exclusive_minimum=0, maximum=10),
    Field("k", "number", 2.0, exclusive_minimum=0, maximum=100),
)


class LocalResponseNorm(Layer):
    """Normalizes each pixel by its neighbours among the channels. `size` is odd."""

    layout = "blocks"

    def __init__(self, input_shape: Shape, *, size: int, alpha: float, beta: float, k: float) -> None:
        super().__init__(input_shape)
        if len(input_shape) != 3:
            raise ValueError(f"local response normalization needs images, not {input_shape}")
        if size % 2 == 0:
            raise ValueError(f"size must be odd, not {size}")
        self.size = size
        self.alpha = alpha
        self.beta = beta
        self.k = k

    @property
    def multiply_adds(self) -> int:
        channels, height, width = self.input_shape
        return (self.size + 3) * channels * height * width

    def forward(self, x: Array, training: bool) -> Array:
        y = self.array("y", x.shape, x.dtype)
        d = self.array("d", x.shape, x.dtype)
        np.multiply(x, x, out=y)
        self._window_sum(y, d)
        d *= self.alpha
        d += self.k
        power = self.array("power", x.shape, x.dtype)
        self._inverse_power(d, power)
        if training:
            self._x, self._d, self._power = x, d, power
        np.multiply(x, power, out=y)
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
        sums = self.array("sums", dy.shape, dy.dtype)
        dy *= self._power
        np.multiply(dy, self._x, out=dx)
        dx /= self._d
        self._window_sum(dx, sums)
        np.multiply(sums, self._x, out=dx)
        dx *= -2 * self.alpha * self.beta
        dx += dy
        return dx

    def _window_sum(self, x: Array, out: Array) -> None:
        """Σ of x over the `size` channels around each channel; blocks, so channels are axis 2."""
        np.copyto(out, x)
        for offset in range(1, min(self.size // 2, x.shape[2] - 1) + 1):
            out[:, :, offset:] += x[:, :, :-offset]
            out[:, :, :-offset] += x[:, :, offset:]
