"""One image as a square of bytes, whatever it was: rotated, transparent, with a palette, of 16 bits, of any size."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageOps

#: The formats that Pillow may read; its other decoders are not used.
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP")
#: A JPEG is decoded at a half, a fourth or an eighth of its size, as long as it stays this many times as large as the
#: square, in pixels on a side.
_SPARE = 2
#: Channels of an image without colours differ by at most this much, as JPEG rounds.
_GREY = 16
#: An image is made this small, in pixels on a side, to see whether it has colours.
_LOOKED_AT = 64
_WHITE = (255, 255, 255, 255)
#: The orientations in a file (EXIF) whose width is the height of the upright image.
_TURNED = (5, 6, 7, 8)

Image.MAX_IMAGE_PIXELS = None  # `_opened` has a bound of its own


class Unreadable(Exception):
    """An image that cannot be decoded."""


class TooManyPixels(Exception):
    """An image that would need too much memory."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What images become: their side in pixels, how they become a square, and with or without colours."""

    size: int
    fit: Literal["crop", "pad"]
    colour: bool

    @property
    def channels(self) -> int:
        return 3 if self.colour else 1


@dataclass(frozen=True, slots=True)
class Seen:
    """One image of a file: its width and height upright, whether it has colours, and whether it has more than 256
    levels."""

    width: int
    height: int
    is_coloured: bool
    is_deep: bool


def look(data: bytes, pixels: int) -> Seen:
    """What an image is.

    Args:
        data: the bytes of its file.
        pixels: the number of pixels that it may have.

    Raises:
        Unreadable, TooManyPixels: it cannot be used.
    """
    image, (width, height), is_deep = _opened(data, pixels, _LOOKED_AT)
    small = image if max(image.size) <= _LOOKED_AT else image.resize((_LOOKED_AT, _LOOKED_AT))
    colours = np.asarray(_over_white(small).convert("RGB")).astype(np.int16)
    is_coloured = bool((colours.max(2) - colours.min(2)).max() > _GREY)
    return Seen(width, height, is_coloured, is_deep)


def read_square(data: bytes, shape: Shape, pixels: int) -> tuple[NDArray[np.uint8], Seen]:
    """An image file as bytes (C, size, size), and what it is. Whether the image has colours is not examined:
    `is_coloured` is `shape.colour`.

    Args:
        data: the bytes of its file.
        pixels: the number of pixels that it may have.

    Raises:
        Unreadable, TooManyPixels: it cannot be used.
    """
    image, (width, height), is_deep = _opened(data, pixels, shape.size * _SPARE)
    return square(image, shape), Seen(width, height, shape.colour, is_deep)


def square(image: Image.Image, shape: Shape) -> NDArray[np.uint8]:
    """An upright image as bytes (C, size, size)."""
    image = _cropped(image, shape.size) if shape.fit == "crop" else _padded(image, shape.size)
    values = np.asarray(_over_white(image).convert("RGB" if shape.colour else "L"))
    return values.transpose(2, 0, 1) if shape.colour else values[np.newaxis]


def _opened(data: bytes, pixels: int, needed: int) -> tuple[Image.Image, tuple[int, int], bool]:
    """An image upright and in a mode that can be resized; its width and height in the file, upright; and whether it had
    more than 256 levels. A JPEG is decoded smaller than it is, but at least `needed` pixels on a side."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(BytesIO(data), formats=FORMATS) as image:
                width, height = image.size
                if width * height > pixels:
                    raise TooManyPixels
                is_deep = image.mode.startswith("I") or any(_is_deep(tile) for tile in image.tile)
                image.draft(None, (needed, needed))
                is_turned = image.getexif().get(ExifTags.Base.Orientation, 1) in _TURNED
                upright = ImageOps.exif_transpose(image)
                upright.load()
                size = (height, width) if is_turned else (width, height)
                return _resizable(upright), size, is_deep
    except (TooManyPixels, MemoryError):
        raise
    except Exception as error:  # decoders raise nearly everything at damaged files
        raise Unreadable from error


def _is_deep(tile: Any) -> bool:
    """Whether a part of a file has 16 bits for each value. Pillow keeps 8 of them, if the image has colours."""
    return isinstance(tile.args, str) and ";16" in tile.args


def _resizable(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):
        values = np.asarray(image).astype(np.uint32)
        return Image.fromarray(((values * 255 + 32767) // 65535).astype(np.uint8))
    if "transparency" in image.info:
        return image.convert("RGBA")
    modes = {"L": "L", "1": "L", "RGB": "RGB", "RGBA": "RGBA", "LA": "LA", "La": "LA", "RGBa": "RGBA"}
    mode = "RGBA" if image.mode == "PA" else modes.get(image.mode, "RGB")
    return image if image.mode == mode else image.convert(mode)


def _over_white(image: Image.Image) -> Image.Image:
    if image.mode not in ("RGBA", "LA"):
        return image
    image = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", image.size, _WHITE), image)


def _cropped(image: Image.Image, size: int) -> Image.Image:
    """The square in the middle."""
    width, height = image.size
    side = min(width, height)
    left, top = (width - side) // 2, (height - side) // 2
    box = (left, top, left + side, top + side)
    if side == size:
        return image.crop(box)
    return image.resize((size, size), Image.Resampling.BICUBIC, box=box, reducing_gap=3.0)


def _padded(image: Image.Image, size: int) -> Image.Image:
    """The whole image in a square of the colour that its corners have."""
    width, height = image.size
    longer = max(width, height)
    inner = (max(1, round(width * size / longer)), max(1, round(height * size / longer)))
    if inner != image.size:
        image = image.resize(inner, Image.Resampling.BICUBIC, reducing_gap=3.0)
    if inner == (size, size):
        return image
    values = np.asarray(image)
    corners = values[[0, 0, -1, -1], [0, -1, 0, -1]].reshape(4, -1)
    colour: Any = tuple(int(level) for level in np.median(corners, axis=0))
    padded = Image.new(image.mode, (size, size), colour if len(colour) > 1 else colour[0])
    padded.paste(image, ((size - inner[0]) // 2, (size - inner[1]) // 2))
    return padded
