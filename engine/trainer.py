"""The trainer: an experiment as an iterator of events.

    for event in Trainer(config).run():
        print(event.stream, event.values)

Every iteration draws a batch, takes one forward and one backward pass, and lets the optimizer step. Its event
holds the batch's loss and accuracy *before* the step, from that same forward pass. Iterations count from 1.

Randomness: one seed gives a stream of its own to each purpose (`STREAMS`), so two experiments that differ in
one choice share everything else: the same batches in the same order from the same first weights.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.config import ExperimentConfig
from engine.datasets import Dataset, load_dataset, noisy_labels
from engine.layers import Array
from engine.losses import cross_entropy_sum
from engine.network import build_network
from engine.optimizers import make_optimizer

#: Purposes of randomness; the number is part of the seed, so a new one must not change an old one's.
STREAMS = {"weights": 0, "batches": 1, "label_noise": 2, "evaluation": 3}

#: Images of one evaluation block: activations of such a block fit the cache.
EVALUATION_BLOCK = 500


@dataclass(frozen=True, slots=True)
class StepMetrics:
    """What one iteration measured, before its step. `loss` is the data's; `penalty` stands apart.

    `gradient_norms` and `weight_norms` are Euclidean, of each layer's weights, lowest layer first; gradients
    include the penalty's.
    """

    iteration: int
    loss: float
    accuracy: float
    penalty: float
    learning_rate: float
    gradient_norms: tuple[float, ...]
    weight_norms: tuple[float, ...]
    stream: str = "train"

    @property
    def values(self) -> tuple[float, ...]:
        return (
            self.iteration,
            self.loss,
            self.accuracy,
            self.penalty,
            self.learning_rate,
            *self.gradient_norms,
            *self.weight_norms,
        )


@dataclass(frozen=True, slots=True)
class EvaluationMetrics:
    """Accuracies (0 to 1) and mean losses without penalties, after an iteration's step."""

    iteration: int
    train_accuracy: float
    test_accuracy: float
    train_loss: float
    test_loss: float
    stream: str = "evaluation"

    @property
    def values(self) -> tuple[float, ...]:
        return (self.iteration, self.train_accuracy, self.test_accuracy, self.train_loss, self.test_loss)


Event = StepMetrics | EvaluationMetrics


@dataclass(frozen=True, slots=True)
class Divergence:
    """The loss became infinite or not a number; the likely reasons, the likeliest first."""

    iteration: int
    reasons: tuple[str, ...]


