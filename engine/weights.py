"""Weights by readable names: `3.dense.weights` are those of the third layer in
`config.network.layers`, a dense one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.arrays import Array
from engine.network import Network

#: The names of parameters in the formulas → in words. Other names, such as `gamma`, stay as they are.
WORDS = {"W": "weights", "b": "biases"}


def named_weights(network: Network, layers: Sequence[Mapping[str, Any]]) -> dict[str, Array]:
    """All parameters and running statistics of a network, layer by layer.

    Args:
        layers: the description of the network, `config.network.layers`.
    """
    held = {**network.parameters, **network.running}
    # the network's own names count only layers with parameters; the readable ones count all
    places = [place for place, layer in enumerate(network.layers) if layer.parameters]
    return {
        f"{place + 1}.{_readable(name, layers[place])}": held[f"{parameter_layer}.{name}"]
        for parameter_layer, place in enumerate(places, 1)
        for name in _names(network, place)
    }


def _names(network: Network, place: int) -> list[str]:
    layer = network.layers[place]
    return [*(spec.name for spec in layer.parameters), *layer.running]


def _readable(name: str, layer: Mapping[str, Any]) -> str:
    """A parameter's name with the type of its layer; in a residual block also with the inner layer's number."""
    part, _, rest = name.partition(".")
    if not rest:
        return f"{layer['type']}.{WORDS.get(name, name)}"
    if part == "projection":
        return f"{layer['type']}.projection.{WORDS.get(rest, rest)}"
    return f"{layer['type']}.{part}.{_readable(rest, layer['layers'][int(part) - 1])}"
