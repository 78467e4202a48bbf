"""The batch norm step: it views values as (outer, features, inner), and takes means over the outer and inner axes."""

from __future__ import annotations

import numpy as np

from engine.arrays import Array
from engine.fast.step import Buffers, Place, Step
from engine.layers.batch_norm import BatchNorm
from engine.layers.layer import Shape


class BatchNormStep(Step):
    """Runs batch norm on features (N, F), or on the channels of blocks (B, H, C, W, n)."""

    def __init__(self, layer: BatchNorm, place: Place) -> None:
        super().__init__(layer, place)
        self.layer = layer

    def buffers(self, count: int, training: bool) -> Buffers:
        grouped, features = self._grouped(count), (self.layer.features,)
        shapes: dict[str, Shape] = {"y": grouped}
        if training:
            shapes |= {"normed": grouped, "parts": grouped[:2]}
            shapes |= {"mean": features, "variance": features, "sum": features}
            if self.needs_input_gradient:
                shapes["dx"] = grouped
        return {name: (shape, self.dtype) for name, shape in shapes.items()}

    def _grouped(self, count: int) -> Shape:
        """The shape (outer, features, inner) of `count` images."""
        if self.layout == "rows":
            return count, self.layer.features, 1
        blocks, height, channels, width, n = self.layout_shape(count, self.input_shape)
        return blocks * height, channels, width * n

    def forward(self, x: Array, training: bool) -> Array:
        layer, shape = self.layer, x.shape
        arrays = self.arrays_for(x, training)
        y = arrays["y"]
        x = x.reshape(y.shape)
        if not training:
            scale = layer.gamma / np.sqrt(layer.running_variance + layer.epsilon)
            np.multiply(x, scale[:, None], out=y)
            y += (layer.beta - scale * layer.running_mean)[:, None]
            return y.reshape(shape)
        m = x.size // layer.features
        normed = arrays["normed"]
        mean = _sum(x, arrays["mean"], arrays["parts"])
        mean *= 1 / m
        np.subtract(x, mean[:, None], out=normed)
        np.multiply(normed, normed, out=y)
        variance = _sum(y, arrays["variance"], arrays["parts"])
        variance *= 1 / m
        keep = layer.momentum
        layer.running_mean *= keep
        layer.running_mean += (1 - keep) * mean
        layer.running_variance *= keep
        layer.running_variance += (1 - keep) * (m / max(m - 1, 1)) * variance
        variance += layer.epsilon
        self._scale = 1 / np.sqrt(variance)
        normed *= self._scale[:, None]
        np.multiply(normed, layer.gamma[:, None], out=y)
        y += layer.beta[:, None]
        return y.reshape(shape)

    def backward(self, dy: Array) -> Array | None:
        layer, shape = self.layer, dy.shape
        arrays = self.arrays_for(dy, True)
        normed, parts = arrays["normed"], arrays["parts"]
        dy = dy.reshape(normed.shape)
        m = dy.size // layer.features
        layer.dbeta[...] = _sum(dy, arrays["sum"], parts)
        if not self.needs_input_gradient:
            np.multiply(dy, normed, out=dy)
            layer.dgamma[...] = _sum(dy, arrays["sum"], parts)
            return None
        dx = arrays["dx"]
        np.multiply(dy, normed, out=dx)
        layer.dgamma[...] = _sum(dx, arrays["sum"], parts)
        np.multiply(normed, (layer.dgamma * (-1 / m))[:, None], out=dx)
        dx += dy
        dx -= (layer.dbeta * (1 / m))[:, None]
        dx *= (layer.gamma * self._scale)[:, None]
        return dx.reshape(shape)


def _sum(x: Array, out: Array, parts: Array) -> Array:
    """Σ over all axes but the features; the long axis first."""
    if x.shape[2] == 1:
        return np.add.reduce(x[:, :, 0], axis=0, out=out)
    np.add.reduce(x, axis=2, out=parts)
    return np.add.reduce(parts, axis=0, out=out)
