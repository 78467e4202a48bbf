"""Conversions between the layouts of images (see `engine.fast.blocks`), between two steps with different layouts."""

from __future__ import annotations

from dataclasses import replace

from engine.arrays import Array
from engine.fast.step import Buffers, Place, Step
from engine.layers.layer import Layer, Shape


class Conversion(Step):
    """Base: a conversion for images of one shape, whose `layout` is "blocks"."""

    def __init__(self, shape: Shape, place: Place) -> None:
        super().__init__(Layer(shape), replace(place, layout="blocks"))


class ToBlocks(Conversion):
    """(N, C, H, W) → (B, H, C, W, n)."""

    def buffers(self, count: int, training: bool) -> Buffers:
        shape = self.layout_shape(count, self.input_shape)
        buffers = {"y": (shape, self.dtype)}
        if training and self.needs_input_gradient:
            buffers["images"] = ((shape[0], shape[-1], *self.input_shape), self.dtype)
        return buffers

    def forward(self, x: Array, training: bool) -> Array:
        y = self.arrays(len(x), training)["y"]
        y[...] = x.reshape(len(y), y.shape[-1], *self.input_shape).transpose(0, 3, 2, 4, 1)
        return y

    def backward(self, dy: Array) -> Array | None:
        if not self.needs_input_gradient:
            return None
        images = self.arrays_for(dy, True)["images"]
        images[...] = dy.transpose(0, 4, 2, 1, 3)
        return images.reshape(-1, *self.input_shape)


class FromBlocks(Conversion):
    """(B, H, C, W, n) → (N, C, H, W), whose memory order is (C, H, W, N).

    The images are the innermost axis of both, so whole rows of n images are copied instead of single numbers: twice as
    fast. The dense layer after it multiplies a transposed matrix equally fast.
    """

    def buffers(self, count: int, training: bool) -> Buffers:
        shape = self.layout_shape(count, self.input_shape)
        buffers = {"y": ((*self.input_shape, shape[0], shape[-1]), self.dtype)}
        if training:
            buffers["dx"] = (shape, self.dtype)
        return buffers

    def forward(self, x: Array, training: bool) -> Array:
        y = self.arrays_for(x, training)["y"]
        y[...] = x.transpose(2, 1, 3, 0, 4)
        return y.reshape(*self.input_shape, -1).transpose(3, 0, 1, 2)

    def backward(self, dy: Array) -> Array | None:
        dx = self.arrays(len(dy), True)["dx"]
        dx[...] = dy.reshape(len(dx), dx.shape[-1], *self.input_shape).transpose(0, 3, 2, 4, 1)
        return dx
