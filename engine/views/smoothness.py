"""Smoothness: whether neighbouring weights of a picture are alike, as in a stroke, or independent, as at random.

It is Moran's I (Moran 1950, "Notes on continuous stochastic phenomena"), the usual measure of how alike neighbours in
space are: the mean of (wᵢ − w̄)(wⱼ − w̄) over all pairs of weights beside or above each other, divided by the variance.
About 1: neighbours are alike; 0: they say nothing about each other; below 0: they are opposite, as on a chess board.
Independent weights have −1/(n − 1) in the mean, with n weights in a picture: −0.04 for a kernel of 5 × 5.
"""

from __future__ import annotations

import math

import numpy as np

from engine.arrays import Array
from engine.regularizers import PART


def smoothness(pictures: Array) -> float | None:
    """Moran's I of all pictures (count, height, width) together, each around its own mean.

    None if no weight has a neighbour, if all weights of each picture are equal, or if one is not finite.
    """
    count, height, width = pictures.shape
    pairs = count * (height * (width - 1) + (height - 1) * width)
    squares = products = 0.0
    at_once = max(1, PART // (height * width))  # so that no large array is made
    for start in range(0, count, at_once):
        part = pictures[start : start + at_once].astype(np.float64)
        part -= part.mean(axis=(1, 2), keepdims=True)
        squares += float(np.square(part).sum())
        products += float((part[:, :, 1:] * part[:, :, :-1]).sum() + (part[:, 1:] * part[:, :-1]).sum())
    if not pairs or not math.isfinite(squares) or not squares:
        return None
    return float((products / pairs) / (squares / pictures.size))
