"""A layer: what it computes, in plain NumPy.

    x  (N, *input_shape)      y  (N, *output_shape)

Contract:
    A layer is made for one input shape, without the batch axis, and states its `output_shape`, its `parameters` and its
    cost. It owns no weights: `bind` gives it parts of the network's two vectors, of all parameters and of all
    gradients. They share memory with the vectors, and become attributes of the layer: W and dW, b and db, ...

    forward(x, training) → y
    backward(dy) → dx: from ∂L/∂y to ∂L/∂x. It also writes the gradients of the layer's parameters into dW, db, ...
        It uses what the last forward pass has kept. Training calls it after a pass in training mode; what is computed
        for the page's views may also call it after a pass in evaluation mode.

A layer here is its formula and nothing else. `engine.fast` runs the same layers faster: in arrays that are allocated
once, on images in blocks, several layers at a time. It imports the layers; no layer imports it. Both give the same
numbers, up to rounding.

Besides its parameters a layer may have
    running state   arrays that training changes but gradients do not, such as batch norm's running mean: listed in
                    `running`, so that a checkpoint holds them;
    randomness      `generator`, which the network sets, such as dropout's. A layer never makes one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from engine.arrays import Array

Shape = tuple[int, ...]


class Generator(Protocol):
    """The part of `numpy.random.Generator` that a layer uses."""

    def random(self, size: Shape, dtype: type[np.float32]) -> Array: ...


@dataclass(frozen=True, slots=True)
class ParameterSpec:
    """A parameter that a layer needs. Weights are drawn and regularized; other parameters begin at `initial`.

    `fan_in` and `fan_out` are the numbers of inputs and outputs that a weight matrix connects; the initial weights
    depend on them. `penalized` is false for weights without penalties. `trainable` is false for parameters that keep
    their initial values.
    """

    name: str
    shape: Shape
    is_weight: bool
    fan_in: int = 0
    fan_out: int = 0
    initial: float = 0.0
    penalized: bool = True
    trainable: bool = True


class Layer:
    """Base of all layers: no parameters, shape unchanged."""

    def __init__(self, input_shape: Shape) -> None:
        self.input_shape = input_shape
        self.output_shape = input_shape
        #: the factors λ of the L1 and L2 penalties on this layer's outputs (`engine.layers.activity_penalty`)
        self.activity_l1 = 0.0
        self.activity_l2 = 0.0
        #: whether the penalties apply to this layer's weights, and whether its parameters are trained
        self.penalized = True
        self.trainable = True
        #: source of random numbers; all random layers share one, in the order of the layers
        self.generator: Generator | None = None

    @property
    def parameters(self) -> tuple[ParameterSpec, ...]:
        return ()

    @property
    def multiply_adds(self) -> int:
        """The number of multiply-adds in a forward pass of one example."""
        return 0

    def bind(self, parameters: dict[str, Array], gradients: dict[str, Array]) -> None:
        """Use these arrays for the parameters and for their gradients, by name."""
        for name, array in parameters.items():
            setattr(self, name, array)
            setattr(self, f"d{name}", gradients[name])

    @property
    def running(self) -> dict[str, Array]:
        """The running state by name, once the layer is bound. Checkpoints are restored into these arrays."""
        return {}

    @property
    def penalty(self) -> float:
        """What this layer added to the loss in the last forward pass in training mode."""
        return 0.0

    @property
    def has_activity_penalty(self) -> bool:
        return bool(self.activity_l1 or self.activity_l2)

    def forward(self, x: Array, training: bool) -> Array:
        raise TypeError("a layer defines forward")  # pragma: no cover

    def backward(self, dy: Array) -> Array:
        raise TypeError("a layer defines backward")  # pragma: no cover

    def weight(self, shape: Shape, fan_in: int, fan_out: int) -> ParameterSpec:
        """The spec of the weights W of this shape."""
        return ParameterSpec("W", shape, True, fan_in, fan_out, 0.0, self.penalized, self.trainable)

    def bias(self, count: int) -> ParameterSpec:
        """The spec of the biases b, one for each output."""
        return ParameterSpec("b", (count,), False, trainable=self.trainable)
