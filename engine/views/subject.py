"""The subject of a view: a training at a moment, which looking at it does not change.

Views pass images through a network of their own, which has the same weights. So they may take any pass, also one in
training mode, and the training goes on bit for bit as if no one had looked.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.config import ExperimentConfig
from engine.errors import ConfigError
from engine.evaluation import Evaluator
from engine.fields import Field
from engine.levels import as_numbers
from engine.losses import SoftmaxCrossEntropy, log_softmax
from engine.network import Network, build_network, empty_network
from engine.norms import euclidean_norm
from engine.parts import Part
from engine.plain_memory import SAMPLE, images_at_once
from engine.reasons import Reason
from engine.trainer import STREAMS, Trainer
from engine.views.passes import Passed, passed

#: The images that a view shows or counts, where there is a choice.
PART = Field("part", "choice", "test", choices=("test", "validation", "train"))
#: The most multiplications that the sample may take: for costly networks it has fewer images, but at least
#: `MIN_SAMPLE`.
MULTIPLY_ADDS = 80_000_000
MIN_SAMPLE = 20


class Subject:
    """A training at a moment.

    Args:
        trainer: is not changed.
        before: all parameters before the last iteration; None: not known, or there was no iteration.
        network: a plain one of `empty_network`, to be filled with the training's weights; None: one is built when it is
            needed.

    Attributes:
        iteration: how many iterations are done.
    """

    def __init__(
        self, trainer: Trainer, before: Array | None = None, *, network: Network | None = None
    ) -> None:
        self.config = trainer.config
        self.trainer = trainer
        self.iteration = trainer.iteration
        self.before = before
        self._given_network = network

    @cached_property
    def network(self) -> Network:
        """A plain network (see `engine.layers`) with the training's weights, running means and penalties."""
        network = self._given_network or empty_network(self.config, fast=False)
        trained = self.trainer.network
        network.vector[...] = trained.vector
        for name, values in trained.running.items():
            network.running[name][...] = values
        network.penalty.l1, network.penalty.l2 = trained.penalty.l1, trained.penalty.l2
        return network

    @property
    def class_names(self) -> tuple[str, ...]:
        return self.trainer.class_names

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one image, or of one point."""
        return self.config.dataset.source.shape

    @property
    def weights(self) -> dict[str, Array]:
        """The weights of each layer that has some, in their shape, by the layer's name in the metrics: "1" is the
        lowest. They are those of the training itself: do not change them."""
        network = self.trainer.network
        return {layer: network.parameters[name] for layer, name in network.weight_names.items()}

    def moved(self, layer: str) -> float | None:
        """How far the weights of a layer are from those at the start: ‖W − W₀‖ / ‖W₀‖. None if W₀ is 0."""
        part = self.trainer.network.weight_layers[layer]
        first, now = self.start[part], self.trainer.network.vector[part]
        length = euclidean_norm(first)
        return euclidean_norm(now - first) / length if length else None

    @cached_property
    def start(self) -> Array:
        """All parameters before the first iteration. A fork has the same as the run that it was forked from."""
        generator = np.random.default_rng([self.config.seed, STREAMS["weights"]])
        return build_network(self.config, generator, fast=False).vector

    def part(self, name: str) -> Part:
        """The images of a part: "train", "validation" or "test".

        Raises:
            ValueError: the experiment has no such part.
        """
        part: Part | None = getattr(self.trainer.parts, name)
        if part is None:
            raise ValueError(f"this experiment has no {name} examples")
        return part

    def evaluator(self, part: str) -> Evaluator:
        """What the training itself measures a part with: all test or validation images, or the sample of training
        images, with the label noise of the experiment. It passes images through the training's own network in
        evaluation mode, which changes nothing that training reads.

        Raises:
            ConfigError: the experiment keeps no validation examples back, or the test set stays closed.
        """
        check_part(self.config, part)
        return self.trainer.evaluations.evaluators[part]

    def sample(self, count: int = SAMPLE) -> tuple[Array, NDArray[np.intp]]:
        """The first test images (n, *shape), at most `count` of them, as numbers, and their labels (n,); validation or
        training images where the test set stays closed. If the network is so large that they would take
        seconds (see `MULTIPLY_ADDS`), they are fewer; their number is the same at every moment of a run."""
        part = self.part(shown_part(self.config))
        cost = sum(layer.multiply_adds for layer in self.network.layers)
        count = min(count, max(MIN_SAMPLE, MULTIPLY_ADDS // max(cost, 1)))
        return self.images(part, slice(count)), part.labels[:count]

    def images(self, part: Part, chosen: slice | NDArray[np.intp]) -> Array:
        """Some images of a part (n, *shape), as numbers of the network's type."""
        images = as_numbers(part.images[chosen], self.config.dtype)
        return images.reshape(len(images), *self.shape)

    def passes(self, x: Array) -> Iterator[Passed]:
        """What goes into each layer of the network, and what comes out, some images at a time.

        Args:
            x: images (N, *shape).
        """
        count = self._at_once
        for start in range(0, len(x), count):
            yield passed(self.network.layers, x[start : start + count])

    @property
    def _at_once(self) -> int:
        """How many images pass through the plain network at a time."""
        return images_at_once(self.network.layers, self.network.dtype.itemsize)

    def outputs(self, x: Array) -> Iterator[list[Array]]:
        """The outputs of each layer of the network, lowest first, some images at a time.

        Args:
            x: images (N, *shape).

        Yields:
            for each layer an array (n, *its output shape).
        """
        for seen in self.passes(x):
            yield [seen.outputs[layer] for layer in self.network.layers]

    def gradient(self, x: Array, labels: NDArray[np.intp]) -> Array:
        """The gradient of the mean loss of some images, as one vector like `Network.vector`: of the network as an
        evaluation runs it (no dropout, running means), with the penalties that training has at this moment.

        Args:
            x: images (N, *shape).
            labels: (N,).
        """
        network, loss = self.network, SoftmaxCrossEntropy()
        total = np.zeros_like(network.gradient)
        count = self._at_once
        for start in range(0, len(x), count):
            y = x[start : start + count]
            share = len(y) / len(x)
            for layer in network.steps:
                y = layer.forward(y, False)
            loss(y, labels[start : start + count])
            dy: Array | None = loss.gradient
            for layer in reversed(network.steps):
                assert dy is not None  # only fast steps leave it out
                dy = layer.backward(dy)
            network.gradient *= share
            total += network.gradient
        network.penalty.add(network.vector[: network.weights], total[: network.weights])
        return total

    def probabilities(self, x: Array) -> Array:
        """The probability of each class (N, classes) for images (N, *shape)."""
        return softmax(np.concatenate([outputs[-1] for outputs in self.outputs(x)]))


