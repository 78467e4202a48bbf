"""A measurement: what rules and lessons need to know of a training that is not in its rows. Every training is measured
at stated iterations, so that what is found or said does not depend on what anybody has opened.

A measurement passes the sample of `engine.views` (the first test images, at most 500) through a plain network with the
training's weights. It changes nothing in the training, and is the same whenever it is made at the same iteration.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.config import ExperimentConfig
from engine.errors import ConfigError
from engine.plain_memory import SAMPLE
from engine.regularizers import share_of_small
from engine.trainer import Trainer
from engine.views.kind import finite
from engine.views.outputs import SmallOutputs
from engine.views.smoothness import smoothness
from engine.views.subject import Subject
from engine.views.units import LostUnits
from engine.views.weight_layers import weight_layers
from engine.views.weights import picture_shape, pictures

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
        layers: for each layer with weights, lowest first:
            name, units: as in the view `units`.
            dead, saturated: the shares of dead units and of saturated values (see `engine.views.units`), or None.
            small_weights: the share of its weights with |w| < 0.001 (`engine.regularizers.SMALL`).
            small_outputs: the share of (unit, image) outputs with |y| < 0.001: the layer's activation sparsity. Outputs
                are those behind its activation, as in the view `histograms`.
            smoothness: of its weights as pictures (see `engine.views.smoothness`); None if they are none.
            moved: ‖W − W₀‖ / ‖W₀‖ since the start. Only where the training has ended, as the first weights have to be
                made again; None if W₀ is 0, or there is not enough memory.
        labels: how many of the images have each class.
        predicted: how many of them the network takes for each class; images whose logits are not finite are left out.
    """
    # first, so that the first weights are gone before there is a plain network
    moved = _moved(trainer) if trainer.done else None
    subject = Subject(trainer)
    images, labels = subject.sample()
    network = subject.network
    layers = weight_layers(network.layers)
    lost = LostUnits(layers)
    outputs = SmallOutputs(layers)
    classes = len(subject.class_names)
    predicted = np.zeros(classes, np.intp)
    # what a training computes on its way to a divergence may overflow here as well
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for seen in subject.passes(images):
            lost.add(seen)
            outputs.add(seen)
            logits = seen.outputs[network.layers[-1]]
            known = logits[np.isfinite(logits).all(axis=1)]
            predicted += np.bincount(known.argmax(axis=1), minlength=classes)
        facts = [
            {
                "name": one.name,
                "units": one.units,
                "dead": lost.dead(one),
                "saturated": lost.saturated(one),
                "small_weights": share_of_small([network.vector[network.weight_layers[one.name]]]),
                "small_outputs": outputs.share(one),
                "smoothness": _smoothness(subject, one.name),
                **({} if moved is None else {"moved": moved[one.name]}),
            }
            for one in layers
        ]
    return {
        "sample": len(images),
        "layers": facts,
        "labels": np.bincount(labels, minlength=classes).tolist(),
        "predicted": predicted.tolist(),
    }


def _moved(trainer: Trainer) -> dict[str, float | None]:
    """How far the weights of each layer have moved since the start."""
    subject = Subject(trainer)
    names = trainer.network.weight_layers
    try:
        return {name: finite(subject.moved(name)) for name in names}
    except MemoryError:  # this is a figure of lessons alone, and training needs no more than before
        return dict.fromkeys(names)


def _smoothness(subject: Subject, name: str) -> float | None:
    try:
        shape = picture_shape(subject.config, int(name))
    except ConfigError:
        return None
    channels = pictures(subject.weights[name], shape)
    return smoothness(channels.reshape(-1, *shape[1:]))
