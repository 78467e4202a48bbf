"""Image layers at the engine's surface: (N, C, H, W) in and out, whatever lies between."""

import numpy as np

from engine.layers.blocks import FromBlocks, ToBlocks
from engine.layers.layer import Layer
from tests.engine.gradients import bind


class Surface(Layer):
    """One layer between conversions, with bound parameters (`.bound`), for checks on plain images."""

    def __init__(self, layer, seed=0, dtype=np.float64):
        super().__init__(layer.input_shape)
        self.layer = bind(layer, seed, dtype)
        self.bound = layer.bound
        self.output_shape = layer.output_shape
        self.way_in, self.way_out = ToBlocks(layer.input_shape), FromBlocks(layer.output_shape)

    def forward(self, x, training):
        return self.way_out.forward(self.layer.forward(self.way_in.forward(x, training), training), training)

    def backward(self, dy):
        return self.way_in.backward(self.layer.backward(self.way_out.backward(dy)))


def images(n, shape, seed=5, dtype=np.float64):
    return np.random.default_rng(seed).standard_normal((n, *shape)).astype(dtype)
