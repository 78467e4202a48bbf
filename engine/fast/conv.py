"""Steps of a convolution, also together with the ReLU and the maximum pooling after it.

The output of a convolution is processed a strip of rows at a time, while it is in the cache.

The maximum commutes with adding a constant and with ReLU, which both keep the order of numbers:

    max over a window of relu(x + b)  =  relu(max over the window of x + b)

So bias, ReLU and their gradients are computed after the pool, on fewer values. `ConvReluHalveStep` does not keep the
convolution's output either. This saves a third of the step of a small convolutional network. The outputs are the same
to the last bit. If two pixels become equal only by rounding, another one of them may get the gradient.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.arrays import Array
from engine.fast.convolution import Convolution, bias_buffers, bias_gradient, bias_row
from engine.fast.pooling import MaxPoolStep, halve, halve_back
from engine.fast.relu import add_relu, relu_backward
from engine.fast.step import BOOL, Buffers, Place, Step
from engine.layers.conv import Conv2D
from engine.layers.pooling import MaxPool2D


class ConvStep(Step):
    """A convolution and its bias."""

    def __init__(self, layer: Conv2D, place: Place) -> None:
        super().__init__(layer, place)
        self.layer = layer
        self.convolution = Convolution(layer, place)

    def buffers(self, count: int, training: bool) -> Buffers:
        shape = self.layout_shape(count, self.output_shape)
        buffers = {"y": (shape, self.dtype), **self.convolution.buffers(count, training)}
        return buffers | bias_buffers(shape, self.dtype) if training else buffers

    def prepare(self, arrays: dict[str, Array]) -> None:
        self.convolution.prepare(arrays)

    def forward(self, x: Array, training: bool) -> Array:
        arrays = self.arrays_for(x, training)
        y = arrays["y"]
        for part, out in zip(x, y, strict=True):
            for strip in self.convolution.convolve(part, arrays, out):
                strip += self.layer.b[:, None, None]
        if training:
            self._x = x
        return y

    def backward(self, dy: Array) -> Array | None:
        arrays = self.arrays_for(dy, True)
        bias_gradient(dy, arrays, self.layer.db)
        return self.convolution.gradients(self._x, dy, arrays)


class ConvReluStep(ConvStep):
    """A convolution and its ReLU."""

    def buffers(self, count: int, training: bool) -> Buffers:
        buffers = super().buffers(count, training)
        shape = self.layout_shape(count, self.output_shape)
        buffers["bias row"] = ((2, *shape[2:]), self.dtype)
        if training:
            buffers["positive"] = (shape, BOOL)
        return buffers

    def forward(self, x: Array, training: bool) -> Array:
        arrays = self.arrays_for(x, training)
        y, bias = arrays["y"], bias_row(self.layer.b, arrays)
        for part, out in zip(x, y, strict=True):
            for strip in self.convolution.convolve(part, arrays, out):
                add_relu(strip, *bias, strip)
        if training:
            self._x, self._y = x, y
        return y

    def backward(self, dy: Array) -> Array | None:
        relu_backward(self._y, dy, self.arrays_for(dy, True)["positive"])
        return super().backward(dy)


class ConvReluPoolStep(ConvReluStep):
    """A convolution, its ReLU, and the maximum pool after it. The backward pass compares overlapping windows with their
    maxima, so the convolution's output is kept too."""

    def __init__(self, layer: Conv2D, pool: MaxPool2D, place: Place) -> None:
        super().__init__(layer, place)
        self._pool = MaxPoolStep(pool, place)
        self.output_shape = pool.output_shape

    @property
    def parts(self) -> Sequence[Step]:
        return (self._pool,)

    def buffers(self, count: int, training: bool) -> Buffers:
        buffers = super().buffers(count, training)
        buffers["convolved"] = (self.layout_shape(count, self.layer.output_shape), self.dtype)
        return buffers

    def forward(self, x: Array, training: bool) -> Array:
        arrays = self.arrays_for(x, training)
        y, convolved = arrays["y"], arrays["convolved"]
        for part, out in zip(x, convolved, strict=True):
            for _ in self.convolution.convolve(part, arrays, out):
                pass
        add_relu(self._pool.forward(convolved, training), *bias_row(self.layer.b, arrays), y)
        if training:
            self._x, self._y = x, y
        return y

    def backward(self, dy: Array) -> Array | None:
        arrays = self.arrays_for(dy, True)
        relu_backward(self._y, dy, arrays["positive"])
        bias_gradient(dy, arrays, self.layer.db)
        unpooled = self._pool.backward(dy)
        assert unpooled is not None
        return self.convolution.gradients(self._x, unpooled, arrays)


