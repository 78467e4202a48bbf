"""Elementwise steps, in either layout: activation, dropout, flatten, activity penalty."""

from __future__ import annotations

import numpy as np

from engine.arrays import Array
from engine.fast.activations import KERNELS
from engine.fast.relu import relu_backward
from engine.fast.step import BOOL, FLOAT32, Buffers, Place, Step
from engine.layers.activation import ActivationLayer
from engine.layers.activity_penalty import ActivityPenalty
from engine.layers.dropout import Dropout
from engine.norms import absolute_sum, squared_norm


class ActivationStep(Step):
    """Applies an activation. It keeps y, and an array for the slopes; for ReLU a slope takes one byte."""

    def __init__(self, layer: ActivationLayer, place: Place) -> None:
        super().__init__(layer, place)
        self._is_relu = layer.name == "relu"
        self._kernels = KERNELS[layer.name]

    def buffers(self, count: int, training: bool) -> Buffers:
        shape = self.layout_shape(count, self.input_shape)
        buffers = {"y": (shape, self.dtype)}
        if training:
            buffers["slope"] = (shape, BOOL if self._is_relu else self.dtype)
        return buffers

    def forward(self, x: Array, training: bool) -> Array:
        arrays = self.arrays_for(x, training)
        y = arrays["y"]
        self._kernels.value(x, y)
        if training:
            self._x, self._y, self._slope = x, y, arrays["slope"]
        return y

    def backward(self, dy: Array) -> Array | None:
        if self._is_relu:
            # in place and with a mask of bytes, without an array of slopes
            relu_backward(self._y, dy, self._slope)
            return dy
        self._kernels.derivative(self._y, self._x, self._slope)
        return np.multiply(dy, self._slope, out=self._slope)


class DropoutStep(Step):
    """Dropout; in evaluation it returns its input. Draws are in float32, whatever the dtype is."""

    def __init__(self, layer: Dropout, place: Place) -> None:
        super().__init__(layer, place)
        self.layer = layer

    def buffers(self, count: int, training: bool) -> Buffers:
        shape = self.layout_shape(count, self.input_shape)
        if not training:
            return {}
        return {"draws": (shape, FLOAT32), "factor": (shape, self.dtype), "y": (shape, self.dtype)}

    def forward(self, x: Array, training: bool) -> Array:
        if not training:
            return x
        generator, rate = self.layer.generator, self.layer.rate
        if not isinstance(generator, np.random.Generator):
            raise TypeError("dropout needs a generator")
        arrays = self.arrays_for(x, True)
        draws, self._factor = arrays["draws"], arrays["factor"]
        generator.random(dtype=np.float32, out=draws)
        # kept values have the factor 1 / (1 - rate), the others 0
        np.greater_equal(draws, rate, out=self._factor)
        np.multiply(self._factor, 1 / (1 - rate), out=self._factor)
        return np.multiply(x, self._factor, out=arrays["y"])

    def backward(self, dy: Array) -> Array | None:
        return np.multiply(dy, self._factor, out=dy)


class FlattenStep(Step):
    """Flatten, by views; nothing is copied."""

    def forward(self, x: Array, training: bool) -> Array:
        return x.reshape(len(x), *self.output_shape)

    def backward(self, dy: Array) -> Array | None:
        return dy.reshape(len(dy), *self.input_shape)


class PenaltyStep(Step):
    """The activity penalty: returns its input, and adds to the loss and to the gradient."""

    def __init__(self, layer: ActivityPenalty, place: Place) -> None:
        super().__init__(layer, place)
        self.layer = layer
        self._penalty = 0.0

    @property
    def penalty(self) -> float:
        return self._penalty

    def buffers(self, count: int, training: bool) -> Buffers:
        return {"scratch": (self.layout_shape(count, self.input_shape), self.dtype)} if training else {}

    def forward(self, x: Array, training: bool) -> Array:
        if training:
            self._x = x
            self._n = self.count(x)
            self._scratch = self.arrays(self._n, True)["scratch"]
            l1, l2 = self.layer.l1, self.layer.l2
            total = l2 * self._squares(x) if l2 else 0.0
            if l1:
                total += l1 * absolute_sum(x, self._scratch)
            self._penalty = total / self._n
        return x

    def _squares(self, x: Array) -> float:
        """Σx²; the numbers are put in one row for it, where they are not."""
        if not x.flags.c_contiguous:
            np.copyto(self._scratch, x)
            x = self._scratch
        return squared_norm(x.reshape(-1))

    def backward(self, dy: Array) -> Array | None:
        scratch, l1, l2 = self._scratch, self.layer.l1, self.layer.l2
        if l1:
            np.sign(self._x, out=scratch)
            scratch *= l1 / self._n
            dy += scratch
        if l2:
            np.multiply(self._x, 2 * l2 / self._n, out=scratch)
            dy += scratch
        return dy
