"""Losses: softmax with cross entropy, value and gradient from one pass."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class SoftmaxCrossEntropy:
    """L = -mean(log p[label]) with p = softmax(logits), for batches of one size.

    The two are one function because together they are simple: ∂L/∂logits = (p - onehot) / N.

    Arrays are made once; a step allocates nothing.
    """

    def __init__(self, batch_size: int, classes: int, dtype: np.dtype[Any]) -> None:
        #: ∂L/∂logits after a call, (batch, classes)
        self.gradient: Array = np.empty((batch_size, classes), dtype)
        self._sums: Array = np.empty((batch_size, 1), dtype)
        self._picked: Array = np.empty(batch_size, dtype)
        self._rows = np.arange(batch_size) * classes
        self._positions = np.empty(batch_size, np.intp)

    def __call__(self, logits: Array, labels: NDArray[np.intp]) -> float:
        """Mean loss of a batch; fills `gradient`.

        Args:
            logits: (batch, classes).
            labels: (batch,) class indices.
        """
        p = self.gradient
        np.max(logits, axis=1, keepdims=True, out=self._sums)
        np.subtract(logits, self._sums, out=p)  # e^x cannot overflow when the largest x is 0
        np.add(self._rows, labels, out=self._positions)
        flat = p.reshape(-1)
        np.take(flat, self._positions, out=self._picked, mode="clip")
        np.exp(p, out=p)
        np.sum(p, axis=1, keepdims=True, out=self._sums)
        p /= self._sums
        np.log(self._sums, out=self._sums)
        # log p[label] = logit[label] - max - log Σe^...: exact where p itself would round to 0
        loss = (float(self._sums.sum()) - float(self._picked.sum())) / len(p)
        flat[self._positions] -= 1
        p *= 1 / len(p)
        return loss


def cross_entropy_sum(logits: Array, labels: NDArray[np.intp]) -> float:
    """Σ over the batch of -log softmax(logits)[label], for evaluations; (batch, classes), (batch,)."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    picked = shifted[np.arange(len(labels)), labels]
    return float(np.log(np.exp(shifted).sum(axis=1)).sum() - picked.sum())
