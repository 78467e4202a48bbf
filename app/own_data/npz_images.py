"""Images in the arrays of an NPZ file."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.own_data.brightness import FEW_LEVELS, Scale
from app.own_data.choices import Choices
from app.own_data.limits import Limits
from app.own_data.material import Material
from app.own_data.npy import Npy
from app.own_data.pairs import Pair, parts_of
from app.own_data.reasons import refusal, shorten
from app.own_data.stacks import Stack, read_stacks

#: Rows of numbers are images if their length is a square, and at least this one, 8 × 8.
_MIN_PIXELS = 64


@dataclass(frozen=True, slots=True)
class Layout:
    """How an array holds images. `arrange` makes (k, C, H, W) of a block."""

    channels: int
    height: int
    width: int
    arrange: Callable[[NDArray[Any]], NDArray[Any]]


def find_layout(array: Npy, scale: Scale) -> Layout | None:
    """How images lie in an array; None if it is a table.

    Raises:
        DatasetError: it is neither.
    """
    shape = array.shape[1:]
    if len(shape) == 1:
        side = math.isqrt(shape[0])
        is_square = side * side == shape[0] >= _MIN_PIXELS
        if (
            not is_square
            or scale.has_missing
            or scale.low != 0
            or scale.high not in (1, FEW_LEVELS, 255, 65535)
        ):
            return None
        return Layout(1, side, side, lambda block: block.reshape(len(block), 1, side, side))
    if len(shape) == 2:
        return Layout(1, shape[0], shape[1], lambda block: block[:, np.newaxis])
    last = shape[2] in (1, 3, 4) and not (shape[0] in (1, 3) and shape[1] == shape[2])
    if last:
        return Layout(min(3, shape[2]), shape[0], shape[1], lambda block: block.transpose(0, 3, 1, 2))
    if shape[0] in (1, 3):
        return Layout(shape[0], shape[1], shape[2], lambda block: block)
    values = {"file": array.file, "member": shorten(array.member.name)}
    raise refusal("read_array_shape", **values, there=str(array.shape))


def read_images(
    pairs: Sequence[Pair],
    codes: NDArray[np.int32],
    classes: list[str],
    layout: Layout,
    scale: Scale,
    choices: Choices,
    limits: Limits,
) -> Material:
    """The images of some pairs of arrays."""

    def blocks(array: Npy) -> Iterator[NDArray[np.uint8]]:
        for block in array.blocks():
            yield _opaque(scale.levels(layout.arrange(block)))

    stacks = [
        Stack(
            count=pair.inputs.count,
            channels=layout.channels,
            height=layout.height,
            width=layout.width,
            blocks=partial(blocks, pair.inputs),
        )
        for pair in pairs
    ]
    images, used = read_stacks(stacks, choices, limits, transpose=False)
    return Material(
        values=images,
        codes=codes,
        classes=classes,
        parts=parts_of(pairs),
        origin="npz",
        format="npz",
        image_choices=used,
        notes=list(scale.notes),
    )


def _opaque(levels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Images with a fourth channel, their opacity, before white."""
    if levels.shape[1] != 4:
        return levels
    opacity = levels[:, 3:].astype(np.uint32)
    mixed = levels[:, :3] * opacity + 255 * (255 - opacity)
    return ((mixed + 127) // 255).astype(np.uint8)
