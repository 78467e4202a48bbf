"""Augmentation: training images are changed a little each time they are used, so that one image acts like many.

A data set says whether its images may be flipped (`Source.flippable`): a flipped photograph is still a photograph, but
a flipped 7 is not a digit.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from engine.arrays import Array
from engine.fields import Field

FIELDS = (
    Field("shift", "integer", 0, minimum=0, maximum=16),
    Field("rotate", "number", 0.0, minimum=0, maximum=180),
    Field("noise", "number", 0.0, minimum=0, maximum=10),
    Field("flip", "boolean", False),
)


class Augmentation:
    """Changes batches in place.

    Args:
        shift: move an image by up to this many pixels up, down, left or right.
        rotate: turn it around its centre by up to this many degrees, in either direction.
        noise: add noise with this standard deviation to every value.
        flip: swap left and right with probability ½.
        generator: the source of all random numbers.
    """

    #: About how many values are turned or made noisy at a time: this takes many times their bytes.
    BLOCK = 1 << 14

    def __init__(
        self, *, shift: int, rotate: float, noise: float, flip: bool, generator: np.random.Generator
    ) -> None:
        self.shift = shift
        self.rotate = rotate
        self.noise = noise
        self.flip = flip
        self._generator = generator

    def apply(self, images: Array) -> None:
        """Change a batch (N, C, H, W); a batch (N, features) can only get noise. Pixels that come from outside of the
        image are black."""
        generator, n = self._generator, len(images)
        size = max(1, self.BLOCK // images[0].size)
        blocks = [slice(start, start + size) for start in range(0, n, size)]
        if images.ndim == 4:
            if self.flip:
                for chosen in np.flatnonzero(generator.random(n) < 0.5):
                    images[chosen] = images[chosen, :, :, ::-1]
            if self.rotate:
                angles = np.radians(generator.uniform(-self.rotate, self.rotate, n))
                for block in blocks:
                    turn(images[block], angles[block])
            if self.shift:
                offsets = generator.integers(-self.shift, self.shift, (n, 2), endpoint=True)
                for image, (down, right) in zip(images, offsets, strict=True):
                    move(image, int(down), int(right))
        if self.noise:
            for block in blocks:
                part = images[block]
                part += generator.standard_normal(part.shape, np.float32) * np.float32(self.noise)


def move(image: Array, down: int, right: int) -> None:
    """Shift one image (C, H, W) in place."""
    _, height, width = image.shape
    moved = np.zeros_like(image)
    rows, columns = height - abs(down), width - abs(right)
    if rows > 0 and columns > 0:
        top, left = max(down, 0), max(right, 0)
        source = image[:, max(-down, 0) :, max(-right, 0) :]
        moved[:, top : top + rows, left : left + columns] = source[:, :rows, :columns]
    image[...] = moved


def turn(images: Array, angles: Array) -> None:
    """Rotate images (N, C, H, W) in place by angles (N,), counter-clockwise in radians, with bilinear interpolation.

    The value of each new pixel is read at the place that the rotation moves to this pixel.
    """
    n, channels, height, width = images.shape
    y = (np.arange(height) - (height - 1) / 2)[:, None]
    x = np.arange(width) - (width - 1) / 2
    cosine, sine = np.cos(angles)[:, None, None], np.sin(angles)[:, None, None]
    # row numbers increase downwards, so this is counter-clockwise on the screen; + 1 for the border of one black pixel
    from_x = np.clip(cosine * x - sine * y + (width - 1) / 2 + 1, 0, width + 0.999)
    from_y = np.clip(sine * x + cosine * y + (height - 1) / 2 + 1, 0, height + 0.999)
    left, top = from_x.astype(np.intp), from_y.astype(np.intp)
    right_share = (from_x - left).astype(images.dtype)[:, None]
    lower_share = (from_y - top).astype(images.dtype)[:, None]
    padded = np.zeros((n, channels, height + 2, width + 2), images.dtype)
    padded[:, :, 1:-1, 1:-1] = images
    rows = padded.reshape(n, channels, -1)

    def pick(dy: int, dx: int) -> Array:
        places = ((top + dy) * (width + 2) + left + dx).reshape(n, 1, -1)
        return np.take_along_axis(rows, places, axis=2).reshape(images.shape)

    upper = pick(0, 0) * (1 - right_share) + pick(0, 1) * right_share
    lower = pick(1, 0) * (1 - right_share) + pick(1, 1) * right_share
    images[...] = upper * (1 - lower_share) + lower * lower_share


def working_bytes(shape: Sequence[int]) -> int:
    """The most bytes beside a batch that changing it takes, for images of a shape; a few bytes for each image aside."""
    values = max(Augmentation.BLOCK, math.prod(shape))
    return 128 * values  # measured: 94 for each value of images in one colour and float64


def unsuitable(shape: tuple[int, ...], flippable: bool, given: dict[str, Any]) -> str | None:
    """The name of a setting that does not suit such images, or None."""
    if given["flip"] and not flippable:
        return "flip"
    if len(shape) != 3:
        return next((name for name in ("shift", "rotate") if given[name]), None)
    return None
