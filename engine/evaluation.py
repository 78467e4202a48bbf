"""Evaluation: accuracy and mean loss of a network on many images, as fast as its products allow.

Where the accuracies are measured every ten iterations on 10,000 images, this is three quarters of all work.
What is saved: images go through in blocks that stay in the cache; the loss is computed once, for all logits
together; and pixels that are zero in every image of a block are not multiplied (`engine.empty_pixels`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.empty_pixels import group
from engine.layers import Array, Dense, Shape
from engine.layers.dense import DenseRelu
from engine.losses import SoftmaxCrossEntropy
from engine.network import Network

#: Images of one block whose empty pixels are left out.
BLOCK = 500
#: Images of one block otherwise, such as through convolutions: their activations stay in the cache.
WHOLE_BLOCK = 200
#: Pixels are left out when at least this share of all products is with zeros; for fewer the copy does not pay.
ZERO_SHARE = 0.05


#: Levels of brightness above black in the files of all image data sets.
LEVELS = 255


def as_bytes(images: Array) -> Array:
    """Images as levels of brightness, 0 to 255, if they are such up to rounding; else as they are.

    A fourth of the memory to read; turning a block of bytes into numbers in the cache costs less than reading the
    numbers from outside of it. The division by 255 is done on the weights, which are fewer.
    """
    levels = np.rint(images * LEVELS)
    if not (levels.min() >= 0 and levels.max() <= LEVELS):
        return images
    rounding = 2 * np.finfo(images.dtype).eps
    return levels.astype(np.uint8) if np.allclose(levels / LEVELS, images, rounding, 0) else images


@dataclass(frozen=True, slots=True)
class Block:
    """Images that go through together.

    Attributes:
        images: (n, ...), as the network takes them, or as bytes (see `as_bytes`).
        rows: where their logits stand among all.
        pixels: what is left of each image; None: everything.
    """

    images: Array
    rows: slice
    pixels: NDArray[np.intp] | None = None


class Evaluator:
    """Measures a network on one set of images.

    Args:
        images: (N, features), rows.
        labels: (N,).
        shape: of one image.
        copy: images may be put in another order without their empty pixels, which copies them; for sets that are
            measured again and again.
    """

    def __init__(
        self,
        network: Network,
        images: Array,
        labels: NDArray[np.intp],
        shape: Shape,
        *,
        copy: bool = True,
    ) -> None:
        self._network = network
        self._images = images
        self._labels = labels
        self._shape = shape
        self._may_copy = copy
        classes = network.layers[-1].output_shape[0]
        self._loss = SoftmaxCrossEntropy(len(images), classes, network.dtype)
        self._logits: Array = np.empty((len(images), classes), network.dtype)
        lowest = network.steps[0]
        self._dense = lowest.dense if isinstance(lowest, DenseRelu) else lowest
        # Not made here but when first used: a run's first points come before its first evaluation, and should not
        # wait for it.
        self._blocks: list[Block] | None = None

    def measure(self) -> tuple[float, float]:
        """Accuracy (0 to 1) and mean loss."""
        if self._blocks is None:
            self._blocks = self._without_empty_pixels() or self._in_order()
        network, dense = self._network, self._dense
        for block in self._blocks:
            images = block.images
            if block.pixels is None:
                self._logits[block.rows] = network.forward(images)
                continue
            assert isinstance(dense, Dense)
            W = self._W[: len(block.pixels)]
            np.take(dense.W, block.pixels, axis=0, out=W, mode="clip")
            if images.dtype == np.uint8:
                W *= 1 / LEVELS
                images = self._floats[: images.size].reshape(images.shape)
                np.copyto(images, block.images)
            with dense.on_columns(W):
                self._logits[block.rows] = network.forward(images)
        loss = self._loss.evaluate(self._logits, self._labels)
        return self._loss.correct / len(self._labels), loss

    def _in_order(self) -> list[Block]:
        parts = [slice(at, at + WHOLE_BLOCK) for at in range(0, len(self._images), WHOLE_BLOCK)]
        return [Block(self._images[part].reshape(-1, *self._shape), part) for part in parts]

    def _without_empty_pixels(self) -> list[Block]:
        """Blocks of images that leave the same pixels empty; none where that does not pay."""
        if not (self._may_copy and isinstance(self._dense, Dense)):
            return []
        groups = group(self._images, self._shape, BLOCK)
        products = sum(len(members) * len(pixels) for members, pixels in groups)
        if products > (1 - ZERO_SHARE) * self._images.size:
            return []
        blocks = []
        at = 0
        for members, pixels in groups:
            part = slice(at, at + len(members))
            images = self._images[members[:, None], pixels]
            blocks.append(Block(as_bytes(images), part, pixels))
            at = part.stop
        self._floats: Array = np.empty(max(block.images.size for block in blocks), self._network.dtype)
        self._labels = self._labels[np.concatenate([members for members, _ in groups])]
        most = max(len(pixels) for _, pixels in groups)
        self._W: Array = np.empty((most, self._dense.units), self._network.dtype)
        del self._images  # every image is in a block now
        return blocks