def softmax(logits: Array) -> Array:
    """The probability of each class (N, classes) float32; NaN where logits are not finite."""
    return np.asarray(np.exp(log_softmax(logits)), np.float32)


def weight_shapes(config: ExperimentConfig) -> list[tuple[int, ...]]:
    """The shapes of the weights of each layer that has some, lowest first; as `Subject.weights`, without a network."""
    specs = [spec for layer in config.network.built for spec in layer.parameters]
    return [spec.shape for spec in specs if spec.is_weight]


def shown_part(config: ExperimentConfig) -> str:
    """The part whose images are looked at where there is no choice: test images, unless the test set stays closed."""
    if config.dataset.test_images:
        return "test"
    return "validation" if config.dataset.validation_images else "train"


def check_part(config: ExperimentConfig, part: str) -> None:
    """Refuse a part that an experiment does not have.

    Raises:
        ConfigError: the experiment keeps no validation examples back, or the test set stays closed.
    """
    test, validation = config.dataset.test_images, config.dataset.validation_images
    choices = [
        name for name, is_there in (("test", test), ("train", True), ("validation", validation)) if is_there
    ]
    must = f"part must be {' or '.join(choices)}"
    bounds = {"choices": choices}
    if part == "test" and not test:
        text = f"{must}: the test set of this experiment stays closed"
        raise ConfigError("unknown_name", "part", Reason("view_test_closed", text), bounds)
    if part == "validation" and not validation:
        text = f"{must}: this experiment keeps no validation examples back"
        raise ConfigError("unknown_name", "part", Reason("view_no_validation", text), bounds)
