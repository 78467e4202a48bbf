"""Empty pixels: pixels that are zero in all images of a group need not be multiplied.

Such a pixel adds nothing to a product with the weights. Of MNIST's 784 pixels, 116 are zero in all 10,000 test
images. In groups of 250 similar images, 423 pixels are zero in the whole group: less than half of the product
remains, and less than half of the pixels must be read.

Groups are found by halving. The images of a group are sorted by how far they reach to the left, the right, the top or
the bottom, and the sorted list is cut in the middle. Of these four ways, the one with the most empty pixels is taken.

If there are few training images, a training step can leave out pixels too: with 300 images, 238 pixels are zero in
all.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array

Indices = NDArray[np.intp]


#: The smallest share of empty pixels that saves more than it costs to gather the weights of the other pixels and to
#: scatter their gradients.
WORTH_LEAVING = 0.1


def used_pixels(images: Array) -> Indices | None:
    """The indices of the pixels that are not 0 in all of the images (N, pixels); None if leaving out the others would
    save no time."""
    pixels = np.flatnonzero((images != 0).any(axis=0))
    return pixels if len(pixels) <= (1 - WORTH_LEAVING) * images.shape[1] else None


def group(images: Array, shape: tuple[int, ...], size: int) -> list[tuple[Indices, Indices]]:
    """Groups of about `size` images, each with the pixels that any of them uses.

    Args:
        images: (N, C·H·W), rows.
        shape: of one image. If it is not (C, H, W), the images stay in their order.

    Returns:
        For each group the indices of its images and of its pixels, ascending.
    """
    used = images != 0
    reaches = _reaches(used.reshape(-1, *shape)) if len(shape) == 3 else []
    return _halved(np.arange(len(images)), max(1, -(-len(images) // size)), used, reaches)


def _halved(
    members: Indices, count: int, used: NDArray[np.bool_], reaches: list[Indices]
) -> list[tuple[Indices, Indices]]:
    """These images in `count` groups."""
    if count == 1:
        return [(np.sort(members), np.flatnonzero(used[members].any(axis=0)))]
    middle = len(members) * (count // 2) // count
    ways = [members[np.argsort(reach[members], kind="stable")] for reach in reaches] or [members]
    best = min(ways, key=lambda way: _pixels(used, way[:middle]) + _pixels(used, way[middle:]))
    first = _halved(best[:middle], count // 2, used, reaches)
    return first + _halved(best[middle:], count - count // 2, used, reaches)


def _reaches(used: NDArray[np.bool_]) -> list[Indices]:
    """How many lines of each image (N, C, H, W) are empty before the first used one, counted from the top, the bottom,
    the left and the right. Of an empty image: 0."""
    ways = []
    for axis in (2, 3):  # lines of one row, of one column
        lines = np.asarray(used.any(axis=(1, 5 - axis)))
        ways += [lines.argmax(axis=1), lines[:, ::-1].argmax(axis=1)]
    return ways


def _pixels(used: NDArray[np.bool_], members: Indices) -> int:
    """How many pixels of a group must be multiplied: its used pixels, times its images."""
    return len(members) * int(np.count_nonzero(used[members].any(axis=0)))