class ConvReluHalveStep(Step):
    """A convolution, its ReLU, and a maximum pool of adjacent 2 × 2 windows, which halves each strip at once.

    If there are many more output channels than input channels, even and odd columns are stored apart, so that the pool
    compares long contiguous rows. Otherwise storing them apart costs more than it saves.
    """

    def __init__(self, layer: Conv2D, pool: MaxPool2D, place: Place) -> None:
        super().__init__(layer, place)
        self.layer = layer
        self.output_shape = pool.output_shape
        _, rows, columns = pool.output_shape
        self._apart = 4 * layer.input_shape[0] <= layer.filters
        self.convolution = Convolution(
            layer, place, computed=(2 * rows, 2 * columns), phases=2 if self._apart else 1, multiple=2
        )

    def buffers(self, count: int, training: bool) -> Buffers:
        buffers = self.convolution.buffers(count, training)
        shape = self.layout_shape(count, self.output_shape)
        rows, *row = self.convolution.strip_shape(shape[-1])
        buffers["y"] = (shape, self.dtype)
        buffers["bias row"] = ((2, *shape[2:]), self.dtype)
        if training:
            rows = 2 * shape[1]  # in the backward pass, all rows of one block
            buffers |= bias_buffers(shape, self.dtype)
            buffers["upper"] = ((*shape[:2], *row), BOOL)
            buffers["left"] = (shape, BOOL)
            buffers["positive"] = (shape[1:], BOOL)
        buffers["strip"] = ((rows, *row), self.dtype)
        buffers["larger"] = ((rows // 2, *row), self.dtype)
        return buffers

    def prepare(self, arrays: dict[str, Array]) -> None:
        self.convolution.prepare(arrays)

    def forward(self, x: Array, training: bool) -> Array:
        arrays = self.arrays_for(x, training)
        y, bias = arrays["y"], bias_row(self.layer.b, arrays)
        for block, part in enumerate(x):
            first_row = 0
            for strip in self.convolution.convolve(part, arrays):
                rows = slice(first_row, first_row + len(strip) // 2)
                first_row = rows.stop
                larger = arrays["larger"][: len(strip) // 2]
                out = y[block, rows]
                masks = (arrays["upper"][block, rows], arrays["left"][block, rows]) if training else None
                halve(strip[0::2], strip[1::2], larger, self._sides(larger), out, masks)
                add_relu(out, *bias, out)
        if training:
            self._x, self._y = x, y
        return y

    def backward(self, dy: Array) -> Array | None:
        arrays = self.arrays_for(dy, True)
        dx = self.convolution.gradients(self._x, self._halved_back(dy, arrays), arrays)
        bias_gradient(dy, arrays, self.layer.db)
        return dx

    def _halved_back(self, dy: Array, arrays: dict[str, Array]) -> Iterator[Array]:
        """∂L/∂(output of the convolution), one block after the other; dy becomes the gradient of ReLU's input."""
        convolved, larger = arrays["strip"], arrays["larger"]
        for block, part in enumerate(dy):
            relu_backward(self._y[block], part, arrays["positive"])
            masks = arrays["upper"][block], arrays["left"][block]
            halve_back(part, masks, larger, self._sides(larger), convolved[0::2], convolved[1::2])
            yield convolved

    def _sides(self, larger: Array) -> tuple[Array, Array]:
        """The even and the odd columns of rows."""
        if self._apart:
            return larger[:, 0], larger[:, 1]
        return larger[:, :, 0::2], larger[:, :, 1::2]
