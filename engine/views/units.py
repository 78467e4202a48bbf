"""Units: which of them are dead or saturated, and how far the last step moved the weights of each layer.

    dead       a unit with ReLU whose output is 0 for every image of the sample: it passes no gradient on, so these
               images cannot bring it back (Maas et al. 2013)
    saturated  a value of a unit with sigmoid or tanh where |f'(x)| < 5% of the largest |f'|: the gradient that passes
               is at most a twentieth of the largest one there (Glorot & Bengio 2010 describe this; they name no
               threshold, the 5% is ours). For sigmoid |x| > 4.36, for tanh |x| > 2.18.
    update ratio   ‖wₖ − wₖ₋₁‖ / ‖wₖ₋₁‖ of a layer's weights over the last iteration

The channels of a convolution are its units, and all places of a channel count. Units are measured after the
activation that follows their layer, also if batch norm or a pool comes between.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from engine.arrays import Array
from engine.norms import euclidean_norm
from engine.views.kind import Kind, View, finite
from engine.views.passes import Passed
from engine.views.subject import Subject
from engine.views.weight_layers import WeightLayer, weight_layers

#: A value is saturated where the derivative is below this share of its maximum.
SATURATED = 0.05
#: The largest derivative of each activation that saturates on both sides.
LARGEST_DERIVATIVE = {"sigmoid": 0.25, "tanh": 1.0}


class LostUnits:
    """Counts dead units and saturated values of some layers, while images pass through them.

    Args:
        layers: the layers with weights of a plain network (`engine.views.subject`).
    """

    def __init__(self, layers: Sequence[WeightLayer]) -> None:
        self._layers = layers
        self._fired = {layer.name: np.zeros(layer.units, np.bool_) for layer in layers}
        self._saturated = dict.fromkeys(self._fired, 0)
        self._values = dict.fromkeys(self._fired, 0)

    def add(self, seen: Passed) -> None:
        """Count the units for images that have passed."""
        for layer in self._layers:
            if layer.activation is None:
                continue
            if layer.activation.name == "relu":
                y = seen.outputs[layer.activation]
                self._fired[layer.name] |= (y != 0).any(axis=(0, *range(2, y.ndim)))
            elif layer.activation.name in LARGEST_DERIVATIVE:
                x = seen.inputs[layer.activation]
                low = SATURATED * LARGEST_DERIVATIVE[layer.activation.name]
                derivative = layer.activation.activation.derivative(x)
                self._saturated[layer.name] += int(np.count_nonzero(np.abs(derivative) < low))
                self._values[layer.name] += x.size

    def dead(self, layer: WeightLayer) -> float | None:
        """The share of a layer's units that are dead; None if its activation is not ReLU."""
        is_relu = layer.activation is not None and layer.activation.name == "relu"
        return float(1 - self._fired[layer.name].mean()) if is_relu else None

    def saturated(self, layer: WeightLayer) -> float | None:
        """The share of a layer's values that are saturated; None if its activation is not sigmoid or tanh."""
        values = self._values[layer.name]
        return self._saturated[layer.name] / values if values else None


def see(subject: Subject, options: Mapping[str, Any]) -> View:
    """The view: facts, and no arrays.

    Facts:
        sample: the number of test images that were looked at, the first ones.
        layers: for each layer with weights, lowest first:
            name: as in the metrics; type: "dense" or "conv2d"; activation: its name, or None.
            projection: whether it is the shortcut of a residual block.
            units: the number of its units.
            dead: the share of units that are dead, 0 to 1; None if the activation is not ReLU.
            saturated: the share of (unit, image) values that are saturated; None if it is not sigmoid or tanh.
            update_ratio: None if the weights before the last iteration are not known, or were all 0.
            moved: ‖W − W₀‖ / ‖W₀‖ since the start; None if W₀ is 0.
    """
    images, _ = subject.sample()
    layers = weight_layers(subject.network.layers)
    lost = LostUnits(layers)
    for seen in subject.passes(images):
        lost.add(seen)
    facts = []
    for layer in layers:
        activation = None if layer.activation is None else layer.activation.name
        facts.append(
            {
                "name": layer.name,
                "type": layer.type,
                "projection": layer.is_projection,
                "activation": activation,
                "units": layer.units,
                "dead": lost.dead(layer),
                "saturated": lost.saturated(layer),
                "update_ratio": _update_ratio(subject, layer.name),
                "moved": finite(subject.moved(layer.name)),
            }
        )
    return View({}, {"sample": len(images), "layers": facts})


def _update_ratio(subject: Subject, name: str) -> float | None:
    if subject.before is None:
        return None
    place = subject.trainer.network.weight_layers[name]
    before: Array = subject.before[place]
    length = euclidean_norm(before)
    moved = euclidean_norm(subject.trainer.network.vector[place] - before)
    return finite(moved / length) if length else None


KIND = Kind(see, needs_step=True)
