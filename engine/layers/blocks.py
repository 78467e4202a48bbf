"""Blocks: how images lie in memory while they pass through convolutions.

At the engine's surface a batch of images is (N, C, H, W). Between layers that work on neighbouring pixels it is

    (B, H, C, W, n)      N = B·n

with the images innermost. One pixel row of n images is then one contiguous run of memory, so gathering what lies
under a kernel is copying long rows, and what a convolution multiplies is a plain matrix without further copies. n
is small enough that the rows of one block stay in the cache.
"""

from __future__ import annotations

import math
from functools import lru_cache

from engine.arrays import Array
from engine.layers.layer import Layer, Shape

#: Images of one block, about: timed on the networks of the lessons, 16 to 64 is a flat optimum.
BLOCK_IMAGES = 32


@lru_cache(maxsize=64)
def block_size(count: int) -> int:
    """n for `count` images: the divisor that is nearest to `BLOCK_IMAGES` as a ratio.

    So 97 images, which nothing divides, are one block of 97: half as slow again as blocks of 32, and not twice.
    """
    divisors = (n for n in range(1, count + 1) if count % n == 0)
    return min(divisors, key=lambda n: max(n / BLOCK_IMAGES, BLOCK_IMAGES / n))


def images_in(x: Array, layout: str) -> int:
    """How many images an array holds."""
    return len(x) * x.shape[-1] if layout == "blocks" else len(x)


class ToBlocks(Layer):
    """(N, C, H, W) → (B, H, C, W, n)."""

    layout = "blocks"

    def memory(self, count: int, itemsize: int, training: bool) -> int:
        """y, and the images of the way back where they are needed."""
        return count * math.prod(self.input_shape) * itemsize * (1 + (training and self.needs_input_gradient))

    def forward(self, x: Array, training: bool) -> Array:
        n = block_size(len(x))
        channels, height, width = self.input_shape
        y = self.array("y", (len(x) // n, height, channels, width, n), x.dtype)
        y[...] = x.reshape(-1, n, *self.input_shape).transpose(0, 3, 2, 4, 1)
        return y

    def backward(self, dy: Array) -> Array | None:
        if not self.needs_input_gradient:
            return None
        return from_blocks(self, dy, self.input_shape)


class FromBlocks(Layer):
    """(B, H, C, W, n) → (N, C, H, W), which lies in memory as (C, H, W, N).

    With the images innermost on both sides, rows of n images are copied, not single numbers: twice as fast. The dense
    layer above multiplies a matrix either way round.
    """

    layout = "rows"

    def memory(self, count: int, itemsize: int, training: bool) -> int:
        """y and dx."""
        return count * math.prod(self.input_shape) * itemsize * (1 + training)

    def forward(self, x: Array, training: bool) -> Array:
        blocks, _, _, _, n = x.shape
        channels, height, width = self.input_shape
        y = self.array("y", (channels, height, width, blocks, n), x.dtype)
        y[...] = x.transpose(2, 1, 3, 0, 4)
        return y.reshape(channels, height, width, -1).transpose(3, 0, 1, 2)

    def backward(self, dy: Array) -> Array | None:
        n = block_size(len(dy))
        channels, height, width = self.input_shape
        dx = self.array("dx", (len(dy) // n, height, channels, width, n), dy.dtype)
        dx[...] = dy.reshape(-1, n, *self.input_shape).transpose(0, 3, 2, 4, 1)
        return dx


def from_blocks(layer: Layer, x: Array, shape: Shape) -> Array:
    """Images (N, C, H, W) out of blocks, in an array of `layer`."""
    blocks, _, _, _, n = x.shape
    y = layer.array("images", (blocks, n, *shape), x.dtype)
    y[...] = x.transpose(0, 4, 2, 1, 3)
    return y.reshape(-1, *shape)
