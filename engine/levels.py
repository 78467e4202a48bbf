"""Levels of brightness: images as bytes, 0 to 255 for 0 to 1, as in the files of all image data sets.

Levels take a fourth of the memory of numbers: on disk, in the memory that processes share, and in each batch. To take
100 of MNIST's 60,000 images at random takes 25 µs with levels, including the conversion in the cache, and 39 µs with
numbers.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import DTypeLike

from engine.arrays import Array

#: The level of white; black is 0.
LEVELS = 255

#: Images are converted this many at a time; all at once would need memory for three copies of the data set.
AT_ONCE = 1000


def as_levels(images: Array) -> Array:
    """Images as levels (uint8) if all their values are levels up to rounding; otherwise unchanged."""
    if images.dtype == np.uint8 or not images.size:
        return images
    levels = np.empty(images.shape, np.uint8)
    rounding = 2 * np.finfo(images.dtype).eps
    for start in range(0, len(images), AT_ONCE):
        part = images[start : start + AT_ONCE]
        rounded = np.rint(part * LEVELS)
        if not (rounded.min() >= 0 and rounded.max() <= LEVELS):
            return images
        if not np.allclose(rounded / LEVELS, part, rounding, 0):
            return images
        levels[start : start + AT_ONCE] = rounded
    return levels


def rounded_levels(images: Array) -> Array:
    """Images as levels (uint8), whatever their values from 0 to 1 are: each becomes the nearest level."""
    return images if images.dtype == np.uint8 else np.rint(images * LEVELS).astype(np.uint8)


def as_numbers(images: Array, dtype: DTypeLike, out: Array | None = None) -> Array:
    """Levels (uint8) as numbers from 0 to 1, in `out` if it is given; other images converted to `dtype`."""
    if images.dtype != np.uint8:
        return np.asarray(images, dtype)
    out = np.empty(images.shape, dtype) if out is None else out
    np.copyto(out, images)
    out *= 1 / LEVELS
    return out
