"""Batch normalization (Ioffe & Szegedy 2015): each feature with mean 0 and variance 1 over the batch, then scaled.

    x̂ = (x - μ) / √(σ² + ε)      y = γ x̂ + β

μ and σ² are over the batch for a dense layer's features, and over batch, height and width for a channel. While
training they are those of the batch. Evaluation uses running means of them (σ² unbiased, as in the paper).

    ∂L/∂β = Σ ∂L/∂y      ∂L/∂γ = Σ ∂L/∂y x̂
    ∂L/∂x = γ / √(σ² + ε) · (∂L/∂y - ∂L/∂β / m - x̂ ∂L/∂γ / m)      m: how many values share one mean

In evaluation μ and σ² do not depend on x, so ∂L/∂x = γ / √(σ² + ε) · ∂L/∂y.
"""

from __future__ import annotations

import math

import numpy as np

from engine.arrays import Array
from engine.fields import Field
from engine.layers.layer import Layer, ParameterSpec, Shape

FIELDS = (
    Field("momentum", "number", 0.9, minimum=0, maximum=0.9999),
    # a much smaller one is 0 in float32, and then a feature that is constant in a batch gives 0/0
    Field("epsilon", "number", 1e-5, minimum=1e-12, maximum=1, scale="log", stored_above=0),
)


class BatchNorm(Layer):
    """Normalizes features (N, F), or the channels of images (N, C, H, W).

    `momentum` is the share of the old running mean that is kept at each step.
    """

    gamma: Array
    beta: Array
    dgamma: Array
    dbeta: Array

    def __init__(self, input_shape: Shape, *, momentum: float, epsilon: float) -> None:
        super().__init__(input_shape)
        self.momentum = momentum
        self.epsilon = epsilon
        self.features = input_shape[0]
        #: the axes that share a mean, and the shape in which one number for each feature broadcasts over x
        self.axes = (0, *range(2, 1 + len(input_shape)))
        self.broadcast_shape = (self.features, *(1 for _ in input_shape[1:]))

    @property
    def parameters(self) -> tuple[ParameterSpec, ...]:
        return (
            ParameterSpec("gamma", (self.features,), False, initial=1.0),
            ParameterSpec("beta", (self.features,), False),
        )

    @property
    def multiply_adds(self) -> int:
        return 2 * math.prod(self.input_shape)

    def bind(self, parameters: dict[str, Array], gradients: dict[str, Array]) -> None:
        super().bind(parameters, gradients)
        self.running_mean = np.zeros_like(self.gamma)
        self.running_variance = np.ones_like(self.gamma)

    @property
    def running(self) -> dict[str, Array]:
        return {"running_mean": self.running_mean, "running_variance": self.running_variance}

    def forward(self, x: Array, training: bool) -> Array:
        if training:
            mean, variance = x.mean(axis=self.axes), x.var(axis=self.axes)
            m = x.size // self.features  # how many values share one mean
            keep = self.momentum
            self.running_mean[...] = keep * self.running_mean + (1 - keep) * mean
            unbiased = variance * (m / max(m - 1, 1))
            self.running_variance[...] = keep * self.running_variance + (1 - keep) * unbiased
        else:
            mean, variance = self.running_mean, self.running_variance
        self.training = training
        self.deviation = np.sqrt(variance + self.epsilon)
        self.normed = (x - self._broadcast(mean)) / self._broadcast(self.deviation)
        return self._broadcast(self.gamma) * self.normed + self._broadcast(self.beta)

    def backward(self, dy: Array) -> Array:
        m = dy.size // self.features
        self.dbeta[...] = dy.sum(axis=self.axes)
        self.dgamma[...] = (dy * self.normed).sum(axis=self.axes)
        inner = dy
        if self.training:
            inner = dy - self._broadcast(self.dbeta / m) - self.normed * self._broadcast(self.dgamma / m)
        return self._broadcast(self.gamma / self.deviation) * inner

    def _broadcast(self, values: Array) -> Array:
        """`values`, one for each feature, in a shape that broadcasts over x."""
        return values.reshape(self.broadcast_shape)
