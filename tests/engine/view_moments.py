"""Small trainings at random moments, and what views show of them computed independently."""

import base64
import contextlib
import math
import random
from functools import cache
from typing import Any

import numpy as np

from engine import ConfigError, ExperimentConfig, Trainer
from engine.layers.residual import Residual
from engine.views import KINDS, check, see

ITERATIONS = 40
#: what is trained → sections of its experiment
TRAININGS: dict[str, dict[str, Any]] = {
    "dense": {
        "network": {"preset": "mlp", "hidden": [12, 8], "activation": "sigmoid"},
        "dataset": {"name": "digits", "validation_size": 150, "label_noise": 0.2},
        "training": {"evaluate_train_size": 200},
    },
    "convolutional": {
        "network": {
            "layers": [
                {"type": "conv2d", "filters": 3, "kernel_size": 3, "padding": 1, "stride": 2},
                {"type": "activation", "name": "relu"},
                {"type": "max_pool2d", "size": 2},
                {"type": "flatten"},
                {"type": "dense", "units": 10},
            ]
        },
        "dataset": {"name": "digits", "test_size": 230},
        "optimizer": {"name": "adam"},
        "regularization": {"l1": 0.001, "l2": 0.01},
    },
    "residual": {
        "network": {
            "layers": [
                {"type": "conv2d", "filters": 4, "kernel_size": 3},
                {
                    "type": "residual",
                    "layers": [
                        {"type": "conv2d", "filters": 6, "kernel_size": 3, "stride": 2, "padding": 1},
                        {"type": "batch_norm"},
                        {"type": "activation", "name": "relu"},
                        {"type": "conv2d", "filters": 6, "kernel_size": 3, "padding": 1},
                    ],
                },
                {"type": "activation", "name": "relu"},
                {"type": "dense", "units": 10, "activity_l2": 0.01},
            ]
        },
        "dataset": {"name": "digits", "test_size": 120},
        "optimizer": {"name": "momentum", "learning_rate": 0.02},
    },
    "batch norm and dropout": {
        "network": {
            "layers": [
                {"type": "dense", "units": 12},
                {"type": "batch_norm"},
                {"type": "activation", "name": "tanh"},
                {"type": "dropout", "rate": 0.3},
                {"type": "dense", "units": 10},
            ]
        },
        "dataset": {"name": "digits"},
        "dtype": "float64",
    },
    "points": {
        "network": {"preset": "mlp", "hidden": [9, 7], "activation": "relu"},
        "dataset": {"name": "spirals"},
        "optimizer": {"name": "adam", "learning_rate": 0.01},
    },
}


def experiment(name: str, seed: int = 0) -> ExperimentConfig:
    sections = dict(TRAININGS[name])
    training = {"iterations": ITERATIONS, "batch_size": 20, "evaluate_every": 10}
    sections["training"] = training | sections.get("training", {})
    return ExperimentConfig.from_dict({"seed": seed, **sections})


class Moment:
    """A training after a random number of iterations, and the parameters before the last of them."""

    def __init__(self, name: str) -> None:
        self.name = name
        dice = random.Random(name)
        self.trainer = Trainer(experiment(name, dice.randrange(1000)))
        for _ in range(dice.randint(5, ITERATIONS - 1)):
            self.before = self.trainer.network.vector.copy()
            self.trainer.step()

    def see(self, kind: str, **options):
        return see(self.trainer, kind, check(kind, options, self.trainer.config), self.before)

    def twin(self):
        """A plain network with the same weights."""
        twin = Trainer(self.trainer.config, fast=False).network
        twin.vector[...] = self.trainer.network.vector
        for name, values in self.trainer.network.running.items():
            twin.running[name][...] = values
        return twin

    def probabilities(self, images):
        """Of the plain network, image by image."""
        twin = self.twin()
        logits = np.concatenate([twin.forward(image[None]) for image in images]).astype(np.float64)
        e = np.exp(logits - logits.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    def images(self, part: str):
        """The images of a part as numbers (N, *shape)."""
        images = getattr(self.trainer.parts, part).images
        numbers = images / 255 if images.dtype == np.uint8 else images
        return np.asarray(numbers, self.trainer.config.dtype).reshape(
            -1, *self.trainer.config.dataset.source.shape
        )


@cache
def moment_of(name: str) -> Moment:
    """The same moment of this training for all tests of a file: they only look at it."""
    return Moment(name)


#: the activation of each layer with weights
ACTIVATIONS = {
    "dense": ["sigmoid", "sigmoid", None],
    "convolutional": ["relu", None],
    "residual": [None, "relu", None, None, None],
    "batch norm and dropout": ["tanh", None],
    "points": ["relu", "relu", None],
}


def outputs_below(layers, x):
    """[(layer, input, output)] of every layer of a plain network, and its output; also of those in blocks."""
    found = []
    for layer in layers:
        before = x
        if isinstance(layer, Residual):
            inside, y = outputs_below(layer.inner, x)
            shortcut = x
            if layer.projection is not None:
                shortcut = layer.projection.forward(x, False)
                inside.append((layer.projection, x, shortcut))
            found += inside
            x = y + shortcut
        else:
            x = layer.forward(x, False)
        found.append((layer, before, x))
    return found, x


#: an image of the digits as a person might draw it, as bytes and as an option of views
DRAWN = bytes((7 * place) % 256 for place in range(64))
PIXELS = base64.b64encode(DRAWN).decode()


def fitting(config):
    """The kinds of views that fit an experiment, with their options."""
    drawn = base64.b64encode(bytes(math.prod(config.dataset.source.shape))).decode()
    found = {}
    for kind in KINDS:
        with contextlib.suppress(ConfigError):
            found[kind] = check(kind, {"pixels": drawn} if kind == "digit" else {}, config)
    return found
