"""Dense: y = xW + b, every output connected to every input.

    x  (N, n_in)      W  (n_in, n_out)      b  (n_out,)      y  (N, n_out)

    ∂L/∂W = xᵀ ∂L/∂y      ∂L/∂b = Σ over the batch of ∂L/∂y      ∂L/∂x = ∂L/∂y Wᵀ

An image (C, H, W) is read as C·H·W numbers: no flatten layer is needed before a dense one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from engine.activations import relu, relu_backward
from engine.arrays import Array
from engine.fields import Field
from engine.layers.activation import ActivationLayer
from engine.layers.layer import BOOL, Layer, ParameterSpec, Shape
from engine.products import deep_scratch, multiply, multiply_deep, multiply_turned, turned_scratch

FIELDS = (Field("units", "integer", minimum=1, maximum=65_536),)


class Dense(Layer):
    """A fully connected layer of `units` outputs."""

    def __init__(self, input_shape: Shape, *, units: int) -> None:
        super().__init__(input_shape)
        self.inputs = math.prod(input_shape)
        self.units = units
        self.output_shape = (units,)
        #: inputs that are learnt on, and for each input its place among them; None: all
        self._learnt: tuple[NDArray[np.intp], NDArray[np.intp]] | None = None

    @property
    def parameters(self) -> tuple[ParameterSpec, ...]:
        return (
            ParameterSpec(
                "W",
                (self.inputs, self.units),
                True,
                self.inputs,
                self.units,
                penalized=self.penalized,
                trainable=self.trainable,
            ),
            ParameterSpec("b", (self.units,), False, trainable=self.trainable),
        )

    @property
    def multiply_adds(self) -> int:
        return self.inputs * self.units

    def memory(self, count: int, itemsize: int, training: bool) -> int:
        """y and what its product needs; dx and its, where it is needed."""
        values = count * self.units + deep_scratch(count, self.inputs, self.units)
        if training and self.needs_input_gradient:
            values += count * self.inputs + turned_scratch(count, self.units, self.inputs)
        return values * itemsize

    def bind(self, parameters: dict[str, Array], gradients: dict[str, Array]) -> None:
        self.W, self.b = parameters["W"], parameters["b"]
        self.dW, self.db = gradients["W"], gradients["b"]

    def fuse(self, above: Sequence[Layer]) -> tuple[Layer, int] | None:
        if above and isinstance(above[0], ActivationLayer) and above[0].name == "relu":
            if self.has_activity_penalty:
                return None
            return DenseRelu(self), 1
        return None

    def forward(self, x: Array, training: bool) -> Array:
        n = len(x)
        W = self.W
        if training and self._learnt is not None and x.size == n * len(chosen := self._learnt[0]):
            W = self.array("learnt W", (len(chosen), self.units), x.dtype)
            np.take(self.W, chosen, axis=0, out=W, mode="clip")
        x = x.reshape(n, len(W))
        y = self.array("y", (n, self.units), x.dtype)
        multiply_deep(x, W, y, lambda shape: self.array("parts", shape, x.dtype))
        np.add(y, self.b, out=y)
        if training:
            self._x = x
        return y

    def learn_on(self, inputs: NDArray[np.intp]) -> None:
        """From now on passes in training mode may take these inputs only, (N, len(inputs)): all others are 0 in what is
        trained on, so that their share of y is 0, and so is their weights' gradient. For the lowest layer."""
        places = np.full(self.inputs, len(inputs))
        places[inputs] = np.arange(len(inputs))
        self._learnt = inputs, places

    @contextmanager
    def on_columns(self, W: Array) -> Iterator[None]:
        """Inside, forward passes take inputs of which some are left out, with the rows of W that are left."""
        whole, self.W = self.W, W
        try:
            yield
        finally:
            self.W = whole

    def backward(self, dy: Array) -> Array | None:
        x = self._x
        if self._learnt is None or x.shape[1] == self.inputs:
            multiply(x.T, dy, self.dW)
        else:
            chosen, places = self._learnt
            # a row of zeros behind the others, which all inputs that are left out take: fewer calls than to scatter
            dW = self.zeros("learnt dW", (len(chosen) + 1, self.units), dy.dtype)
            multiply(x.T, dy, dW[:-1])
            np.take(dW, places, axis=0, out=self.dW, mode="clip")
        np.dot(self.ones(len(dy), dy.dtype), dy, out=self.db)
        if not self.needs_input_gradient:
            return None
        if x.flags.c_contiguous:
            dx = self.array("dx", x.shape, x.dtype)
            multiply_turned(dy, self.W, dx, lambda shape: self.array("turned", shape, x.dtype))
        else:  # images out of blocks (`engine.layers.blocks`) lie the other way round, and so should their gradient
            turned = self.array("dx", x.shape[::-1], x.dtype)
            across = self.array("dy across", dy.shape[::-1], dy.dtype)
            np.copyto(across, dy.T)
            dx = multiply(self.W, across, turned).T
        return dx.reshape(len(dy), *self.input_shape)


class DenseRelu(Layer):
    """A dense layer and its ReLU in place: one array less to write and read again."""

    def __init__(self, dense: Dense) -> None:
        super().__init__(dense.input_shape)
        self.dense = dense
        self.output_shape = dense.output_shape

    def memory(self, count: int, itemsize: int, training: bool) -> int:
        """The dense layer's, and a byte for each output on the way back."""
        return self.dense.memory(count, itemsize, training) + count * self.dense.units * training

    def forward(self, x: Array, training: bool) -> Array:
        y = self.dense.forward(x, training)
        relu(y, y)
        if training:
            self._y = y
        return y

    def backward(self, dy: Array) -> Array | None:
        relu_backward(self._y, dy, self.array("positive", dy.shape, BOOL))
        return self.dense.backward(dy)
