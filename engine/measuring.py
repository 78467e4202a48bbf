"""A measurement: what rules and lessons need to know of a training that is not in its rows. Every training is measured
at stated iterations, so that what is found or said does not depend on what anybody has opened.

A measurement passes the sample of `engine.views` (the first test images, at most 500) through a plain network with the
training's weights. It changes nothing in the training, and is the same whenever it is made at the same iteration.
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import Any

import numpy as np

from engine.config import ExperimentConfig
from engine.errors import ConfigError
from engine.network import Network
from engine.plain_memory import SAMPLE, plain_bytes
from engine.regularizers import share_of_small
from engine.trainer import Trainer
from engine.views.kind import finite
from engine.views.outputs import SmallOutputs
from engine.views.smoothness import smoothness
from engine.views.subject import Subject, weight_shapes
from engine.views.units import LostUnits
from engine.views.weight_layers import weight_layers
from engine.views.weights import picture_shape, pictures

#: All measurements together pass at most this share of the images that training passes. Training counts three passes
#: for each image of a batch: one forward, and two of the same cost backward.
SHARE = 0.01
#: A training is measured about this many times at least (fewer if it is very short) and at most this many times,
#: whatever `SHARE` says.
MIN_MEASUREMENTS, MAX_MEASUREMENTS = 4, 100
#: A plain network of at most this size stays in memory from one measurement to the next.
KEPT_BYTES = 1 << 20


def interval(config: ExperimentConfig, iterations: int) -> int:
    """The number of iterations between two measurements of a training. It is measured at its end as well.

    Args:
        iterations: the length of the whole training; of a fork, with the iterations before it.
    """
    times = int(SHARE * 3 * iterations * config.training.batch_size / SAMPLE)
    times = min(MAX_MEASUREMENTS, max(MIN_MEASUREMENTS, times))
    return max(1, math.ceil(iterations / times))


class Measurer:
    """Measures trainings of one experiment, any number of times. What every measurement needs is made once and kept,
    if it is small."""

    def __init__(self, config: ExperimentConfig) -> None:
        self.config = config
        self._keeps_network = plain_bytes(config) <= KEPT_BYTES
        self._network: Network | None = None

    def measure(self, trainer: Trainer) -> dict[str, Any]:
        """Facts about a training as it is now, as JSON values. It is not changed.

        Returns:
            sample: how many images passed.
            layers: for each layer with weights, lowest first:
                name, units: as in the view `units`.
                dead, saturated: the shares of dead units and of saturated values (see `engine.views.units`), or None.
                small_weights: the share of its weights with |w| < 0.001 (`engine.regularizers.SMALL`).
                small_outputs: the share of (unit, image) outputs with |y| < 0.001: the layer's activation sparsity.
                    Outputs are those after its activation, as in the view `histograms`.
                smoothness: of its weights as pictures (see `engine.views.smoothness`); None if they are none.
                moved: ‖W − W₀‖ / ‖W₀‖, how far the weights have moved from the initial ones. Only where the training
                    has ended, as the initial weights have to be made again; None if W₀ is 0, or memory does not
                    suffice.
            labels: how many of the images have each class.
            predicted: for how many of the images each class is predicted; without images whose logits are not finite.
        """
        # before the plain network is built, so that the initial weights and that network are not in memory together
        moved = _moved(trainer) if trainer.done else None
        subject = Subject(trainer, network=self._network)
        images, labels = subject.sample()
        network = subject.network
        if self._keeps_network:
            self._network = network
        layers = weight_layers(network.layers)
        lost = LostUnits(layers)
        outputs = SmallOutputs(layers)
        classes = len(subject.class_names)
        predicted = np.zeros(classes, np.intp)
        # what a training computes on its way to a divergence may overflow here as well
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            for passed in subject.passes(images):
                lost.add(passed)
                outputs.add(passed)
                logits = passed.outputs[network.layers[-1]]
                finite_logits = logits[np.isfinite(logits).all(axis=1)]
                predicted += np.bincount(finite_logits.argmax(axis=1), minlength=classes)
            facts = [
                {
                    "name": layer.name,
                    "units": layer.units,
                    "dead": lost.dead(layer),
                    "saturated": lost.saturated(layer),
                    "small_weights": share_of_small([network.vector[network.weight_layers[layer.name]]]),
                    "small_outputs": outputs.share(layer),
                    "smoothness": self._smoothness(subject, layer.name),
                    **({} if moved is None else {"moved": moved[layer.name]}),
                }
                for layer in layers
            ]
        return {
            "sample": len(images),
            "layers": facts,
            "labels": np.bincount(labels, minlength=classes).tolist(),
            "predicted": predicted.tolist(),
        }

    def _smoothness(self, subject: Subject, name: str) -> float | None:
        shape = self._picture_shapes[name]
        if shape is None:
            return None
        return smoothness(pictures(subject.weights[name], shape).reshape(-1, *shape[1:]))

    @cached_property
    def _picture_shapes(self) -> dict[str, tuple[int, int, int] | None]:
        """The shape of one unit's weights as a picture, by the name of their layer; None if they are none."""
        numbers = range(1, 1 + len(weight_shapes(self.config)))
        return {str(number): _picture_shape(self.config, number) for number in numbers}


def measure(trainer: Trainer) -> dict[str, Any]:
    """Facts about a training as it is now; see `Measurer.measure`."""
    return Measurer(trainer.config).measure(trainer)


def _moved(trainer: Trainer) -> dict[str, float | None]:
    """How far the weights of each layer have moved since the start; None where it is not known."""
    subject = Subject(trainer)
    names = trainer.network.weight_layers
    try:
        return {name: finite(subject.moved(name)) for name in names}
    except MemoryError:  # only lessons use this figure, and the training itself has the memory that it needs
        return dict.fromkeys(names)


def _picture_shape(config: ExperimentConfig, number: int) -> tuple[int, int, int] | None:
    try:
        return picture_shape(config, number)
    except ConfigError:
        return None
