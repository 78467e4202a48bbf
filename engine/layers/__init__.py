"""The layer classes and their fields, by the layer's `type` in an experiment; and `build_layers`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.activations import ACTIVATIONS
from engine.fields import Field
from engine.layers import batch_norm, conv, dense, dropout, local_response_norm, pooling, residual
from engine.layers.activation import ActivationLayer
from engine.layers.batch_norm import BatchNorm
from engine.layers.conv import Conv2D
from engine.layers.dense import Dense
from engine.layers.dropout import Dropout
from engine.layers.flatten import Flatten
from engine.layers.layer import Layer, ParameterSpec, Shape
from engine.layers.local_response_norm import LocalResponseNorm
from engine.layers.pooling import AvgPool2D, MaxPool2D
from engine.layers.residual import Residual
from engine.reasons import Reason, reason_of

__all__ = [
    "FIELDS",
    "LAYERS",
    "Dense",
    "Layer",
    "ParameterSpec",
    "Shape",
    "ShapeError",
    "build_layers",
]

LAYERS: dict[str, type[Layer]] = {
    "dense": Dense,
    "activation": ActivationLayer,
    "flatten": Flatten,
    "dropout": Dropout,
    "batch_norm": BatchNorm,
    "conv2d": Conv2D,
    "max_pool2d": MaxPool2D,
    "avg_pool2d": AvgPool2D,
    "local_response_norm": LocalResponseNorm,
    "residual": Residual,
}

#: The fields of each type, without those that all types have, and those that all types with weights have.
_OWN_FIELDS: dict[str, Sequence[Field]] = {
    "dense": dense.FIELDS,
    "activation": (Field("name", "choice", choices=tuple(ACTIVATIONS)),),
    "flatten": (),
    "dropout": dropout.FIELDS,
    "batch_norm": batch_norm.FIELDS,
    "conv2d": conv.FIELDS,
    "max_pool2d": pooling.FIELDS,
    "avg_pool2d": pooling.FIELDS,
    "local_response_norm": local_response_norm.FIELDS,
    "residual": residual.FIELDS,
}
#: λ of the penalties on the outputs of a layer. Every layer has these fields.
ACTIVITY_FIELDS = (
    Field("activity_l1", "number", 0.0, minimum=0, maximum=100, scale="log"),
    Field("activity_l2", "number", 0.0, minimum=0, maximum=100, scale="log"),
)
#: Fields of the types in `WITH_WEIGHTS`. `penalized`: the experiment's penalties apply to the layer's weights.
#: `trainable`: the layer's weights and biases are trained.
WEIGHT_FIELDS = (
    Field("penalized", "boolean", True),
    Field("trainable", "boolean", True),
)
WITH_WEIGHTS = ("dense", "conv2d")
FIELDS: dict[str, Sequence[Field]] = {
    name: (*fields, *(WEIGHT_FIELDS if name in WITH_WEIGHTS else ()), *ACTIVITY_FIELDS)
    for name, fields in _OWN_FIELDS.items()
}
#: Field → its default value, for the fields that a layer's description leaves out while they have their default values.
#: No constructor takes them: they are attributes of `Layer`, which are set afterwards.
OMITTED_DEFAULTS = {field.name: field.default for field in (*WEIGHT_FIELDS, *ACTIVITY_FIELDS)}


class ShapeError(ValueError):
    """A layer cannot take the output of the layer before it.

    Attributes:
        place: the layer's position, counted from 0; for a layer in a block, the block's position, then the
            layer's position in the block.
        reason: why the layer cannot take this input.
        shapes: the output shapes of the layers before it; a block counts as one layer.
    """

    def __init__(self, place: tuple[int, ...], reason: Reason, shapes: list[Shape]) -> None:
        super().__init__(reason)
        self.place = place
        self.reason = reason
        self.shapes = shapes


def build_layers(descriptions: Sequence[dict[str, Any]], shape: Shape) -> list[Layer]:
    """Build layers from their descriptions. They have no weights yet.

    Args:
        descriptions: a layer's `type` and the values of its `FIELDS`, lowest layer first.
        shape: of one input of the lowest layer, (C, H, W) or (features,). Each further layer is built for the output
            shape of the layer before it.

    Raises:
        ShapeError: a layer cannot take the output of the layer before it.
    """
    built: list[Layer] = []
    for position, description in enumerate(descriptions):
        arguments = {
            name: value
            for name, value in description.items()
            if name != "type" and name not in OMITTED_DEFAULTS
        }
        try:
            if "layers" in arguments:  # a residual block, which contains layers
                arguments["layers"] = build_layers(arguments["layers"], shape)
            layer = LAYERS[description["type"]](shape, **arguments)
        except ValueError as error:
            place_in_block = error.place if isinstance(error, ShapeError) else ()
            shapes = [earlier.output_shape for earlier in built]
            raise ShapeError((position, *place_in_block), reason_of(error), shapes) from error
        for name in OMITTED_DEFAULTS.keys() & description.keys():
            setattr(layer, name, description[name])
        built.append(layer)
        shape = layer.output_shape
    return built
