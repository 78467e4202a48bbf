"""Weights as pictures: what each unit of a layer responds to.

The weights of a unit of a dense layer that sees the images have the shape of an image. Those of a filter of a
convolution are its kernel (channels, height, width).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from engine.arrays import Array
from engine.config import ExperimentConfig
from engine.errors import ConfigError
from engine.fields import Field
from engine.layers.layer import Shape
from engine.reasons import Reason
from engine.views.kind import Kind, View, finite
from engine.views.subject import Subject, weight_shapes

FIELDS = (
    Field("layer", "integer", 1, minimum=1, maximum=1000),
    Field("first", "integer", 0, minimum=0, maximum=1_000_000),
    Field("count", "integer", 40, minimum=1, maximum=256),
)


def check(config: ExperimentConfig, options: Mapping[str, Any]) -> None:
    """Refuse a layer whose weights are no pictures.

    Raises:
        ConfigError: there is no such layer, or it is a dense layer that does not see the images.
    """
    picture_shape(config, options["layer"])


def see(subject: Subject, options: Mapping[str, Any]) -> View:
    """`weights` (count, channels, height, width): of the units `first` to `first + count`.

    Facts:
        units: how many units the layer has.
        layers: how many layers have weights that are pictures, the lowest first.
        limit: the largest absolute value of all weights of the layer; None if one is not finite.
        moved: ‖W − W₀‖ / ‖W₀‖, where W₀ are the weights at the start; None if these are 0, or W is not finite.
    """
    shape = picture_shape(subject.config, options["layer"])
    W = subject.weights[str(options["layer"])]
    units = pictures(W, shape)
    first = options["first"]
    chosen = units[first : first + options["count"]]
    return View(
        {"weights": np.ascontiguousarray(chosen, np.float32)},
        {
            "layer": options["layer"],
            "first": first,
            "units": len(units),
            "layers": _drawable(subject.config),
            "limit": finite(np.abs(W).max()),
            "moved": finite(subject.moved(str(options["layer"]))),
        },
    )


def pictures(W: Array, shape: tuple[int, int, int]) -> Array:
    """The weights of a layer as pictures (units, channels, height, width), in the order of its units."""
    units = W.T if W.ndim == 2 else W  # a dense layer has a column for each unit
    return units.reshape(-1, *shape)


def _drawable(config: ExperimentConfig) -> int:
    """How many layers have weights that are pictures: all convolutions, or else the first dense layer."""
    return sum(len(shape) == 4 for shape in weight_shapes(config)) or 1


def picture_shape(config: ExperimentConfig, number: int) -> tuple[int, int, int]:
    """The shape of one unit's weights as a picture (channels, height, width).

    Raises:
        ConfigError: there is no such layer, or it is a dense layer that does not see the images.
    """
    shapes = weight_shapes(config)
    if number > len(shapes):
        text = (
            f"layer must be at most {len(shapes)}: this network has {len(shapes)} layers with weights, so there is no"
            f" layer {number}"
        )
        raise ConfigError(
            "range", "layer", Reason("no_such_layer", text, most=len(shapes)), {"maximum": len(shapes)}
        )
    shape = shapes[number - 1]
    if len(shape) == 4:
        return shape[1], shape[2], shape[3]
    source: Shape = config.dataset.source.shape
    if len(source) == 3 and shape[0] == np.prod(source) and number == 1:
        return source[0], source[1], source[2]
    text = f"the weights of layer {number} are no pictures: they do not belong to pixels"
    raise ConfigError("not_pictures", "layer", Reason("not_pictures", text, layer=number))


KIND = Kind(see, FIELDS, check)
