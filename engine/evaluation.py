"""Evaluation: accuracy and mean loss of a network on many images.

If accuracies are measured every ten iterations on 10,000 images, evaluations are three quarters of all work. So images
pass through the network in blocks that stay in the cache, the loss is computed for many logits at once, and pixels that
are zero in every image of a block are not multiplied (`engine.fast.empty_pixels`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.fast.arrays import empty
from engine.fast.empty_pixels import group
from engine.layers import Shape
from engine.levels import LEVELS, as_levels, as_numbers
from engine.memory import BLOCK, PLAIN_BLOCK, block_images, logits_at_once, lowest_dense
from engine.network import Network

#: Empty pixels are left out if they save at least this share of the multiplications; otherwise copying costs more.
ZERO_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class Block:
    """Images that pass through the network together.

    Attributes:
        images: (n, ...), as the network takes them, or as levels (see `engine.levels`).
        rows: the rows of the logits that belong to these images.
        pixels: the pixels that are used of each image; None: all of them.
        places: the indices of these images in the given set; None: they are in order, so `rows` says it.
    """

    images: Array
    rows: slice
    pixels: NDArray[np.intp] | None = None
    places: NDArray[np.intp] | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the network says of some images.

    Attributes:
        places: where the images are among those that were given to the evaluator (n,).
        labels: (n,).
        logits: (n, classes); the next pass overwrites them.
    """

    places: NDArray[np.intp]
    labels: NDArray[np.intp]
    logits: Array


class Evaluator:
    """Measures a network on one set of images.

    Args:
        images: (N, features), numbers or levels (see `engine.levels`).
        labels: (N,).
        shape: of one image.
        copy: whether images may be copied to leave out empty pixels, which pays if they are evaluated repeatedly.
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
        #: logits of the images that are evaluated together; of all images, unless that would be too large
        self._logits: Array = np.empty((logits_at_once(len(images), classes), classes), network.dtype)
        self._floats: Array = np.empty(0, network.dtype)
        self._dense = None if network.plan is None else lowest_dense(network.plan)
        # Made at the first evaluation, so that the first points of a run need not wait for it.
        self._blocks: list[Block] | None = None

    def measure(self, before_block: Callable[[], None] = lambda: None) -> tuple[float, float]:
        """Accuracy (0 to 1) and mean loss. `before_block` is called before each block of images, and may raise."""
        blocks = self._all_blocks()
        in_parts = len(self._logits) < len(self._labels)
        correct, loss = 0, 0.0
        first = 0
        for number, block in enumerate(blocks, 1):
            before_block()
            rows = slice(block.rows.start - first, block.rows.stop - first)
            self._logits[rows] = self._forward(block)
            following = blocks[number].rows.stop if number < len(blocks) else math.inf
            if following - first > len(self._logits):
                labels = self._labels[first : block.rows.stop]
                # the parts differ in their sizes: a loss for each of them would be as large as the logits
                function = self._network.loss_of(len(labels), keep=not in_parts)
                share = len(labels) / len(self._labels)
                loss += share * function.evaluate(self._logits[: len(labels)], labels)
                correct += function.correct
                first = block.rows.stop
        return correct / len(self._labels), loss

    def outcomes(self) -> Iterator[Outcome]:
        """What the network says of all images, block by block. The blocks together have each image once."""
        for block in self._all_blocks():
            rows = block.rows
            places = np.arange(rows.start, rows.stop) if block.places is None else block.places
            yield Outcome(places, self._labels[rows], self._forward(block))

    def _all_blocks(self) -> list[Block]:
        if self._blocks is None:
            self._blocks = self._without_empty_pixels() or self._in_order()
        return self._blocks

    def _forward(self, block: Block) -> Array:
        """The logits of a block."""
        network, dense, images = self._network, self._dense, block.images
        if block.pixels is None:
            if images.dtype == np.uint8:
                images = as_numbers(images, network.dtype, self._numbers(images))
            return network.forward(images)
        assert dense is not None
        W = self._W[: len(block.pixels)]
        np.take(dense.layer.W, block.pixels, axis=0, out=W, mode="clip")
        if images.dtype == np.uint8:
            W *= 1 / LEVELS  # scaling the weights takes less time than scaling the images
            images = self._numbers(images)
            np.copyto(images, block.images)
        with dense.on_some_inputs(W):
            return network.forward(images)

    def _numbers(self, images: Array) -> Array:
        """An array for the images of a block as numbers, which all blocks share."""
        if self._floats.size < images.size:
            most = max(block.images.size for block in self._blocks or ())
            self._floats = empty((most,), self._network.dtype)
        return self._floats[: images.size].reshape(images.shape)

    def _in_order(self) -> list[Block]:
        plan = self._network.plan
        size = PLAIN_BLOCK if plan is None else block_images(plan)
        count = len(self._images)
        parts = [slice(start, min(start + size, count)) for start in range(0, count, size)]
        return [Block(self._images[part].reshape(-1, *self._shape), part) for part in parts]

    def _without_empty_pixels(self) -> list[Block]:
        """Blocks of images that have the same pixels empty; [] if too few products would be saved."""
        if not (self._may_copy and self._dense):
            return []
        groups = group(self._images, self._shape, BLOCK)
        products = sum(len(members) * len(pixels) for members, pixels in groups)
        if products > (1 - ZERO_SHARE) * self._images.size:
            return []
        blocks = []
        start = 0
        for members, pixels in groups:
            part = slice(start, start + len(members))
            images = self._images[members[:, None], pixels]
            blocks.append(Block(as_levels(images), part, pixels, members))
            start = part.stop
        self._labels = self._labels[np.concatenate([members for members, _ in groups])]
        most = max(len(pixels) for _, pixels in groups)
        self._W: Array = empty((most, self._dense.layer.units), self._network.dtype)
        del self._images  # every image is in a block now
        return blocks
