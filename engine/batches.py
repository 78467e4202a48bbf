"""Batches: the images of the next iteration, copied into arrays that are reused."""

from __future__ import annotations

import numpy as np
from numpy.typing import DTypeLike, NDArray

from engine.arrays import Array
from engine.fast.arrays import empty
from engine.levels import as_numbers

#: If all images as numbers take at most this many bytes, which fit in the processor's cache, they are converted once,
#: at the start.
FEW_BYTES = 1 << 22

#: Draws with replacement are made for this many batches at a time: a call of the generator costs as much as drawing a
#: thousand numbers. The numbers are the same as with one call for each batch.
DRAWN_BATCHES = 32


class Batches:
    """An endless sequence of batches.

    With the sampling "with_replacement", each image of a batch is drawn from all images. With "epochs", each epoch goes
    through all images in a new random order, and the last batch of an epoch may be smaller.

    Args:
        images: (N, ...), numbers or levels (see `engine.levels`); batches are of numbers.

    Attributes:
        count: how many images there are.
        order, position: the indices that were drawn, and how many of them were used.
    """

    def __init__(
        self,
        images: Array,
        labels: NDArray[np.intp],
        *,
        size: int,
        sampling: str,
        generator: np.random.Generator,
        dtype: DTypeLike,
    ) -> None:
        if images.size * np.dtype(dtype).itemsize <= FEW_BYTES:
            images = as_numbers(images, dtype)
        self._images = images
        self._labels = labels
        self._size = size
        self._with_replacement = sampling == "with_replacement"
        self._generator = generator
        self._drawn: Array = empty((size, *images.shape[1:]), images.dtype)
        self._batch_images = self._drawn if images.dtype == dtype else empty(self._drawn.shape, dtype)
        self._batch_labels = np.empty(size, np.intp)
        self.count = len(images)
        self.order: NDArray[np.intp] = np.empty(0, np.intp)
        self.position = 0

    def next(self) -> tuple[Array, NDArray[np.intp]]:
        """Images (n, ...) and labels (n,), valid until the next call; n is `size`, or less at an epoch's end."""
        if self.position >= len(self.order):
            if self._with_replacement:
                self.order = self._generator.integers(0, self.count, self._size * DRAWN_BATCHES)
            else:
                self.order = self._generator.permutation(self.count)
            self.position = 0
        chosen = self.order[self.position : self.position + self._size]
        self.position += len(chosen)
        images, labels = self._batch_images[: len(chosen)], self._batch_labels[: len(chosen)]
        drawn = self._drawn[: len(chosen)]
        # mode="clip" skips a check and a copy; the indices are in range by construction
        np.take(self._images, chosen, axis=0, out=drawn, mode="clip")
        if drawn.dtype != images.dtype:
            as_numbers(drawn, images.dtype, images)
        np.take(self._labels, chosen, out=labels, mode="clip")
        return images, labels
