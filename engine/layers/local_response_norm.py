"""Local response normalization (Krizhevsky et al. 2012): a channel with large values dampens its neighbours.

    y[c] = x[c] / d[c]^β      d[c] = k + α · Σ over |c' - c| ≤ size/2 of x[c']²

(As in the paper. PyTorch divides α by `size`: its α is five times ours for five channels.) With g = ∂L/∂y:

    ∂L/∂x[c] = g[c] / d[c]^β - 2αβ · x[c] · Σ over the same c' of g[c'] x[c'] / d[c']^(β+1)
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from engine.arrays import Array
from engine.fields import Field
from engine.layers.layer import Layer, Shape
from engine.reasons import Reason

FIELDS = (
    Field("size", "integer", 5, minimum=1, maximum=63),
    Field("alpha", "number", 1e-4, exclusive_minimum=0, maximum=100, scale="log"),
    Field("beta", "number", 0.75, exclusive_minimum=0, maximum=10),
    Field("k", "number", 2.0, minimum=1e-12, maximum=100, stored_above=0),  # 0 in float32 would give 0/0
)


class LocalResponseNorm(Layer):
    """Normalizes each pixel by its neighbours among the channels. `size` is odd."""

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

    def forward(self, x: Array, training: bool) -> Array:
        self.x = x
        self.d = self.k + self.alpha * self._over_neighbours(x**2)
        return x * self.d**-self.beta

    def backward(self, dy: Array) -> Array:
        x, d, beta = self.x, self.d, self.beta
        inner = self._over_neighbours(dy * x * d ** -(beta + 1))
        return dy * d**-beta - 2 * self.alpha * beta * x * inner

    def _over_neighbours(self, x: Array) -> Array:
        """Σ of x (N, C, H, W) over the `size` channels around each channel."""
        reach = self.size // 2
        padded = np.pad(x, ((0, 0), (reach, reach), (0, 0), (0, 0)))
        sums: Array = sliding_window_view(padded, self.size, axis=1).sum(axis=-1)
        return sums