class Trainer:
    """One experiment, ready to train.

    Args:
        config: what to do.
        dataset: images and labels; by default those that the config names.
        data_dir: where data sets lie.
        cache_dir: where decoded data sets are shared between processes; without it they are decoded here.

    Raises:
        DatasetError: the data set is not there, or its files are damaged.
        ValueError: `dataset` does not fit the config.
    """

    def __init__(
        self,
        config: ExperimentConfig,
        dataset: Dataset | None = None,
        *,
        data_dir: Path | None = None,
        cache_dir: Path | None = None,
    ) -> None:
        self.config = config
        if dataset is None:
            dataset = load_dataset(config.dataset.name, data_dir=data_dir, cache_dir=cache_dir)
        if dataset.shape != config.dataset.source.shape:
            raise ValueError(f"images are {dataset.shape}; the network is for {config.dataset.source.shape}")
        self._generators = {
            purpose: np.random.default_rng([config.seed, number]) for purpose, number in STREAMS.items()
        }
        self._take(dataset)
        self.network = build_network(config, self._generators["weights"])
        self.optimizer = make_optimizer(config.optimizer, self.network.vector)
        self.learning_rate: float = config.optimizer["learning_rate"]
        self.iterations = config.iterations
        self.iteration = 0
        self.divergence: Divergence | None = None
        #: why training ended before its planned iterations, other than by divergence
        self.stop_reason: str | None = None
        layers = tuple(self.network.weight_layers)
        self.columns: dict[str, tuple[str, ...]] = {
            "train": (
                "iteration",
                "loss",
                "accuracy",
                "penalty",
                "learning_rate",
                *(f"gradient_norm/{layer}" for layer in layers),
                *(f"weight_norm/{layer}" for layer in layers),
            ),
            "evaluation": ("iteration", "train_accuracy", "test_accuracy", "train_loss", "test_loss"),
        }
        size = config.training.batch_size
        self._batch_images: Array = np.empty((size, self._images.shape[1]), self._images.dtype)
        self._batch_labels = np.empty(size, np.intp)
        self._order = np.empty(0, np.intp)  # of the epoch under way
        self._position = 0

    def _take(self, dataset: Dataset) -> None:
        """The images of the experiment: the first ones of the data set, as rows of numbers."""
        config = self.config.dataset
        dtype = np.dtype(self.config.dtype)
        self._shape = dataset.shape

        def rows(images: Array, count: int | None) -> Array:
            part = images[:count]
            return np.asarray(part.reshape(len(part), -1), dtype)

        self._images = rows(dataset.train_images, config.train_size)
        self._labels = np.asarray(dataset.train_labels[: config.train_size], np.intp)
        self._test_images = rows(dataset.test_images, config.test_size)
        self._test_labels = np.asarray(dataset.test_labels[: config.test_size], np.intp)
        if config.label_noise:
            self._labels = noisy_labels(
                self._labels, len(dataset.class_names), config.label_noise, self._generators["label_noise"]
            )
        size = self.config.training.evaluate_train_size
        if size < len(self._images):
            chosen = self._generators["evaluation"].choice(len(self._images), size, replace=False)
            chosen.sort()
            self._sample = self._images[chosen], self._labels[chosen]
        else:
            self._sample = self._images, self._labels

    # -- training --------------------------------------------------------------------------------

    def run(self) -> Iterator[Event]:
        """Train to the end: an event for each iteration, and one for each evaluation."""
        while events := self.advance():
            yield from events

    def advance(self) -> list[Event]:
        """One iteration: its metrics, then its evaluation where one is due; empty at the end.

        Evaluations come every `evaluate_every` iterations and after the last one. A loss that is not finite
        ends the run after its row.
        """
        if self.iteration >= self.iterations or self.divergence is not None:
            return []
        events: list[Event] = [self.step()]
        due = self.iteration % self.config.training.evaluate_every == 0
        if self.divergence is None and (due or self.iteration == self.iterations):
            events.append(self.evaluate(whole=self.iteration == self.iterations))
        return events

    def step(self) -> StepMetrics:
        """One iteration: batch, gradients, update."""
        # Overflow on the way to a divergence is expected, and reported once as what it is.
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            return self._step()

    def _step(self) -> StepMetrics:
        network = self.network
        images, labels = self._next_batch()
        network.loss_and_gradients(images.reshape(len(images), *self._shape), labels)
        self.iteration += 1
        correct = np.count_nonzero(network.logits.argmax(axis=1) == labels)
        gradient, vector = network.gradient, network.vector
        metrics = StepMetrics(
            self.iteration,
            network.data_loss,
            correct / len(labels),
            network.penalty_value,
            self.learning_rate,
            tuple([_norm(gradient[part]) for part in network.weight_layers.values()]),
            tuple([_norm(vector[part]) for part in network.weight_layers.values()]),
        )
        if math.isfinite(network.data_loss):
            if self.config.training.clip_norm is not None:
                _clip(gradient, self.config.training.clip_norm)
            self.optimizer.step(vector, gradient, self.learning_rate)
        else:
            self.divergence = Divergence(self.iteration, self._reasons(metrics))
        return metrics

    def _next_batch(self) -> tuple[Array, NDArray[np.intp]]:
        """The next images (rows) and labels, copied into arrays that are always the same ones."""
        size = self.config.training.batch_size
        generator = self._generators["batches"]
        if self.config.training.sampling == "with_replacement":
            chosen = generator.integers(0, len(self._images), size)
        else:
            if self._position >= len(self._order):
                self._order = generator.permutation(len(self._images))
                self._position = 0
            chosen = self._order[self._position : self._position + size]
            self._position += size
        # mode="clip" skips a check and a copy; the indices are in range by construction
        images, labels = self._batch_images[: len(chosen)], self._batch_labels[: len(chosen)]
        np.take(self._images, chosen, axis=0, out=images, mode="clip")
        np.take(self._labels, chosen, out=labels, mode="clip")
        return images, labels

    def _reasons(self, metrics: StepMetrics) -> tuple[str, ...]:
        reasons = []
        if self.learning_rate >= 0.01:
            reasons.append(f"the learning rate {self.learning_rate:g} is too large for this network")
        largest = max(metrics.weight_norms)
        if not math.isfinite(largest) or largest > 1e3:
            reasons.append(f"the weights have grown without bound (norm {largest:.3g})")
        if self.config.training.clip_norm is None:
            reasons.append("the gradients are not clipped")
        return tuple(reasons)

    # -- evaluation ------------------------------------------------------------------------------

    def evaluate(self, *, whole: bool = True) -> EvaluationMetrics:
        """Accuracy and loss on the test images and on the images trained on.

        Args:
            whole: measure all images trained on, as after the last iteration; else, as during training, a
                fixed random sample of at most `training.evaluate_train_size` of them.
        """
        train = (self._images, self._labels) if whole else self._sample
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            train_accuracy, train_loss = self._measure(*train)
            test_accuracy, test_loss = self._measure(self._test_images, self._test_labels)
        return EvaluationMetrics(self.iteration, train_accuracy, test_accuracy, train_loss, test_loss)

    def _measure(self, images: Array, labels: NDArray[np.intp]) -> tuple[float, float]:
        """Accuracy and mean loss."""
        correct = 0
        loss = 0.0
        for start in range(0, len(images), EVALUATION_BLOCK):
            block = images[start : start + EVALUATION_BLOCK]
            wanted = labels[start : start + EVALUATION_BLOCK]
            logits = self.network.forward(block.reshape(len(block), *self._shape))
            correct += int(np.count_nonzero(logits.argmax(axis=1) == wanted))
            loss += cross_entropy_sum(logits, wanted)
        return correct / len(images), loss / len(images)


def _norm(part: Array) -> float:
    """Euclidean norm; a product with itself is several times faster than `np.linalg.norm` here."""
    return math.sqrt(float(np.dot(part, part)))


def _clip(gradient: Array, limit: float) -> None:
    """Scale a gradient whose norm is above `limit` down to it (Pascanu et al. 2013)."""
    norm = _norm(gradient)
    if norm > limit:
        gradient *= limit / norm
