"""A step: how the trainer runs a layer, or several layers together.

A step computes what its layer does (`engine.layers`), the same numbers up to rounding, in arrays that are allocated
once:

    buffers(count, training) → {name: (shape, dtype)}

is the table of all arrays that it needs for a pass of `count` images. They are allocated from this table at the first
such pass. The memory estimate (`engine.memory`) adds up the same table beforehand.

    forward(x, training) → y      as the layer's, but y is an array of the step, valid until its next call
    backward(dy) → dx             as the layer's; may overwrite dy; None where the gradient of x is not needed

Between steps, images lie in one of two layouts (see `engine.fast.blocks`): "rows" (N, ...), or "blocks".
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.arrays import Array
from engine.fast.arrays import empty
from engine.fast.blocks import block_size
from engine.layers.layer import Layer, Shape

Buffers = dict[str, tuple[Shape, np.dtype[Any]]]

BOOL = np.dtype(np.bool_)
FLOAT32 = np.dtype(np.float32)


@dataclass(frozen=True, slots=True)
class Place:
    """The surroundings of a step in its network.

    Attributes:
        dtype: of all numbers.
        layout: "rows" or "blocks", of the input and the output.
        needs_input_gradient: False for all layers up to the first one with trained parameters: ∂L/∂(images) is not
            used, and its product would be the largest of all.
        images_innermost: whether the images are the innermost axis of x (N, ...) in memory, as after `FromBlocks`.
    """

    dtype: np.dtype[Any]
    layout: str = "rows"
    needs_input_gradient: bool = True
    images_innermost: bool = False


class Step:
    """Base of all steps."""

    def __init__(self, layer: Layer, place: Place) -> None:
        self.input_shape = layer.input_shape
        self.output_shape = layer.output_shape
        self.dtype = place.dtype
        self.layout = place.layout
        self.needs_input_gradient = place.needs_input_gradient
        #: all arrays that were allocated; passes of different kinds share the arrays of the same name, shape and dtype
        self._allocated: dict[tuple[str, Shape, np.dtype[Any]], Array] = {}
        self._arrays: dict[tuple[int, bool], dict[str, Array]] = {}

    @property
    def parts(self) -> Sequence[Step]:
        """Steps inside this one, which have their own arrays."""
        return ()

    @property
    def penalty(self) -> float:
        """What this step added to the loss in the last forward pass in training mode."""
        return 0.0

    def buffers(self, count: int, training: bool) -> Buffers:
        """Every array for a pass of `count` images; with those of the backward pass if `training`."""
        return {}

    def prepare(self, arrays: dict[str, Array]) -> None:
        """Fill new arrays with their constant parts, such as borders of zeros."""

    def forward(self, x: Array, training: bool) -> Array:
        raise TypeError("a step defines forward")  # pragma: no cover

    def backward(self, dy: Array) -> Array | None:
        raise TypeError("a step defines backward")  # pragma: no cover

    def arrays(self, count: int, training: bool) -> dict[str, Array]:
        """The arrays in `buffers`, allocated at the first call."""
        arrays = self._arrays.get((count, training))
        if arrays is None:
            arrays = {}
            for name, (shape, dtype) in self.buffers(count, training).items():
                key = (name, shape, dtype)
                if key not in self._allocated:
                    self._allocated[key] = empty(shape, dtype)
                arrays[name] = self._allocated[key]
            self.prepare(arrays)
            self._arrays[count, training] = arrays
        return arrays

    def arrays_for(self, x: Array, training: bool) -> dict[str, Array]:
        """The arrays for as many images as x holds."""
        return self.arrays(self.count(x), training)

    def count(self, x: Array) -> int:
        """How many images x holds, in this step's layout."""
        return len(x) * int(x.shape[-1]) if self.layout == "blocks" else len(x)

    def layout_shape(self, count: int, shape: Shape) -> Shape:
        """The shape of `count` images of one shape in this step's layout."""
        if self.layout == "rows":
            return count, *shape
        n = block_size(count)
        channels, height, width = shape
        return count // n, height, channels, width, n


def at_any_depth(steps: Iterable[Step]) -> Iterable[Step]:
    """Steps, and those inside them."""
    for step in steps:
        yield step
        yield from at_any_depth(step.parts)


def memory(steps: Iterable[Step], passes: Iterable[tuple[int, bool]]) -> int:
    """Bytes of all arrays that the steps allocate for these passes, each (images, training)."""
    passes = set(passes)
    total = 0
    for step in at_any_depth(steps):
        tables = (step.buffers(count, training).items() for count, training in passes)
        arrays = {(name, *shape_and_dtype) for table in tables for name, shape_and_dtype in table}
        total += sum(math.prod(shape) * dtype.itemsize for _, shape, dtype in arrays)
    return total
