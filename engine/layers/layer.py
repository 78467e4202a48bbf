"""A layer: what every layer promises to the network.

Contract:
    A layer is made for one input shape (without the batch axis) and says its `output_shape`, the shapes of its
    `parameters` and its cost. `bind` then hands it views into the network's flat parameter and gradient vectors:
    a layer owns no weights. `forward` and `backward` write into arrays that are made once for each batch size.

    forward(x, training) → y:  x is (N, *input_shape), y is (N, *output_shape).
    backward(dy) → dx:         dy = ∂L/∂y; fills the gradient views, returns ∂L/∂x, or None where nobody below
                               needs it. Valid after a forward pass in training mode with the same x. May
                               overwrite dy.

    Returned arrays belong to the layer and hold until its next call.

Beside its parameters a layer may have
    running state   arrays that training changes but gradients do not, such as batch norm's running mean: listed
                    in `running`, so that a checkpoint holds them;
    randomness      `generator`, given by the network, such as dropout's; a layer makes none of its own.

Faster together: `fuse` lets a layer offer one step that does its work and that of layers above it, such as
convolution, bias, activation and pooling on rows that are still in the cache. The step uses the fused layers'
own views (they are bound as ever), may lay its insides out as it likes, and keeps the contract at its ends. The
network asks each layer from the lowest up, once, when it is built.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.arrays import Array, empty

Shape = tuple[int, ...]
BOOL = np.dtype(np.bool_)


@dataclass(frozen=True, slots=True)
class ParameterSpec:
    """A parameter that a layer needs. Weights are drawn and regularized; the others begin at `initial`.

    `penalized` is false for weights that the penalties leave alone, `trainable` for what stays as it begins.
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

    #: how arrays lie in memory: "rows" (N, ...), "blocks" (see `engine.layers.blocks`), or "any": elementwise, or
    #: told apart by the number of axes. The plan puts conversions between layers that differ.
    layout = "rows"

    def __init__(self, input_shape: Shape) -> None:
        self.input_shape = input_shape
        self.output_shape = input_shape
        #: False for the lowest layer: nobody needs ∂L/∂(images), and it is the largest product of all
        self.needs_input_gradient = True
        #: λ of the penalties on this layer's outputs; the network applies them
        self.activity_l1 = 0.0
        self.activity_l2 = 0.0
        #: whether the penalties are on this layer's weights, and whether its parameters are learnt; the network asks
        self.penalized = True
        self.trainable = True
        #: the layer's randomness; every random layer shares it, in the order of the layers
        self.generator: np.random.Generator | None = None
        self._arrays: dict[tuple[str, Shape, np.dtype[Any]], Array] = {}

    @property
    def parameters(self) -> tuple[ParameterSpec, ...]:
        return ()

    @property
    def multiply_adds(self) -> int:
        """Of a forward pass of one example."""
        return 0

    def memory(self, count: int, itemsize: int, training: bool) -> int:
        """Bytes of the arrays that this step makes for passes of `count` images; known before anything is made.

        Args:
            itemsize: bytes of a number.
            training: with what a backward pass makes and needs.

        Parameters do not count, nor do a few numbers for each feature. By default 0: the step only makes views.
        """
        return 0

    def bind(self, parameters: dict[str, Array], gradients: dict[str, Array]) -> None:
        """Take the views, by the names in `parameters`."""

    @property
    def running(self) -> dict[str, Array]:
        """Arrays that training changes but gradients do not, by name; valid once bound. Restored in place."""
        return {}

    def set_generator(self, generator: np.random.Generator | None) -> None:
        self.generator = generator

    @property
    def penalty(self) -> float:
        """What this step added to the loss in the last forward pass in training mode (activity penalties)."""
        return 0.0

    @property
    def has_activity_penalty(self) -> bool:
        return bool(self.activity_l1 or self.activity_l2)

    def fuse(self, above: Sequence[Layer]) -> tuple[Layer, int] | None:
        """One faster step for this layer and the next ones, with how many of `above` it takes in; or None.

        Called once, after `bind` and after `needs_input_gradient` is set on the lowest layer. A layer with an
        activity penalty must stand last in a step: the penalty is taken on what the step gives.
        """
        return None

    def forward(self, x: Array, training: bool) -> Array:
        raise TypeError("a layer defines forward")  # pragma: no cover

    def backward(self, dy: Array) -> Array | None:
        raise TypeError("a layer defines backward")  # pragma: no cover

    def array(self, name: str, shape: Shape, dtype: np.dtype[Any]) -> Array:
        """An array that is made at its first use and is the same one ever after: steps allocate nothing."""
        key = (name, shape, dtype)
        found = self._arrays.get(key)
        if found is None:
            found = self._arrays[key] = empty(shape, dtype)
        return found

    def ones(self, count: int, dtype: np.dtype[Any]) -> Array:
        """(count,) ones, not to be written to: a product with them is a sum along an axis, in the fastest kernel."""
        key = ("ones", (count,), dtype)
        if key not in self._arrays:
            self.array(*key).fill(1)
        return self._arrays[key]

    def zeros(self, name: str, shape: Shape, dtype: np.dtype[Any]) -> Array:
        """As `array`, but all 0 at its first use: for borders that nobody writes to."""
        if (name, shape, dtype) not in self._arrays:
            self.array(name, shape, dtype).fill(0)
        return self._arrays[name, shape, dtype]
