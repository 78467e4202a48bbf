"""Outputs near zero: the activation sparsity of each layer, counted while images pass."""

from __future__ import annotations

from collections.abc import Sequence

from engine.regularizers import count_small
from engine.views.passes import Passed
from engine.views.weight_layers import WeightLayer


class SmallOutputs:
    """Counts the outputs of some layers that are nearly 0 (|y| < 0.001), after the activation of each.

    With ReLU nearly all of these are exactly 0, and their share is what Glorot, Bordes & Bengio (2011, "Deep sparse
    rectifier neural networks") call the sparsity of a layer.

    Args:
        layers: of a plain network.
    """

    def __init__(self, layers: Sequence[WeightLayer]) -> None:
        self._layers = layers
        self._small = dict.fromkeys((layer.name for layer in layers), 0)
        self._values = dict.fromkeys(self._small, 0)

    def add(self, seen: Passed) -> None:
        """Some images have passed."""
        for layer in self._layers:
            values = seen.outputs[layer.output_layer].reshape(-1)
            self._small[layer.name] += count_small(values)
            self._values[layer.name] += values.size

    def share(self, layer: WeightLayer) -> float:
        """The share of a layer's (unit, image) outputs that are nearly 0."""
        return self._small[layer.name] / self._values[layer.name]
