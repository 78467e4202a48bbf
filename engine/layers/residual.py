"""Residual block (He et al. 2016): y = F(x) + P(x), where F is a sequence of layers and P(x) = x, or a projection.

    x  (N, *input_shape)      y  (N, *output_shape)      both are images, or both are features

    ∂L/∂x = (∂F/∂x)ᵀ ∂L/∂y + (∂P/∂x)ᵀ ∂L/∂y

The second term reaches the layers before the block even if the first one is 0.

P is the identity if F keeps the shape. Otherwise P is a projection without bias (a bias would repeat that of F's last
layer): a matrix for features, a 1 × 1 convolution for images, with a stride if F makes the images smaller.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from engine.arrays import Array
from engine.fields import Field
from engine.layers.activity_penalty import with_penalties
from engine.layers.batch_norm import BatchNorm
from engine.layers.conv import Conv2D
from engine.layers.dense import Dense
from engine.layers.dropout import Dropout
from engine.layers.layer import Layer, ParameterSpec, Shape
from engine.reasons import Reason

FIELDS = (Field("layers", "layers"),)


class Residual(Layer):
    """The block of `layers`. Its parameters are called "1.W" for W of the first inner layer, and "projection.W".

    Raises:
        ValueError: no projection brings the block's input to the shape of F's output.
    """

    def __init__(self, input_shape: Shape, *, layers: Sequence[Layer]) -> None:
        super().__init__(input_shape)
        self.inner = layers
        self.output_shape = self.inner[-1].output_shape
        if len(self.output_shape) != len(input_shape):
            message = f"a residual block cannot add {input_shape} to {self.output_shape}"
            values = {"source": input_shape, "target": self.output_shape}
            raise ValueError(Reason("block_changes_kind", message, **values))
        self.projection = _projection(input_shape, self.output_shape)
        self._inner_with_penalties = with_penalties(self.inner)

    @property
    def _parts(self) -> dict[str, Layer]:
        """The layers that have parameters of the block, by the first part of their parameters' names."""
        parts = {str(number): layer for number, layer in enumerate(self.inner, 1)}
        return parts if self.projection is None else {**parts, "projection": self.projection}

    @property
    def parameters(self) -> tuple[ParameterSpec, ...]:
        return tuple(
            replace(spec, name=f"{part}.{spec.name}")
            for part, layer in self._parts.items()
            for spec in layer.parameters
            if not (part == "projection" and spec.name == "b")
        )

    @property
    def multiply_adds(self) -> int:
        return sum(layer.multiply_adds for layer in self._parts.values())

    def bind(self, parameters: dict[str, Array], gradients: dict[str, Array]) -> None:
        for part, layer in self._parts.items():
            full_names = {spec.name: f"{part}.{spec.name}" for spec in layer.parameters}
            if part == "projection":
                # its bias would repeat that of the block's last layer: it stays 0, and its gradient is not read
                weight = parameters["projection.W"]
                bias = np.zeros(
                    next(spec.shape for spec in layer.parameters if spec.name == "b"), weight.dtype
                )
                layer.bind(
                    {"W": weight, "b": bias}, {"W": gradients["projection.W"], "b": np.zeros_like(bias)}
                )
            else:
                layer.bind(
                    {name: parameters[full] for name, full in full_names.items()},
                    {name: gradients[full] for name, full in full_names.items()},
                )

    @property
    def running(self) -> dict[str, Array]:
        return {
            f"{part}.{name}": array
            for part, layer in self._parts.items()
            for name, array in layer.running.items()
        }

    @property
    def penalty(self) -> float:
        return sum(layer.penalty for layer in self._inner_with_penalties)

    def forward(self, x: Array, training: bool) -> Array:
        y = x
        for layer in self._inner_with_penalties:
            y = layer.forward(y, training)
        return y + (x if self.projection is None else self.projection.forward(x, training))

    def backward(self, dy: Array) -> Array:
        dx = dy
        for layer in reversed(self._inner_with_penalties):
            dx = layer.backward(dx)
        return dx + (dy if self.projection is None else self.projection.backward(dy))


def _projection(source: Shape, target: Shape) -> Dense | Conv2D | None:
    """P from the shape of x to the shape of y; None if they are equal.

    Raises:
        ValueError: no 1 × 1 convolution with a stride gives images of this size.
    """
    if source == target:
        return None
    if len(source) == 1:
        return Dense(source, units=target[0])
    # the smallest one that makes the images as small in both directions
    stride = max(-(-source[axis] // target[axis]) for axis in (1, 2))
    projection = Conv2D(source, filters=target[0], kernel_size=1, stride=stride, padding=0)
    if projection.output_shape != target:
        message = f"a residual block cannot bring {source} to {target} with a 1 × 1 convolution"
        raise ValueError(Reason("block_changes_size", message, source=source, target=target))
    return projection


def at_any_depth(layers: Sequence[Layer]) -> Iterator[Layer]:
    """All layers from the input on: blocks, and after each block the layers inside it."""
    for layer in layers:
        yield layer
        if isinstance(layer, Residual):
            yield from at_any_depth(layer.inner)


def dropouts_in(layers: Sequence[Layer]) -> list[Dropout]:
    """All dropout layers, also those inside of blocks, lowest first."""
    return [layer for layer in at_any_depth(layers) if isinstance(layer, Dropout)]


def normalizes_single_values(layers: Sequence[Layer]) -> bool:
    """Whether a batch norm layer gets one value for each channel of an image: its means are over the batch only."""
    return any(
        isinstance(layer, BatchNorm) and math.prod(layer.input_shape[1:]) == 1
        for layer in at_any_depth(layers)
    )
