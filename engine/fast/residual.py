"""The step of a residual block. The layers inside have their own plan, in the layout of the block."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.arrays import Array
from engine.fast.step import Buffers, Place, Step
from engine.layers.residual import Residual


class ResidualStep(Step):
    """Runs F and P, and adds their outputs.

    Args:
        steps: of F.
        projection: of P; None where P is the identity.
    """

    def __init__(self, layer: Residual, steps: Sequence[Step], projection: Step | None, place: Place) -> None:
        super().__init__(layer, place)
        self._steps = steps
        self._projection = projection

    @property
    def parts(self) -> Sequence[Step]:
        return self._steps if self._projection is None else (*self._steps, self._projection)

    @property
    def penalty(self) -> float:
        return sum(step.penalty for step in self._steps)

    def buffers(self, count: int, training: bool) -> Buffers:
        shape = self.layout_shape(count, self.output_shape)
        buffers = {"y": (shape, self.dtype)}
        if training:
            buffers["dy"] = (shape, self.dtype)
            if self.needs_input_gradient:
                buffers["dx"] = (self.layout_shape(count, self.input_shape), self.dtype)
        return buffers

    def forward(self, x: Array, training: bool) -> Array:
        y = x
        for step in self._steps:
            y = step.forward(y, training)
        shortcut = x if self._projection is None else self._projection.forward(x, training)
        return np.add(y, shortcut, out=self.arrays_for(x, training)["y"])

    def backward(self, dy: Array) -> Array | None:
        arrays = self.arrays_for(dy, True)
        kept = arrays["dy"]  # steps may overwrite dy, which F and P both need
        np.copyto(kept, dy)
        dx: Array | None = dy
        for step in reversed(self._steps):
            if dx is None:
                break  # no layer before this one is trained
            dx = step.backward(dx)
        shortcut = kept if self._projection is None else self._projection.backward(kept)
        if not self.needs_input_gradient:
            return None
        assert dx is not None
        assert shortcut is not None
        return np.add(dx, shortcut, out=arrays["dx"])
