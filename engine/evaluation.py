"""Evaluation: accuracy and mean loss of a network on many images, as fast as its products allow.

Where the accuracies are measured every ten iterations on 10,000 images, this is three quarters of all work.
What is saved: images go through in blocks that stay in the cache; the loss is computed once, for all logits
together; and pixels that are zero in every image (MNIST's border) are not multiplied.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.layers import Array, Dense, Shape
from engine.layers.dense import DenseRelu
from engine.losses import SoftmaxCrossEntropy
from engine.network import Network

#: Images of one block: their activations fit the cache.
BLOCK = 500
#: Pixels are left out when at least this share of them is always zero; for fewer the copy does not pay.
ZERO_SHARE = 0.05


class Evaluator:
    """Measures a network on one set of images.

    Args:
        images: (N, features), rows.
        labels: (N,).
        shape: of one image.
        copy: pixels may be left out, which copies the others; for sets that are measured again and again.
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
        self._loss = SoftmaxCrossEntropy(len(images), network.layers[-1].output_shape[0], network.dtype)
        self._logits: Array = np.empty((len(images), network.layers[-1].output_shape[0]), network.dtype)
        self._columns: NDArray[np.intp] | None = None
        lowest = network.steps[0]
        self._dense = lowest.dense if isinstance(lowest, DenseRelu) else lowest
        self._trimmed = not copy

    def _trim(self) -> None:
        """Leave out the pixels that are always zero. Not when made but when first used: a run's first points come
        before its first evaluation, and should not wait for this."""
        self._trimmed = True
        if not isinstance(self._dense, Dense):
            return
        used = np.flatnonzero(_any_row(self._images))
        if len(used) <= (1 - ZERO_SHARE) * self._images.shape[1]:
            self._columns = used
            self._images = np.ascontiguousarray(self._images[:, used])
            self._W: Array = np.empty((len(used), self._dense.units), self._network.dtype)

    def measure(self) -> tuple[float, float]:
        """Accuracy (0 to 1) and mean loss."""
        if not self._trimmed:
            self._trim()
        network, images = self._network, self._images
        if self._columns is not None:
            assert isinstance(self._dense, Dense)
            np.take(self._dense.W, self._columns, axis=0, out=self._W, mode="clip")
            with self._dense.on_columns(self._W):
                self._pass(network, images, images.shape[1:])
        else:
            self._pass(network, images, self._shape)
        loss = self._loss.evaluate(self._logits, self._labels)
        return self._loss.correct / len(images), loss

    def _pass(self, network: Network, images: Array, shape: Shape) -> None:
        for start in range(0, len(images), BLOCK):
            block = images[start : start + BLOCK]
            self._logits[start : start + BLOCK] = network.forward(block.reshape(len(block), *shape))


def _any_row(images: Array) -> NDArray[np.bool_]:
    """Which columns are anywhere not zero; block by block, without a mask as large as the images."""
    used = np.zeros(images.shape[1], np.bool_)
    for start in range(0, len(images), BLOCK):
        used |= images[start : start + BLOCK].any(axis=0)
    return used
