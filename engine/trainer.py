"""The trainer: an experiment as an iterator of events.

    for event in Trainer(config).run():
        print(event.stream, event.values)

Every iteration draws a batch, takes one forward and one backward pass, and lets the optimizer step. Its event
holds the batch's loss and accuracy *before* the step, from that same forward pass. Iterations count from 1.

Matrix products use one thread, from the first trainer of a process on: with two, the last bits would differ.

Randomness: each purpose (`STREAMS`) has its own stream of random numbers, and all of them follow from one seed. So two
experiments that differ in one setting share all else: the same batches in the same order, the same initial weights.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from engine import checkpoint, events
from engine.arrays import Array
from engine.augmentation import Augmentation
from engine.batches import Batches
from engine.config import ExperimentConfig
from engine.datasets import Dataset, load_dataset, noisy_labels
from engine.divergence import likely_causes
from engine.early_stopping import EarlyStopping
from engine.evaluations import Evaluations
from engine.events import Divergence, EvaluationMetrics, Event, StepMetrics
from engine.fast.empty_pixels import used_pixels
from engine.fast.optimizers import FAST
from engine.live import check_live
from engine.memory import lowest_dense, may_learn_on_fewer_pixels
from engine.network import build_network
from engine.norms import euclidean_norm
from engine.optimizers import OPTIMIZERS, clip_by_norm, make_optimizer
from engine.parts import parts_of
from engine.reasons import Reason
from engine.schedules import factor_at
from engine.threads import one_thread

__all__ = ["Divergence", "EvaluationMetrics", "Event", "StepMetrics", "Trainer"]

#: Purposes of randomness; the number is part of the seed, so a new one must not change an old one's.
STREAMS = {"weights": 0, "batches": 1, "label_noise": 2, "evaluation": 3, "dropout": 4, "augmentation": 5}

#: How many numbers NumPy converts at a time where an operation mixes types, such as a product with a mask. Besides
#: views, a step allocates nothing else. As fast as NumPy's default of 8,192.
CASTING_BUFFER = 1024

#: A network is called dead when all weight gradients are 0 for this many iterations in a row.
DEAD_AFTER = 50


class Trainer:
    """One experiment, ready to train.

    Args:
        config: the experiment.
        dataset: images and labels; by default the data set that the config names.
        data_dir: the folder of the data sets' files.
        cache_dir: the folder of decoded data sets, which processes share; None: decode into memory.
        fast: run the steps of `engine.fast`. If False, run the layers and the optimizer as their formulas, which takes
            up to seven times as long and gives the same curve, up to rounding.

    Attributes:
        network, optimizer: the network and its optimizer.
        data: identifies the content of the data set: the numbers of images, and a digest if known.
        parts: the images and labels that the experiment uses, without its label noise.
        evaluations: what measures the network on each part, with the label noise.
        class_names: the names of the classes, by their labels.
        learning_rate: the experiment's rate, before its schedule.
        iteration, iterations: how many are done, and how many are planned.
        divergence: set when the loss was not finite, which ends the run.
        first_loss: the loss of the first batch, before any step.
        zero_gradient_iterations: how many iterations in a row, up to the last one, had a gradient of exactly 0 for
            every weight.
        first_dead: the iteration at which the network first was dead, even if it learnt again later; None: never.
        stop_reason: why training ended early other than by divergence, or which weights it ended with if they are not
            the last ones; otherwise None.

    Raises:
        DatasetError: the data set is missing, or its files are damaged.
        ValueError: `dataset` does not fit the config.
    """

    def __init__(
        self,
        config: ExperimentConfig,
        dataset: Dataset | None = None,
        *,
        data_dir: Path | None = None,
        cache_dir: Path | None = None,
        fast: bool = True,
    ) -> None:
        one_thread()
        self.config = config
        self.fast = fast
        if dataset is None:
            dataset = load_dataset(config.dataset.name, data_dir=data_dir, cache_dir=cache_dir)
        source = config.dataset.source
        if dataset.shape != source.shape:
            raise ValueError(f"images are {dataset.shape}; the network is for {source.shape}")
        if len(dataset.class_names) > len(source.class_names):
            there, known = len(dataset.class_names), len(source.class_names)
            raise ValueError(f"there are {there} classes; the network is for {known}")
        self.data = {
            "train": len(dataset.train_labels),
            "test": len(dataset.test_labels),
            "digest": dataset.digest,
        }
        #: one stream of random numbers for each purpose
        self.generators = {
            purpose: np.random.default_rng([config.seed, number]) for purpose, number in STREAMS.items()
        }
        self.network = build_network(
            config, self.generators["weights"], self.generators["dropout"], fast=fast
        )
        self._shape = dataset.shape
        self.optimizer = make_optimizer(config.optimizer, self.network.learnt, FAST if fast else OPTIMIZERS)
        self.class_names = tuple(dataset.class_names)
        self.parts = parts_of(dataset, config.dataset, np.dtype(config.dtype))
        self._images, self._labels = self.parts.train.images, self.parts.train.labels
        if config.dataset.label_noise:
            self._labels = noisy_labels(
                self._labels,
                len(self.class_names),
                config.dataset.label_noise,
                self.generators["label_noise"],
            )
        self.batches = self._make_batches()
        self._augmentation = (
            None
            if config.dataset.augment is None
            else Augmentation(**config.dataset.augment, generator=self.generators["augmentation"])
        )
        self.evaluations = Evaluations(
            config, self.network, self.parts, self._labels, self._shape, self.generators["evaluation"]
        )
        self.learning_rate: float = config.optimizer["learning_rate"]
        self.iterations = config.iterations
        self.evaluate_every = config.training.evaluate_every
        if config.training.epochs is not None and len(self._images) < config.dataset.train_images:
            # only a part of the data set is on this machine, and an epoch is a pass through this part
            per_epoch = math.ceil(len(self._images) / config.training.batch_size)
            self.iterations = config.training.epochs * per_epoch
            self.evaluate_every = min(self.evaluate_every, per_epoch)
        self.iteration = 0
        self.divergence: Divergence | None = None
        self.first_loss = math.nan
        self.zero_gradient_iterations = 0
        self.first_dead: int | None = None
        self.stop_reason: str | None = None
        stopping = config.training.early_stopping
        self.early_stopping = None if stopping is None else EarlyStopping(**stopping)
        #: parameters and running state of the best evaluation, if early stopping restores them
        self.best: dict[str, Array] = {}
        parts = self.network.weight_layers.values()
        self._weights = [self.network.vector[part] for part in parts]
        self._weight_gradients = [self.network.gradient[part] for part in parts]
        self.columns = columns_of(config, tuple(self.network.weight_layers))

    def _make_batches(self) -> Batches:
        """The batches of the images trained on."""
        training = self.config.training
        return Batches(
            self._learnt_images(),
            self._labels,
            size=training.batch_size,
            sampling=training.sampling,
            generator=self.generators["batches"],
            dtype=np.dtype(self.config.dtype),
        )

    def _learnt_images(self) -> Array:
        """The images to draw batches from, (N, ...). If there are few and the first layer is dense, without the pixels
        that are 0 in all of them."""
        images = self._images
        dense = lowest_dense(self.network.plan) if self.network.plan else None
        if dense and may_learn_on_fewer_pixels(self.config, len(images)):
            pixels = used_pixels(images)
            if pixels is not None:
                dense.learn_on(pixels)
                return np.ascontiguousarray(images[:, pixels])
        return images.reshape(len(images), *self._shape)

    # -- training --------------------------------------------------------------------------------

    def run(self) -> Iterator[Event]:
        """Train to the end: an event for each iteration, and one for each evaluation."""
        while advanced := self.advance():
            yield from advanced

    @property
    def done(self) -> bool:
        """Whether training has ended: all iterations are done, the run has diverged, or it was stopped early."""
        return (
            self.iteration >= self.iterations or self.divergence is not None or self.stop_reason is not None
        )

    @property
    def dead(self) -> int | None:
        """If the network is dead now, the first iteration of the row in which all weight gradients were 0; else
        None."""
        count = self.zero_gradient_iterations
        return self.iteration - count + 1 if count >= DEAD_AFTER else None

    @property
    def reason(self) -> str | None:
        """Why training ended otherwise than planned; None if it went as planned."""
        if self.divergence is not None:
            return self.divergence.reason
        if self.stop_reason is None and (dead := self.dead) is not None:
            since = f"from iteration {dead:,} on the gradient of every weight is exactly 0"
            return Reason("dead", f"completed, but the network is dead: {since}", iteration=dead)
        return self.stop_reason

    def advance(self) -> list[Event]:
        """One iteration: its metrics, then its evaluation where one is due; empty at the end.

        Evaluations come every `evaluate_every` iterations and after the last one. A batch loss that is not finite ends
        the run after its row; so does the loss of the last evaluation. Early stopping ends it after an evaluation. If
        the best weights are restored, they are evaluated once more at the same iteration: the last evaluation is always
        that of the final weights, on all training images.
        """
        if self.done:
            return []
        step = self.step()
        advanced: list[Event] = [step]
        last = self.iteration == self.iterations
        if self.divergence is None and (last or self.iteration % self.evaluate_every == 0):
            metrics = self.evaluate(whole=last)
            restored = self._stops_with_best(metrics, last)
            if self.stop_reason is not None and not (last or restored):
                metrics = self.evaluate()
            advanced.append(metrics)
            if restored:
                metrics = self.evaluate()
                advanced.append(metrics)
            if self.done and not math.isfinite(
                metrics.train_loss + (metrics.test_loss or 0.0) + (metrics.validation_loss or 0.0)
            ):
                self.divergence = Divergence(self.iteration, self._causes(step), evaluated=True)
        return advanced

    def step(self) -> StepMetrics:
        """One iteration: batch, gradients, update."""
        # Before a divergence numbers overflow. This is expected, and reported once, as the divergence.
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            np.setbufsize(CASTING_BUFFER)  # restored at the end of the context, too
            return self._step()

    def _step(self) -> StepMetrics:
        network, training = self.network, self.config.training
        images, labels = self.batches.next()
        if self._augmentation is not None:
            self._augmentation.apply(images)
        network.loss_and_gradients(images, labels)
        rate = self.learning_rate * factor_at(training.schedule, self.iteration, self.iterations)
        self.iteration += 1
        gradient = network.learnt_gradient
        metrics = StepMetrics(
            self.iteration,
            network.data_loss,
            network.correct / len(labels),
            network.penalty_value,
            rate,
            tuple([euclidean_norm(part) for part in self._weight_gradients]),
            tuple([euclidean_norm(part) for part in self._weights]),
        )
        if self.iteration == 1:
            self.first_loss = network.data_loss
        is_zero = network.data_loss and not any(metrics.gradient_norms)
        self.zero_gradient_iterations = self.zero_gradient_iterations + 1 if is_zero else 0
        if self.first_dead is None:
            self.first_dead = self.dead
        if math.isfinite(network.data_loss):
            if training.clip_value is not None:
                np.clip(gradient, -training.clip_value, training.clip_value, out=gradient)
            if training.clip_norm is not None:
                clip_by_norm(gradient, training.clip_norm)
            self.optimizer.step(network.learnt, gradient, rate)
        else:
            self.divergence = Divergence(self.iteration, self._causes(metrics))
        return metrics

    def _causes(self, metrics: StepMetrics) -> tuple[Reason, ...]:
        return likely_causes(self.config, self.network, metrics, self.first_loss)

    def _stops_with_best(self, metrics: EvaluationMetrics, last: bool) -> bool:
        """Stop early if this evaluation says so. True if the best weights were restored and are not those that this
        evaluation measured."""
        stopping = self.early_stopping
        if stopping is None:
            return False
        improved = stopping.record(metrics)
        if improved and stopping.restore_best:
            self.best = {name: array.copy() for name, array in self._parameters_and_running().items()}
        best = stopping.best_in_words
        if stopping.exhausted and not last:
            self.stop_reason = Reason("stopped_early", f"stopped early: {best}", why=best)
        ending = last or self.stop_reason is not None
        if not (ending and self.best) or improved:
            return False
        why = self.stop_reason or Reason("completed", f"completed: {best}", why=best)
        self.stop_reason = Reason(
            "brought_back", f"{why}; the weights of that iteration were restored", why=why
        )
        for name, array in self._parameters_and_running().items():
            array[...] = self.best[name]
        return True

    def _parameters_and_running(self) -> dict[str, Array]:
        return {"vector": self.network.vector, **self.network.running}

    def set_live(
        self,
        *,
        learning_rate: float | None = None,
        l1: float | None = None,
        l2: float | None = None,
        dropout: float | None = None,
    ) -> None:
        """Change the settings that may change during training; those that are None stay.

        Args:
            dropout: the rate of every dropout layer.

        Raises:
            ConfigError: a value outside its interval, or `dropout` where there is none; nothing is changed.
        """
        given = {"learning_rate": learning_rate, "l1": l1, "l2": l2, "dropout": dropout}
        values = check_live(
            {name: value for name, value in given.items() if value is not None},
            has_dropout=self.network.dropout_rate is not None,
        )
        self.learning_rate = values.get("learning_rate", self.learning_rate)
        self.network.penalty.l1 = values.get("l1", self.network.penalty.l1)
        self.network.penalty.l2 = values.get("l2", self.network.penalty.l2)
        if "dropout" in values:
            self.network.dropout_rate = values["dropout"]

    # -- evaluation ------------------------------------------------------------------------------

    def evaluate(self, *, whole: bool = True) -> EvaluationMetrics:
        """Accuracy and loss on the images trained on and, if there are any, the test and the validation images.

        Args:
            whole: measure all images trained on, as after the last iteration; else, as during training, a
                fixed random sample of at most `training.evaluate_train_size` of them.
        """
        return self.evaluations.measure(self.iteration, whole=whole)

    # -- checkpoints -----------------------------------------------------------------------------

    def checkpoint(self) -> bytes:
        """Everything that the rest of the run depends on; see `engine.checkpoint`."""
        return checkpoint.save(self)

    @classmethod
    def restore(
        cls,
        data: bytes,
        dataset: Dataset | None = None,
        *,
        data_dir: Path | None = None,
        cache_dir: Path | None = None,
    ) -> Trainer:
        """A trainer that goes on where the checkpoint was made, bit for bit; other arguments as for `Trainer`.

        Raises:
            ValueError: `data` is not a checkpoint, or a damaged one.
            DatasetError: the data set has other images than the run began with.
        """
        config, fast, apply = checkpoint.load(data)
        trainer = cls(config, dataset, data_dir=data_dir, cache_dir=cache_dir, fast=fast)
        apply(trainer)
        return trainer


def columns_of(config: ExperimentConfig, layers: tuple[str, ...] = ()) -> dict[str, tuple[str, ...]]:
    """The names of each stream's values in a training of this experiment, whose network has these weight layers."""
    return events.columns(
        layers,
        small_weights=bool(config.regularization.l1),
        validation=config.dataset.validation_images > 0,
        test=config.dataset.test_images > 0,
    )
