"""Layers as the trainer runs them: as steps, but with images (N, C, H, W) in and out."""

import numpy as np

from engine.fast.plan import plan
from tests.engine.gradients import bind


class Steps:
    """The steps of some layers, with the interface of a layer."""

    def __init__(self, layers, dtype=np.float64):
        self.steps = plan(layers, np.dtype(dtype), lowest=False)

    def forward(self, x, training):
        for step in self.steps:
            x = step.forward(x, training)
        return x

    def backward(self, dy):
        for step in reversed(self.steps):
            dy = step.backward(dy)
        return dy


class LayerSteps(Steps):
    """The steps of one layer, and its bound parameters (`.bound`)."""

    def __init__(self, layer, seed=0, dtype=np.float64):
        super().__init__([bind(layer, seed, dtype)], dtype)
        self.layer = layer
        self.bound = layer.bound
        self.output_shape = layer.output_shape


def images(n, shape, seed=5, dtype=np.float64):
    return np.random.default_rng(seed).standard_normal((n, *shape)).astype(dtype)
