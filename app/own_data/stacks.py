"""Turns images that a file holds as arrays into the images of a data set. They are read block by block, so that a file
of float64 values needs no more memory than the bytes made of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.own_data.choices import SIZES, Choices
from app.own_data.labels import demand_bytes
from app.own_data.limits import Limits
from app.own_data.squares import Shape, square

#: The side of images that are larger than a network is fed with.
_DEFAULT_SIZE = 32
#: How much red, green and blue count for brightness (ITU-R BT.601), of 65,536.
_BRIGHTNESS = (19595, 38470, 7471)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """Images of one size in a file. `blocks` gives them in order, as (k, C, H, W) uint8; C is 1 or 3."""

    count: int
    channels: int
    height: int
    width: int
    blocks: Callable[[], Iterator[NDArray[np.uint8]]]


def read_stacks(
    stacks: Sequence[Stack], choices: Choices, limits: Limits, *, transpose: bool
) -> tuple[NDArray[np.uint8], dict[str, Any]]:
    """All images of some stacks of one shape, one stack after the other, and the choices that they were made with.

    Args:
        transpose: exchange rows and columns, unless it was chosen otherwise.

    Raises:
        DatasetError: the arrays would be too large.
    """
    first = stacks[0]
    side = min(first.height, first.width)
    default = side if SIZES[0] <= side <= SIZES[1] else SIZES[0] if side < SIZES[0] else _DEFAULT_SIZE
    shape = Shape(
        size=choices.size or default,
        fit=choices.fit or "crop",
        colour=first.channels == 3 if choices.colour is None else choices.colour,
    )
    turned = transpose if choices.transpose is None else choices.transpose
    count = sum(stack.count for stack in stacks)
    demand_bytes(count * (shape.channels * shape.size**2 + 8), limits)
    images = np.empty((count, shape.channels, shape.size, shape.size), np.uint8)
    start = 0
    for stack in stacks:
        for block in stack.blocks():
            images[start : start + len(block)] = _shaped(block.swapaxes(2, 3) if turned else block, shape)
            start += len(block)
    used = {"size": shape.size, "fit": shape.fit, "colour": shape.colour, "transpose": turned}
    return images, used


def _shaped(block: NDArray[np.uint8], shape: Shape) -> NDArray[np.uint8]:
    """Images (k, C, H, W) with other channels and as squares."""
    if block.shape[2:] != (shape.size, shape.size):
        return np.stack([square(_image(values), shape) for values in block])
    if block.shape[1] == shape.channels:
        return block
    if shape.colour:
        return np.repeat(block, 3, axis=1)
    sums = sum(block[:, index].astype(np.uint32) * weight for index, weight in enumerate(_BRIGHTNESS))
    return ((np.asarray(sums) + 32768) >> 16).astype(np.uint8)[:, np.newaxis]


def _image(values: NDArray[np.uint8]) -> Image.Image:
    return Image.fromarray(np.ascontiguousarray(values[0] if len(values) == 1 else values.transpose(1, 2, 0)))
