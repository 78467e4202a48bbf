"""Pixels that a person drew or changed: one image as bytes 0 to 255 in base64, row by row, channel by channel."""

from __future__ import annotations

import base64
import binascii
import math

import numpy as np

from engine.arrays import Array
from engine.config import ExperimentConfig
from engine.errors import ConfigError
from engine.fields import REQUIRED, Field
from engine.levels import as_numbers
from engine.reasons import Reason

#: More than the largest image of any data set takes: three channels of 224 × 224 pixels.
MAX_CHARACTERS = 210_000

PIXELS = Field("pixels", "text", REQUIRED, maximum=MAX_CHARACTERS)


def demand_images(config: ExperimentConfig) -> None:
    """Refuse an experiment on points.

    Raises:
        ConfigError: its data set has no images.
    """
    if len(config.dataset.source.shape) != 3:
        text = f"this view needs a data set of images; {config.dataset.source.title} has none"
        raise ConfigError("shape", "view", Reason("view_needs_images", text))


def image_of(config: ExperimentConfig, pixels: str) -> Array:
    """The image (1, C, H, W) as numbers of the network's type.

    Args:
        pixels: C·H·W bytes in base64.

    Raises:
        ConfigError: `pixels` is something else.
    """
    shape = config.dataset.source.shape
    try:
        data = base64.b64decode(pixels, validate=True)
    except (binascii.Error, ValueError) as error:  # ValueError: a character that is not ASCII
        reason = Reason("not_base64", "pixels must be bytes in base64")
        raise ConfigError("type", "pixels", reason) from error
    wanted = math.prod(shape)
    if len(data) != wanted:
        text = f"pixels must be {wanted} bytes, one for each value of an image {shape}, not {len(data)}"
        reason = Reason("pixels_length", text, wanted=wanted, given=len(data))
        raise ConfigError("range", "pixels", reason, {"minimum": wanted, "maximum": wanted})
    return as_numbers(np.frombuffer(data, np.uint8), config.dtype).reshape(1, *shape)
