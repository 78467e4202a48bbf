"""The layers with weights of a network, at any depth, each with the activation that its units have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.layers import LAYERS, Layer
from engine.layers.activation import ActivationLayer
from engine.layers.flatten import Flatten
from engine.layers.residual import Residual


@dataclass(frozen=True, slots=True)
class WeightLayer:
    """A layer with weights.

    Attributes:
        name: its name in the metrics: "1" is the lowest.
        layer: a dense layer or a convolution.
        activation: the first activation after it, before other weights, a sum or a flatten; None if there is none.
        is_projection: whether it brings the input of a residual block to the shape of its output.
    """

    name: str
    layer: Layer
    activation: ActivationLayer | None
    is_projection: bool = False

    @property
    def type(self) -> str:
        """`dense` or `conv2d`, as in the description of an experiment."""
        return next(name for name, kind in LAYERS.items() if type(self.layer) is kind)

    @property
    def units(self) -> int:
        """How many units a dense layer has, or channels a convolution gives."""
        return self.layer.output_shape[0]

    @property
    def output_layer(self) -> Layer:
        """The layer whose output is that of the units: the activation, or without one the layer itself."""
        return self.activation or self.layer


def weight_layers(layers: Sequence[Layer]) -> list[WeightLayer]:
    """In the order of `Network.weight_layers`, lowest first; the projection of a block after the block's layers."""
    return [
        WeightLayer(str(number), layer, activation, is_projection)
        for number, (layer, activation, is_projection) in enumerate(_walk(layers), 1)
    ]


def _walk(layers: Sequence[Layer]) -> Iterator[tuple[Layer, ActivationLayer | None, bool]]:
    for index, layer in enumerate(layers, 1):
        if isinstance(layer, Residual):
            yield from _walk(layer.inner)
            if layer.projection is not None:
                yield layer.projection, None, True
        elif _has_weights(layer):
            yield layer, _activation(layers[index:]), False


def _activation(following: Sequence[Layer]) -> ActivationLayer | None:
    for layer in following:
        if isinstance(layer, ActivationLayer):
            return layer
        if isinstance(layer, (Residual, Flatten)) or _has_weights(layer):
            return None
    return None


def _has_weights(layer: Layer) -> bool:
    return any(spec.is_weight for spec in layer.parameters)
