"""Histograms of the weights, the gradients and the outputs of each layer with weights.

gradients   ∂L/∂W of the mean loss of the sample, penalties included, of the network as an evaluation runs it:
            without dropout, with batch norm's running means. Not clipped.
outputs     of the layer's units, after the activation that follows it, for the images of the sample
near zero   |x| < 0.001, as in the curve "small weights" (`engine.regularizers.SMALL`)
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from engine.arrays import Array
from engine.fields import Field
from engine.views.distribution import distribution
from engine.views.kind import Kind, View
from engine.views.subject import Subject
from engine.views.weight_layers import WeightLayer, weight_layers

FIELDS = (Field("bins", "integer", 40, minimum=2, maximum=200),)

#: At most this many outputs are counted, of all layers together. A layer with many outputs counts fewer images.
OUTPUTS = 2_000_000


def see(subject: Subject, options: Mapping[str, Any]) -> View:
    """For each layer with weights, "1" the lowest, `weights/1/counts` (bins,) int32 and `weights/1/edges` (bins + 1,)
    float32, and the same of `gradients/1` and `outputs/1`.

    Facts:
        sample: the number of test images, the first ones, that gave the gradients.
        layers: for each layer its name, type, activation and whether it is a block's projection, as in the view
            `units`; and for weights, gradients and outputs the facts of `engine.views.distribution`. Those of the
            outputs also say of how many images they are.
    """
    images, labels = subject.sample()
    layers = weight_layers(subject.network.layers)
    outputs = _outputs(subject, layers, images)
    gradient = subject.gradient(images, labels)
    arrays: dict[str, Array] = {}
    facts = []
    for layer in layers:
        place = subject.trainer.network.weight_layers[layer.name]
        kinds = {
            "weights": subject.trainer.network.vector[place],
            "gradients": gradient[place],
            "outputs": outputs[layer.name].reshape(-1),
        }
        about: dict[str, Any] = {
            "name": layer.name,
            "type": layer.type,
            "projection": layer.is_projection,
            "activation": None if layer.activation is None else layer.activation.name,
        }
        for kind, values in kinds.items():
            measured = distribution(values, options["bins"])
            arrays[f"{kind}/{layer.name}/counts"] = measured.counts
            arrays[f"{kind}/{layer.name}/edges"] = measured.edges
            about[kind] = measured.facts
        about["outputs"]["images"] = len(outputs[layer.name])
        facts.append(about)
    return View(arrays, {"sample": len(images), "layers": facts})


def _outputs(subject: Subject, layers: list[WeightLayer], images: Array) -> dict[str, Array]:
    """For each layer the outputs of its units (n, *shape) for the first images: as many as `OUTPUTS` allows."""
    most = OUTPUTS // len(layers)
    wanted = {layer.name: max(1, most // math.prod(layer.output_layer.output_shape)) for layer in layers}
    parts: dict[str, list[Array]] = {layer.name: [] for layer in layers}
    done = 0
    for seen in subject.passes(images[: max(wanted.values())]):
        for layer in layers:
            y = seen.outputs[layer.output_layer][: max(0, wanted[layer.name] - done)]
            # a copy: a part of an array would keep all of it in memory
            parts[layer.name].append(y.copy())
        done += len(seen.outputs[layers[-1].output_layer])
    return {name: np.concatenate(pieces) for name, pieces in parts.items()}


KIND = Kind(see, FIELDS)
