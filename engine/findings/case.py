"""A case: what is known of a training at a moment, for the rules to look at."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from engine.config import ExperimentConfig
from engine.described_layers import at_any_depth
from engine.findings.finding import Sample
from engine.findings.rows import Numbers, Rows
from engine.layers.layer import ParameterSpec


@dataclass(frozen=True, slots=True)
class Measured:
    """A measurement at an iteration: the facts of `engine.measuring`."""

    iteration: int
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """A training at the moment of its last row.

    Attributes:
        config: its experiment; of a fork, that from its last fork on, with what was changed by hand.
        measured: what was measured in addition to its rows, earliest first; none if it was trained elsewhere.
    """

    rows: Rows
    config: ExperimentConfig
    measured: Sequence[Measured] = ()
    #: the last iteration of a training that has completed, perhaps before its time; else None
    ended_at: int | None = None

    @property
    def layers(self) -> list[str]:
        """The names of the layers with weights, the lowest first. Empty if the rows lack the norms of some layers, as
        rows that were recorded elsewhere may."""
        names = [str(number) for number in range(1, len(self.weight_specs) + 1)]
        columns = self.rows.train.keys()
        are_known = all(
            f"{norm}/{name}" in columns for name in names for norm in ("gradient_norm", "weight_norm")
        )
        return names if are_known else []

    def gradient(self, layer: str) -> Numbers:
        """The gradient norm of a layer in each iteration."""
        return self.rows.train[f"gradient_norm/{layer}"]

    def weight_norms(self) -> Numbers:
        """The Euclidean norm of all weights together before each iteration."""
        norms = [self.rows.train[f"weight_norm/{layer}"] for layer in self.layers]
        return np.asarray(np.sqrt(np.sum(np.square(norms), axis=0)), np.float64)

    @property
    def weight_specs(self) -> list[ParameterSpec]:
        """The weights of each layer that has some, in the order of `layers`."""
        return [spec for layer in self.config.network.built for spec in layer.parameters if spec.is_weight]

    @property
    def guess(self) -> float:
        """The loss of a network that gives each class the same probability: ln(classes)."""
        return math.log(len(self.config.dataset.source.class_names))

    @property
    def held_out(self) -> Literal["validation", "test"]:
        """The images that are not trained on: validation images, or without these the test images."""
        return "validation" if "validation_loss" in self.rows.evaluation else "test"

    def images(self, part: Literal["train", "validation", "test"]) -> int:
        """How many images of a part the last evaluation measured."""
        dataset, training = self.config.dataset, self.config.training
        if part != "train":
            return dataset.validation_images if part == "validation" else dataset.test_images
        counts = self._trained_on()
        return int(counts[-1]) if len(counts) else min(dataset.train_images, training.evaluate_train_size)

    def _trained_on(self) -> NDArray[np.int64]:
        """How many training images each evaluation measured: all of them at the end, and some before."""
        most = self.config.dataset.train_images
        end = self.config.iterations if self.ended_at is None else self.ended_at
        some = min(most, self.config.training.evaluate_train_size)
        return np.where(self.rows.evaluation["iteration"] >= end, most, some)

    def of_batches(self, rows: int) -> Sample:
        """The sample of a number that is taken over the batches of the last `rows` iterations."""
        return Sample("batch", self.config.training.batch_size, rows)

    def of_part(self, part: Literal["train", "validation", "test"], rows: int = 1) -> Sample:
        """The sample of a number that is taken over the last `rows` evaluations of a part."""
        return Sample(part, self.images(part), rows)

    def of_sample(self, images: int) -> Sample:
        """Some images of the part that views and measurements take their sample from."""
        dataset = self.config.dataset
        return Sample(
            "test" if dataset.test_images else "validation" if dataset.validation_images else "train", images
        )

    def spread(self, train: Numbers, held_out: Numbers) -> Numbers:
        """The standard error of the difference between the accuracy on training images and that on held-out images."""
        variances = train * (1 - train) / self._trained_on()
        variances += held_out * (1 - held_out) / self.images(self.held_out)
        return np.asarray(np.sqrt(np.maximum(variances, 0)), np.float64)

    def has(self, layer_type: str) -> bool:
        """Whether the network has a layer of this type, at any depth."""
        return any(layer["type"] == layer_type for layer in at_any_depth(self.config.network.layers))
