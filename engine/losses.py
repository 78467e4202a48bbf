"""Losses: how far a network's logits are from the labels, and in which direction they should move.

This file has the formulas. The trainer computes the same without a new array for each operation (`engine.fast.losses`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array


def log_softmax(logits: Array) -> Array:
    """log p of each class, p = exp(z) / Σ exp(z), (batch, classes).

    The largest logit is subtracted first. That changes no p, and exp cannot overflow.
    """
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p: Array = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return log_p


class SoftmaxCrossEntropy:
    """L = -mean(log p[label]) with p = softmax(logits), over a batch of N images.

    Softmax and cross entropy are one function, because together they have a simple gradient:

        ∂L/∂logits = (p - onehot) / N

    Attributes:
        gradient: ∂L/∂logits after a call, (batch, classes).
        correct: for how many images of the last call the largest logit was that of the label; among equal logits the
            first class counts as the largest.
    """

    gradient: Array
    correct = 0

    def __call__(self, logits: Array, labels: NDArray[np.intp]) -> float:
        """Mean loss of a batch; fills `gradient` and `correct`.

        Args:
            logits: (batch, classes).
            labels: (batch,) class indices.
        """
        onehot = np.eye(logits.shape[1], dtype=logits.dtype)[labels]
        self.gradient = (np.exp(log_softmax(logits)) - onehot) / logits.dtype.type(len(labels))
        return self.evaluate(logits, labels)

    def evaluate(self, logits: Array, labels: NDArray[np.intp]) -> float:
        """Mean loss without a gradient; fills `correct`. Arguments as above."""
        self.correct = int(np.count_nonzero(logits.argmax(axis=1) == labels))
        of_labels = np.take_along_axis(log_softmax(logits), labels[:, None], axis=1)
        return float(-of_labels.mean())
