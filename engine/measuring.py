"""A measurement: what rules need to know of a training that is not in its rows. Every training is measured at stated
iterations, so that what is found does not depend on what anybody has opened.

A measurement passes the sample of `engine.views` (the first test images, at most 500) through a plain network with the
training's weights. It changes nothing in the training, and is the same whenever it is made at the same iteration.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.config import ExperimentConfig
from engine.plain_memory import SAMPLE
from engine.trainer import Trainer
from engine.views.subject import Subject
from engine.views.units import LostUnits
from engine.views.weight_layers import weight_layers

#: The passes of images for all measurements are at most this share of those for training, which are three for each
#: image of a batch; but a training is measured at least `LEAST` times, and at most `MOST` times.
SHARE = 0.01
LEAST, MOST = 4, 100


def every(config: ExperimentConfig, iterations: int) -> int:
    """After how many iterations a training is measured again. It is measured at its end as well.

    Args:
        iterations: of the training, with those before its forks.
    """
    times = int(SHARE * 3 * iterations * config.training.batch_size / SAMPLE)
    return max(1, -(-iterations // min(MOST, max(LEAST, times))))


def measure(trainer: Trainer) -> dict[str, Any]:
    """Facts about a training, as JSON values.

    Returns:
        sample: how many images passed.
        layers: for each layer with weights, lowest first: name, units, and the shares of dead units and of saturated
            values (see `engine.views.units`), or None.
        labels: how many of the images have each class.
        predicted: how many of them the network takes for each class; images whose logits are not finite are left out.
    """
    subject = Subject(trainer)
    images, labels = subject.sample()
    network = subject.network
    layers = weight_layers(network.layers)
    lost = LostUnits(layers)
    classes = len(subject.class_names)
    predicted = np.zeros(classes, np.intp)
    # what a training computes on its way to a divergence may overflow here as well
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for seen in subject.passes(images):
            lost.add(seen)
            logits = seen.outputs[network.layers[-1]]
            known = logits[np.isfinite(logits).all(axis=1)]
            predicted += np.bincount(known.argmax(axis=1), minlength=classes)
    return {
        "sample": len(images),
        "layers": [
            {"name": one.name, "units": one.units, "dead": lost.dead(one), "saturated": lost.saturated(one)}
            for one in layers
        ],
        "labels": np.bincount(labels, minlength=classes).tolist(),
        "predicted": predicted.tolist(),
    }
