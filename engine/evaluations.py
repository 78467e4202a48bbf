"""The evaluations of a trainer: loss and accuracy of its network on training, validation and test images."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.config import ExperimentConfig
from engine.evaluation import Evaluator
from engine.events import EvaluationMetrics
from engine.layers import Shape
from engine.network import Network
from engine.parts import Part, Parts
from engine.regularizers import share_of_small


class Evaluations:
    """Measures all parts at once.

    Args:
        labels: of the images trained on, with the label noise (N,).
        generator: draws the sample of the images trained on that is measured during training.

    Attributes:
        evaluators: for each part ("train", "test", "validation") that there is, what measures the network on it during
            training.
        sampled: which images trained on "train" measures, ascending; None: all.
    """

    def __init__(
        self,
        config: ExperimentConfig,
        network: Network,
        parts: Parts,
        labels: NDArray[np.intp],
        shape: Shape,
        generator: np.random.Generator,
    ) -> None:
        self._network = network
        self._images, self._labels, self._shape = parts.train.images, labels, shape
        self._counts_small = bool(config.regularization.l1)
        self.sampled: NDArray[np.intp] | None = None
        if config.training.evaluate_train_size < len(labels):
            self.sampled = generator.choice(len(labels), config.training.evaluate_train_size, replace=False)
            self.sampled.sort()
        self.evaluators = {"train": self._train_evaluator()}
        others: dict[str, Part | None] = {"test": parts.test, "validation": parts.validation}
        for name, part in others.items():
            if part is not None:
                self.evaluators[name] = Evaluator(network, part.images, part.labels, shape)

    def _train_evaluator(self) -> Evaluator:
        images, labels = self._images, self._labels
        if self.sampled is not None:
            images, labels = images[self.sampled], labels[self.sampled]
        return Evaluator(self._network, images, labels, self._shape)

    def measure(self, iteration: int, *, whole: bool) -> EvaluationMetrics:
        """Accuracy and loss of each part after an iteration.

        Args:
            whole: measure all images trained on, as after the last iteration; else, as during training, a fixed random
                sample of at most `training.evaluate_train_size` of them.
        """
        measured: dict[str, tuple[float, float]] = {}
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            for name, evaluator in self.evaluators.items():
                if name == "train" and whole and self.sampled is not None:
                    evaluator = Evaluator(self._network, self._images, self._labels, self._shape, copy=False)
                measured[name] = evaluator.measure()
        train_accuracy, train_loss = measured["train"]
        test_accuracy, test_loss = measured.get("test", (None, None))
        validation_accuracy, validation_loss = measured.get("validation", (None, None))
        return EvaluationMetrics(
            iteration,
            train_accuracy,
            test_accuracy,
            train_loss,
            test_loss,
            small_weights=share_of_small(self._weights()) if self._counts_small else None,
            validation_accuracy=validation_accuracy,
            validation_loss=validation_loss,
        )

    def _weights(self) -> list[Array]:
        return [self._network.vector[place] for place in self._network.weight_layers.values()]
