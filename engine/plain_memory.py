"""The memory of the plain network that views and measurements build beside a training.

It has the weights once more, with room for their gradients, and images pass through it, some at a time.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from engine.config import ExperimentConfig
from engine.layers import Layer
from engine.layers.conv import Conv2D
from engine.layers.pooling import Pool2D
from engine.layers.residual import Residual

#: What is measured on images is measured on this many test images, the first ones.
SAMPLE = 500
#: At most this many images pass at a time; fewer, where what a pass holds of them would be larger than `BYTES_AT_ONCE`.
AT_ONCE = 100
BYTES_AT_ONCE = 1 << 23


def plain_bytes(config: ExperimentConfig) -> int:
    """Bytes of a plain network of this experiment while the sample passes through it."""
    layers, itemsize = config.network.built, np.dtype(config.dtype).itemsize
    parameters = sum(math.prod(spec.shape) for layer in layers for spec in layer.parameters)
    sample = SAMPLE * math.prod(config.dataset.source.shape)
    at_once = images_at_once(layers, itemsize)
    return (2 * parameters + sample) * itemsize + at_once * held_bytes(layers, itemsize)


def images_at_once(layers: Sequence[Layer], itemsize: int) -> int:
    """How many images pass through these layers at a time."""
    return max(1, min(AT_ONCE, BYTES_AT_ONCE // held_bytes(layers, itemsize)))


def held_bytes(layers: Sequence[Layer], itemsize: int) -> int:
    """About how many bytes a pass of one image holds: all outputs, and the windows that convolutions and pools copy.

    Batch norm keeps a copy of its output, and activations make some arrays on their way: so each output counts twice.
    """
    values = 0
    for layer in layers:
        values += 2 * math.prod(layer.output_shape)
        if isinstance(layer, Residual):
            inside = layer.inner if layer.projection is None else [*layer.inner, layer.projection]
            values += held_bytes(inside, 1)
        elif isinstance(layer, (Conv2D, Pool2D)):
            _, rows, columns = layer.output_shape
            size = layer.kernel_size if isinstance(layer, Conv2D) else layer.size
            values += layer.input_shape[0] * rows * columns * size**2
    return values * itemsize
