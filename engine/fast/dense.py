"""The dense step: products in tiles, and optionally on some of the inputs only.

The first dense step of a network may leave out inputs that are 0 in every image (see `engine.fast.empty_pixels`): they
add nothing to y, and the gradient of their weights is 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.fast.products import (
    few_rows_scratch,
    multiply,
    multiply_few_rows,
    multiply_turned,
    turned_scratch,
)
from engine.fast.relu import relu, relu_backward
from engine.fast.step import BOOL, Buffers, Place, Step
from engine.layers.dense import Dense


class DenseStep(Step):
    """Runs a dense layer."""

    def __init__(self, layer: Dense, place: Place) -> None:
        super().__init__(layer, place)
        self.layer = layer
        self._across = place.across
        #: the inputs that training uses, and for each input its position among them; None: all inputs
        self._learnt: tuple[NDArray[np.intp], NDArray[np.intp]] | None = None
        #: the rows of W for the inputs that an evaluation uses; None: all rows
        self._taken: Array | None = None
        self._arrays_of = {layer.inputs: self._arrays}

    def buffers(self, count: int, training: bool) -> Buffers:
        inputs, units, dtype = self.layer.inputs, self.layer.units, self.dtype
        if self._taken is not None:
            inputs = len(self._taken)
        scratch = few_rows_scratch(count, inputs, units)
        buffers: Buffers = {"y": ((count, units), dtype)}
        if training:
            buffers["ones"] = ((count,), dtype)
            if self._learnt is not None:
                learnt = len(self._learnt[0])
                scratch = max(scratch, few_rows_scratch(count, learnt, units))
                buffers["learnt W"] = ((learnt, units), dtype)
                buffers["learnt dW"] = ((learnt + 1, units), dtype)
            if self.needs_input_gradient:
                if self._lies_across(count):
                    buffers["dx"] = ((inputs, count), dtype)
                    buffers["dy across"] = ((units, count), dtype)
                else:
                    buffers["dx"] = ((count, inputs), dtype)
                    buffers["turned"] = ((turned_scratch(count, units, inputs),), dtype)
        buffers["scratch"] = ((scratch,), dtype)
        return buffers

    def prepare(self, arrays: dict[str, Array]) -> None:
        if "ones" in arrays:
            arrays["ones"].fill(1)
        if "learnt dW" in arrays:
            # an extra last row of zeros for all inputs that are left out: one `take` instead of several calls
            arrays["learnt dW"][-1] = 0

    def _lies_across(self, count: int) -> bool:
        """Whether x has the images innermost in memory; then its gradient should have them too."""
        return self._across and count > 1 and self.layer.inputs > 1

    def forward(self, x: Array, training: bool) -> Array:
        n = len(x)
        arrays = self.arrays(n, training)
        W = self.layer.W if self._taken is None else self._taken
        if training and self._learnt is not None and x.size < n * self.layer.inputs:
            W = arrays["learnt W"]
            np.take(self.layer.W, self._learnt[0], axis=0, out=W, mode="clip")
        x = x.reshape(n, len(W))
        y = arrays["y"]
        multiply_few_rows(x, W, y, arrays["scratch"])
        np.add(y, self.layer.b, out=y)
        if training:
            self._x = x
        return y

    def learn_on(self, inputs: NDArray[np.intp]) -> None:
        """From now on, passes in training mode may be given these inputs only, (N, len(inputs)). All others are 0 in
        all training images, so they add nothing to y and the gradient of their weights is 0. For the first layer
        only."""
        places = np.full(self.layer.inputs, len(inputs))
        places[inputs] = np.arange(len(inputs))
        self._learnt = inputs, places
        self._arrays.clear()

    @contextmanager
    def on_columns(self, W: Array) -> Iterator[None]:
        """Inside this context, forward passes get only some of the inputs; W holds the rows for these inputs."""
        whole, self._taken = self._taken, W
        arrays, self._arrays = self._arrays, self._arrays_of.setdefault(len(W), {})
        try:
            yield
        finally:
            self._taken, self._arrays = whole, arrays

    def backward(self, dy: Array) -> Array | None:
        x, layer = self._x, self.layer
        arrays = self.arrays(len(dy), True)
        if self._learnt is None or x.shape[1] == layer.inputs:
            multiply(x.T, dy, layer.dW)
        else:
            dW = arrays["learnt dW"]
            multiply(x.T, dy, dW[:-1])
            np.take(dW, self._learnt[1], axis=0, out=layer.dW, mode="clip")
        np.dot(arrays["ones"], dy, out=layer.db)
        if not self.needs_input_gradient:
            return None
        dx = arrays["dx"]
        if self._lies_across(len(dy)):
            across = arrays["dy across"]
            np.copyto(across, dy.T)
            dx = multiply(layer.W, across, dx).T
        else:
            multiply_turned(dy, layer.W, dx, arrays["turned"])
        return dx.reshape(len(dy), *self.input_shape)


class DenseReluStep(DenseStep):
    """A dense layer and its ReLU in place, which saves writing and reading one array."""

    def buffers(self, count: int, training: bool) -> Buffers:
        buffers = super().buffers(count, training)
        if training:
            buffers["positive"] = ((count, self.layer.units), BOOL)
        return buffers

    def forward(self, x: Array, training: bool) -> Array:
        y = super().forward(x, training)
        relu(y, y)
        if training:
            self._y = y
        return y

    def backward(self, dy: Array) -> Array | None:
        relu_backward(self._y, dy, self.arrays(len(dy), True)["positive"])
        return super().backward(dy)
