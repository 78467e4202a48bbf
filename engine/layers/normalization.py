"""Batch normalization (Ioffe & Szegedy 2015): each feature with mean 0 and variance 1 over the batch, then scaled.

    x̂ = (x - μ) / √(σ² + ε)      y = γ x̂ + β

μ and σ² are over the batch for a dense layer's features, and over batch, height and width for a channel. While
training they are those of the batch; running means of them (σ² unbiased, as in the paper) serve in evaluation.

    ∂L/∂β = Σ ∂L/∂y      ∂L/∂γ = Σ ∂L/∂y x̂
    ∂L/∂x = γ / √(σ² + ε) · (∂L/∂y - ∂L/∂β / m - x̂ ∂L/∂γ / m)      m values share one mean
"""

from __future__ import annotations

import math

import numpy as np

from engine.arrays import Array
from engine.fields import Field
from engine.layers.blocks import block_size
from engine.layers.layer import Layer, ParameterSpec, Shape

FIELDS = (
    Field("momentum", "number", 0.9, minimum=0, maximum=0.9999),
    Field("epsilon", "number", 1e-5, exclusive_minimum=0, maximum=1, scale="log"),
)


class BatchNorm(Layer):
    """Normalizes features (N, F), or the channels of blocks (B, H, C, W, n).

    `momentum` is the share of the old running mean that stays at each step.
    """

    def __init__(self, input_shape: Shape, *, momentum: float, epsilon: float) -> None:
        super().__init__(input_shape)
        self.layout = "blocks" if len(input_shape) == 3 else "rows"
        self.momentum = momentum
        self.epsilon = epsilon
        self.features = input_shape[0]
        #: values are seen as (outer, features, inner)
        self._inner = 1

    @property
    def parameters(self) -> tuple[ParameterSpec, ...]:
        return (
            ParameterSpec("gamma", (self.features,), False, initial=1.0),
            ParameterSpec("beta", (self.features,), False),
        )

    @property
    def multiply_adds(self) -> int:
        return 2 * math.prod(self.input_shape)

    def memory(self, count: int, itemsize: int, training: bool) -> int:
        """y; while training x̂, dx where it is needed, and for images the sums of rows."""
        values = count * math.prod(self.input_shape) * (1 + (1 + self.needs_input_gradient) * training)
        if training and len(self.input_shape) == 3:
            values += count // block_size(count) * math.prod(self.input_shape[:2])
        return values * itemsize

    def bind(self, parameters: dict[str, Array], gradients: dict[str, Array]) -> None:
        self.gamma, self.beta = parameters["gamma"], parameters["beta"]
        self.dgamma, self.dbeta = gradients["gamma"], gradients["beta"]
        self.running_mean = np.zeros_like(self.gamma)
        self.running_variance = np.ones_like(self.gamma)

    @property
    def running(self) -> dict[str, Array]:
        return {"running_mean": self.running_mean, "running_variance": self.running_variance}

    def forward(self, x: Array, training: bool) -> Array:
        shape = x.shape
        x = self._grouped(x)
        y = self.array("y", x.shape, x.dtype)
        if not training:
            scale = self.gamma / np.sqrt(self.running_variance + self.epsilon)
            np.multiply(x, scale[:, None], out=y)
            y += (self.beta - scale * self.running_mean)[:, None]
            return y.reshape(shape)
        m = x.size // self.features
        normed = self.array("normed", x.shape, x.dtype)
        mean = self._sum("mean", x)
        mean *= 1 / m
        np.subtract(x, mean[:, None], out=normed)
        np.multiply(normed, normed, out=y)
        variance = self._sum("variance", y)
        variance *= 1 / m
        keep = self.momentum
        self.running_mean *= keep
        self.running_mean += (1 - keep) * mean
        self.running_variance *= keep
        self.running_variance += (1 - keep) * (m / max(m - 1, 1)) * variance
        variance += self.epsilon
        self._scale = 1 / np.sqrt(variance)
        normed *= self._scale[:, None]
        self._normed = normed
        np.multiply(normed, self.gamma[:, None], out=y)
        y += self.beta[:, None]
        return y.reshape(shape)

    def backward(self, dy: Array) -> Array | None:
        shape = dy.shape
        dy = self._grouped(dy)
        m = dy.size // self.features
        self.dbeta[...] = self._sum("sum", dy)
        if not self.needs_input_gradient:
            np.multiply(dy, self._normed, out=dy)
            self.dgamma[...] = self._sum("sum", dy)
            return None
        dx = self.array("dx", dy.shape, dy.dtype)
        np.multiply(dy, self._normed, out=dx)
        self.dgamma[...] = self._sum("sum", dx)
        np.multiply(self._normed, (self.dgamma * (-1 / m))[:, None], out=dx)
        dx += dy
        dx -= (self.dbeta * (1 / m))[:, None]
        dx *= (self.gamma * self._scale)[:, None]
        return dx.reshape(shape)

    def _grouped(self, x: Array) -> Array:
        """A view (outer, features, inner) whose outer and inner axes share one mean."""
        return (
            x.reshape(len(x), self.features, 1)
            if x.ndim == 2
            else x.reshape(-1, *x.shape[2:3], x[0, 0, 0].size)
        )

    def _sum(self, name: str, x: Array) -> Array:
        """Σ over all but the features; long axes first."""
        out = self.array(name, (self.features,), x.dtype)
        if x.shape[2] == 1:
            return np.add.reduce(x[:, :, 0], axis=0, out=out)
        parts = self.array("parts", x.shape[:2], x.dtype)
        np.add.reduce(x, axis=2, out=parts)
        return np.add.reduce(parts, axis=0, out=out)
