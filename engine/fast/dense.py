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
    multiply_transposed,
    transposed_scratch,
)
from engine.fast.relu import relu, relu_backward
from engine.fast.step import BOOL, Buffers, Place, Step
from engine.layers.dense import Dense


class DenseStep(Step):
    """Runs a dense layer."""

    def __init__(self, layer: Dense, place: Place) -> None:
        super().__init__(layer, place)
        self.layer = layer
        self._input_images_innermost = place.images_innermost
        #: the inputs that training uses (see `learn_on`), and for each input of the layer its row in "trained dW": the
        #: last row, of zeros, for an input that is left out; None: all inputs are used
        self._trained_inputs: tuple[NDArray[np.intp], NDArray[np.intp]] | None = None
        #: the rows of W for the inputs that an evaluation uses (see `on_some_inputs`); None: all rows
        self._partial_W: Array | None = None
        #: number of inputs → the arrays of passes with this number
        self._arrays_of = {layer.inputs: self._arrays}

    def buffers(self, count: int, training: bool) -> Buffers:
        inputs, units, dtype = self.layer.inputs, self.layer.units, self.dtype
        if self._partial_W is not None:
            inputs = len(self._partial_W)
        scratch = few_rows_scratch(count, inputs, units)
        buffers: Buffers = {"y": ((count, units), dtype)}
        if training:
            buffers["ones"] = ((count,), dtype)
            if self._trained_inputs is not None:
                trained = len(self._trained_inputs[0])
                scratch = max(scratch, few_rows_scratch(count, trained, units))
                buffers["trained W"] = ((trained, units), dtype)
                buffers["trained dW"] = ((trained + 1, units), dtype)
            if self.needs_input_gradient:
                if self._images_innermost(count):
                    buffers["dx"] = ((inputs, count), dtype)
                    buffers["transposed dy"] = ((units, count), dtype)
                else:
                    buffers["dx"] = ((count, inputs), dtype)
                    buffers["transposing"] = ((transposed_scratch(count, units, inputs),), dtype)
        buffers["scratch"] = ((scratch,), dtype)
        return buffers

    def prepare(self, arrays: dict[str, Array]) -> None:
        if "ones" in arrays:
            arrays["ones"].fill(1)
        if "trained dW" in arrays:
            # an extra last row of zeros for all inputs that are left out: one `take` instead of several calls
            arrays["trained dW"][-1] = 0

    def _images_innermost(self, count: int) -> bool:
        """Whether the images are the innermost axis of x in memory; then they are for its gradient too. With one image
        or one input, both orders are the same."""
        return self._input_images_innermost and count > 1 and self.layer.inputs > 1

    def forward(self, x: Array, training: bool) -> Array:
        n = len(x)
        arrays = self.arrays(n, training)
        W = self.layer.W if self._partial_W is None else self._partial_W
        if training and self._trained_inputs is not None and x.size < n * self.layer.inputs:
            W = arrays["trained W"]
            # "clip" saves a check and a copy; all indices are in range
            np.take(self.layer.W, self._trained_inputs[0], axis=0, out=W, mode="clip")
        x = x.reshape(n, len(W))
        y = arrays["y"]
        multiply_few_rows(x, W, y, arrays["scratch"])
        np.add(y, self.layer.b, out=y)
        if training:
            self._x = x
        return y

    def learn_on(self, inputs: NDArray[np.intp]) -> None:
        """Allow passes in training mode that get only these inputs, (N, len(inputs)). All other inputs are 0 in all
        training images, so they add nothing to y and the gradient of their weights is 0. Only for the first layer."""
        places = np.full(self.layer.inputs, len(inputs))
        places[inputs] = np.arange(len(inputs))
        self._trained_inputs = inputs, places
        self._arrays.clear()

    @contextmanager
    def on_some_inputs(self, W: Array) -> Iterator[None]:
        """Inside this context, forward passes get only some of the inputs; W holds the rows for these inputs."""
        W_before, self._partial_W = self._partial_W, W
        arrays_before, self._arrays = self._arrays, self._arrays_of.setdefault(len(W), {})
        try:
            yield
        finally:
            self._partial_W, self._arrays = W_before, arrays_before

    def backward(self, dy: Array) -> Array | None:
        x, layer = self._x, self.layer
        arrays = self.arrays(len(dy), True)
        if self._trained_inputs is None or x.shape[1] == layer.inputs:
            multiply(x.T, dy, layer.dW)
        else:
            dW = arrays["trained dW"]
            multiply(x.T, dy, dW[:-1])
            np.take(dW, self._trained_inputs[1], axis=0, out=layer.dW, mode="clip")
        np.dot(arrays["ones"], dy, out=layer.db)  # faster than a sum
        if not self.needs_input_gradient:
            return None
        dx = arrays["dx"]
        if self._images_innermost(len(dy)):
            transposed = arrays["transposed dy"]
            np.copyto(transposed, dy.T)
            dx = multiply(layer.W, transposed, dx).T
        else:
            multiply_transposed(dy, layer.W, dx, arrays["transposing"])
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
