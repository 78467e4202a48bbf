"""Dropout's random numbers: the same ones in the steps and in the layers themselves.

A step draws numbers in the memory order of its images. If they are in blocks, the layer must give each pixel the same
number as the step, or the two would drop different pixels.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.arrays import Array
from engine.fast.blocks import block_size
from engine.fast.plan import layout_of
from engine.layers import Layer
from engine.layers.dropout import Dropout
from engine.layers.layer import Shape
from engine.layers.residual import Residual


class DrawsInBlocks:
    """Draws for images (N, C, H, W) in the memory order of blocks (B, H, C, W, n)."""

    def __init__(self, generator: np.random.Generator) -> None:
        self._generator = generator

    def random(self, size: Shape, dtype: type[np.float32]) -> Array:
        count, channels, height, width = size
        n = block_size(count)
        draws = self._generator.random((count // n, height, channels, width, n), dtype)
        return draws.transpose(0, 4, 2, 1, 3).reshape(size)


def set_generators(
    layers: Sequence[Layer], generator: np.random.Generator | None, *, fast: bool, layout: str = "rows"
) -> None:
    """Give every random layer its generator.

    Args:
        fast: whether steps run the layers; they draw in the order of their own layout.
        layout: the layout in which a plan would give images to the first layer.
    """
    for layer in layers:
        layout = layout_of(layer, layout)
        if isinstance(layer, Residual):
            set_generators(layer.inner, generator, fast=fast, layout=layout)
        elif isinstance(layer, Dropout):
            if generator is None or fast or layout == "rows":
                layer.generator = generator
            else:
                layer.generator = DrawsInBlocks(generator)
