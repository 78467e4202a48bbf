"""Layers, by the type that an experiment names them with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.activations import ACTIVATIONS
from engine.fields import Field
from engine.layers.activation import ActivationLayer
from engine.layers.dense import Dense
from engine.layers.flatten import Flatten
from engine.layers.layer import Array, Layer, ParameterSpec, Shape

__all__ = ["FIELDS", "LAYERS", "Array", "Layer", "ParameterSpec", "Shape", "build_layers"]

LAYERS: dict[str, type[Layer]] = {
    "dense": Dense,
    "activation": ActivationLayer,
    "flatten": Flatten,
}

FIELDS: dict[str, Sequence[Field]] = {
    "dense": (Field("units", "integer", minimum=1, maximum=65_536),),
    "activation": (Field("name", "choice", choices=tuple(ACTIVATIONS)),),
    "flatten": (),
}


def build_layers(described: Sequence[dict[str, Any]], shape: Shape) -> list[Layer]:
    """The layers `{"type", ...}` for images of one shape, each for the output of the one below; no weights yet."""
    built: list[Layer] = []
    for config in described:
        rest = {name: value for name, value in config.items() if name != "type"}
        built.append(LAYERS[config["type"]](shape, **rest))
        shape = built[-1].output_shape
    return built
