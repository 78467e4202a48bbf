"""The experiment: everything that decides a training run, validated before anything is computed.

`ExperimentConfig.from_dict(document)` checks a JSON document and fills in every default; `.to_dict()` gives the
complete document back. Two equal documents train the same curve, bit for bit. The cost of an experiment is not checked
here: `engine.summary` computes it, and `engine.limits` checks it against the limits of the lab or the command line.

Its larger sections have files of their own: `dataset_config`, `network_config`, `training_config`.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine import optimizers, regularizers
from engine.dataset_config import DatasetConfig, parse_dataset
from engine.fields import Field, parse, parse_named
from engine.network_config import NetworkConfig, parse_network
from engine.training_config import TRAINING_FIELDS, TrainingConfig, demand_variance, parse_training

VERSION = 1

GENERAL_FIELDS = (
    Field("version", "integer", VERSION, minimum=VERSION, maximum=VERSION),
    Field("name", "text", "", maximum=200),
    Field("seed", "integer", 0, minimum=0, maximum=2**32 - 1),
    Field("dtype", "choice", "float32", choices=("float32", "float64")),
)


@dataclass(frozen=True, slots=True)
class RegularizationConfig:
    """Penalties on all weights: λ of L1 and of L2."""

    l1: float
    l2: float


@dataclass(frozen=True, slots=True)
class ExperimentConfig:
    """A whole experiment. Make one with `from_dict`.

    Attributes:
        version: of the document's format.
        name: what people call it; it changes no curve.
        optimizer: its `name`, and the values of its fields (`engine.optimizers.FIELDS`).
        seed: determines all random choices.
        dtype: of the network's numbers, "float32" or "float64".
    """

    version: int
    name: str
    dataset: DatasetConfig
    network: NetworkConfig
    optimizer: dict[str, Any]
    regularization: RegularizationConfig
    training: TrainingConfig
    seed: int
    dtype: str

    @classmethod
    def from_dict(cls, document: Mapping[str, Any], *, stored: bool = False) -> ExperimentConfig:
        """The experiment that a JSON document describes.

        Args:
            stored: whether the document was accepted before, when it was stored. Then rules that a later version has
                added are not applied, so that the runs of an earlier version stay readable.

        Raises:
            ConfigError: names the first field that is wrong, its bound and its value.
        """
        sections = ("dataset", "network", "optimizer", "regularization", "training")
        general = parse(GENERAL_FIELDS, document, "", also=sections)
        dataset = parse_dataset(document.get("dataset", {}))
        training = parse_training(document.get("training", {}), dataset)
        regularization = parse(regularizers.FIELDS, document.get("regularization", {}), "regularization")
        config = cls(
            dataset=dataset,
            network=parse_network(document.get("network", {}), dataset.source, stored=stored),
            optimizer=parse_named(
                optimizers.FIELDS, document.get("optimizer", {}), "optimizer", default="sgd", stored=stored
            ),
            regularization=RegularizationConfig(**regularization),
            training=training,
            **general,
        )
        if not stored:
            demand_variance(training, dataset, config.network.built)
        return config

    def to_dict(self) -> dict[str, Any]:
        """The complete JSON document; `from_dict` of it (with `stored=True` if it was made so) is equal to this
        experiment."""
        training = self.training
        length = (
            {"iterations": training.iterations} if training.epochs is None else {"epochs": training.epochs}
        )
        document = {
            "version": self.version,
            "name": self.name,
            "dataset": self.dataset.to_dict(),
            "network": {"layers": list(self.network.layers), "initializer": self.network.initializer},
            "optimizer": self.optimizer,
            "regularization": {"l1": self.regularization.l1, "l2": self.regularization.l2},
            "training": {
                **length,
                **{field.name: getattr(training, field.name) for field in TRAINING_FIELDS},
            },
            "seed": self.seed,
            "dtype": self.dtype,
        }
        return copy.deepcopy(document)

    @property
    def iterations_per_epoch(self) -> int:
        """Iterations that pass all training images once; the last one may have fewer images."""
        return math.ceil(self.dataset.train_images / self.training.batch_size)

    @property
    def iterations(self) -> int:
        """Planned iterations, also where epochs are given."""
        if self.training.epochs is not None:
            return self.training.epochs * self.iterations_per_epoch
        assert self.training.iterations is not None  # `parse_training` demands one of the two
        return self.training.iterations
