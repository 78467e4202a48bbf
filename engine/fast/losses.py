"""Losses without new arrays: softmax with cross entropy, value and gradient from one pass.

Inside, logits are transposed to (classes, batch): a sum over ten classes then adds ten long rows, which is
several times faster than a hundred sums of ten.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import losses
from engine.arrays import Array
from engine.fast.arrays import empty


class SoftmaxCrossEntropy(losses.SoftmaxCrossEntropy):
    """The loss of `engine.losses` for batches of one size. Arrays are made once; a step allocates nothing.

    Args:
        batch_size: images of every batch.
        classes: logits of an image.
        dtype: of the logits and the gradient.
    """

    def __init__(self, batch_size: int, classes: int, dtype: np.dtype[Any]) -> None:
        self._p: Array = empty((classes, batch_size), dtype)
        self._flat = self._p.reshape(-1)
        self.gradient = self._p.T
        self.correct = 0
        self._row: Array = np.empty(batch_size, dtype)
        self._sums: Array = np.empty(batch_size, dtype)
        self._picked: Array = np.empty(batch_size, dtype)
        self._bits = self._flat.view(f"i{self._p.itemsize}")
        self._columns = np.arange(batch_size)
        self._positions = np.empty(batch_size, np.intp)
        # numbers as arrays, so that calls need not convert them
        self._stride = np.asarray(batch_size, np.intp)
        self._batch_size: Array = np.asarray(batch_size, dtype)
        self._share: Array = np.asarray(1 / batch_size, dtype)
        self._zero: Array = np.zeros((), dtype)

    def __call__(self, logits: Array, labels: NDArray[np.intp]) -> float:
        """Mean loss of a batch; fills `gradient` and `correct`.

        Args:
            logits: (batch, classes).
            labels: (batch,) class indices.
        """
        p, row, picked, positions = self._p, self._row, self._picked, self._positions
        loss = self.evaluate(logits, labels)
        # divide by the sum and by N together, so the factor 1/N of the mean needs no pass of its own
        np.multiply(self._sums, self._batch_size, out=row)
        np.divide(p, row, out=p)
        np.take(self._flat, positions, out=picked, mode="clip")
        np.subtract(picked, self._share, out=picked)
        np.put(self._flat, positions, picked)
        return loss

    def evaluate(self, logits: Array, labels: NDArray[np.intp]) -> float:
        """Mean loss without a gradient; fills `correct`."""
        p, picked, positions = self._p, self._picked, self._positions
        np.multiply(labels, self._stride, out=positions)
        np.add(positions, self._columns, out=positions)
        self.shift(logits)
        np.take(self._flat, positions, out=picked, mode="clip")
        self.count_correct(labels)
        np.exp(p, out=p)
        np.add.reduce(p, axis=0, out=self._sums)
        return self.mean()

    def mean(self) -> float:
        """Mean of -log p[label] = log Σe^... - (logit[label] - max): exact where p itself would round to 0."""
        row = self._row
        np.log(self._sums, out=row)
        np.subtract(row, self._picked, out=row)
        return float(np.add.reduce(row)) / len(row)

    def shift(self, logits: Array) -> None:
        """p = logits - their maximum, transposed: e^x cannot overflow when the largest x is 0."""
        np.copyto(self._p, logits.T)
        np.maximum.reduce(self._p, axis=0, out=self._row)
        # 0 - max is never -0, so no sum below is -0 either; `count_correct` relies on this
        np.subtract(self._zero, self._row, out=self._row)
        np.add(self._p, self._row, out=self._p)

    def count_correct(self, labels: NDArray[np.intp]) -> None:
        """Count the images whose label has the largest logit, which is 0 after `shift`."""
        # counting zeros in the bits, as integers, is twice as fast, and right because there is no -0 after `shift`
        if self._bits.size - np.count_nonzero(self._bits) == len(labels):
            self.correct = len(labels) - int(np.count_nonzero(self._picked))
        else:  # an image has several largest logits, or NaN
            self.correct = int(np.count_nonzero(self._p.argmax(axis=0) == labels))
