"""Residual block (He et al. 2016): y = F(x) + P(x), where F is a row of layers and P(x) = x, or a projection.

    x  (N, *input_shape)      y  (N, *output_shape): images stay images and features features

    ∂L/∂x = (∂F/∂x)ᵀ ∂L/∂y + (∂P/∂x)ᵀ ∂L/∂y

so a gradient reaches the lower layers also where F lets nothing through.

P is the identity where F keeps the shape. Where it does not, P is a projection without bias (which would repeat that
of F's last layer): a matrix for features, a 1 × 1 convolution for images, whose stride makes up for a smaller height.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from engine.arrays import Array
from engine.fields import Field
from engine.layers.blocks import FromBlocks, ToBlocks
from engine.layers.conv import Conv2D
from engine.layers.dense import Dense
from engine.layers.dropout import Dropout
from engine.layers.layer import Layer, ParameterSpec, Shape
from engine.layers.normalization import BatchNorm
from engine.reasons import Reason

FIELDS = (Field("layers", "layers"),)


class Residual(Layer):
    """The block of `layers`; parameters are called "<place among the inner layers>.<name>" and "projection.W"."""

    def __init__(self, input_shape: Shape, *, layers: Sequence[dict[str, Any]]) -> None:
        from engine.layers import build_layers  # a block is a layer among them

        self.inner = build_layers(layers, input_shape)
        super().__init__(input_shape)
        self.output_shape = self.inner[-1].output_shape
        self.layout = "blocks" if len(input_shape) == 3 else "rows"
        if len(self.output_shape) != len(input_shape):
            message = f"a residual block cannot add {input_shape} to {self.output_shape}"
            values = {"source": input_shape, "target": self.output_shape}
            raise ValueError(Reason("block_changes_kind", message, **values))
        self._projection = _projection(input_shape, self.output_shape)
        self._steps: list[Layer] = []

    @property
    def _parts(self) -> dict[str, Layer]:
        parts = {str(number): layer for number, layer in enumerate(self.inner, 1)}
        return parts if self._projection is None else {**parts, "projection": self._projection}

    @property
    def parameters(self) -> tuple[ParameterSpec, ...]:
        return tuple(
            replace(s, name=f"{part}.{s.name}")
            for part, layer in self._parts.items()
            for s in layer.parameters
            if not (part == "projection" and s.name == "b")
        )

    @property
    def multiply_adds(self) -> int:
        return sum(layer.multiply_adds for layer in self._parts.values())

    def bind(self, parameters: dict[str, Array], gradients: dict[str, Array]) -> None:
        self._spare()
        for part, layer in self._parts.items():
            own = {s.name: f"{part}.{s.name}" for s in layer.parameters}
            if part == "projection":
                # its bias would repeat that of the block's last layer: it stays 0, and nobody reads its gradient
                weight = parameters["projection.W"]
                filters = next(s.shape for s in layer.parameters if s.name == "b")
                bias = np.zeros(filters, weight.dtype)
                layer.bind(
                    {"W": weight, "b": bias}, {"W": gradients["projection.W"], "b": np.zeros_like(bias)}
                )
            else:
                layer.bind(
                    {name: parameters[full] for name, full in own.items()},
                    {name: gradients[full] for name, full in own.items()},
                )
        self._steps = self._plan()

    def _spare(self) -> None:
        """Tell both ways whether anybody needs their input gradient; blocks inside must know before `bind`."""
        if not self.needs_input_gradient:
            spare_input_gradient(self.inner)
            if self._projection is not None:
                self._projection.needs_input_gradient = False

    def _plan(self) -> list[Layer]:
        """The steps of F."""
        from engine.layers.plan import plan

        self._spare()
        steps = plan(self.inner)
        if self.layout == "blocks":
            # the plan's conversions at both ends are the network's business here
            steps = [s for s in steps if not isinstance(s, (ToBlocks, FromBlocks))]
        return steps

    def memory(self, count: int, itemsize: int, training: bool) -> int:
        """What F and the projection make, and y; while training a copy of dy, and dx where it is needed."""
        parts = self._plan() if self._projection is None else [*self._plan(), self._projection]
        values = math.prod(self.output_shape) * (1 + training)
        values += math.prod(self.input_shape) * (training and self.needs_input_gradient)
        return sum(part.memory(count, itemsize, training) for part in parts) + count * values * itemsize

    @property
    def running(self) -> dict[str, Array]:
        return {
            f"{part}.{name}": array
            for part, layer in self._parts.items()
            for name, array in layer.running.items()
        }

    @property
    def penalty(self) -> float:
        return sum(step.penalty for step in self._steps)

    def set_generator(self, generator: np.random.Generator | None) -> None:
        for layer in self.inner:
            layer.set_generator(generator)

    def forward(self, x: Array, training: bool) -> Array:
        y = x
        for step in self._steps:
            y = step.forward(y, training)
        shortcut = x if self._projection is None else self._projection.forward(x, training)
        return np.add(y, shortcut, out=self.array("y", y.shape, y.dtype))

    def backward(self, dy: Array) -> Array | None:
        kept = self.array("dy", dy.shape, dy.dtype)  # layers may overwrite dy, which both ways need
        np.copyto(kept, dy)
        dx: Array | None = dy
        for step in reversed(self._steps):
            if dx is None:
                break  # nobody below learns
            dx = step.backward(dx)
        shortcut = kept if self._projection is None else self._projection.backward(kept)
        if not self.needs_input_gradient:
            return None
        assert dx is not None
        assert shortcut is not None
        return np.add(dx, shortcut, out=self.array("dx", dx.shape, dx.dtype))


def spare_input_gradient(layers: Sequence[Layer]) -> None:
    """Tell the lowest of `layers`, up to the first that learns, that nobody needs its input gradient."""
    for layer in layers:
        layer.needs_input_gradient = False
        if layer.parameters:
            return


def _projection(source: Shape, target: Shape) -> Layer | None:
    if source == target:
        return None
    if len(source) == 1:
        return Dense(source, units=target[0])
    stride = max(1, round(source[1] / target[1]))
    projection = Conv2D(source, filters=target[0], kernel_size=1, stride=stride, padding=0)
    if projection.output_shape != target:
        message = f"a residual block cannot bring {source} to {target} with a 1 × 1 convolution"
        raise ValueError(Reason("block_changes_size", message, source=source, target=target))
    return projection


def at_any_depth(layers: Sequence[Layer]) -> Iterator[Layer]:
    """All layers, lowest first, also blocks, and those inside them."""
    for layer in layers:
        yield layer
        if isinstance(layer, Residual):
            yield from at_any_depth(layer.inner)


def dropouts_in(layers: Sequence[Layer]) -> list[Dropout]:
    """All dropout layers, lowest first."""
    return [layer for layer in at_any_depth(layers) if isinstance(layer, Dropout)]


def normalizes_single_values(layers: Sequence[Layer]) -> bool:
    """Whether batch norm takes each mean over one value of each image, and not over the places of a channel."""
    return any(
        isinstance(layer, BatchNorm) and math.prod(layer.input_shape[1:]) == 1
        for layer in at_any_depth(layers)
    )
