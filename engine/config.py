"""The experiment: everything that decides a training run, validated before anything is computed.

`ExperimentConfig.from_dict(document)` checks a JSON document and fills in every default; `.to_dict()` gives the
complete document back. Two equal documents train, bit for bit, the same curve.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine import (
    augmentation,
    datasets,
    early_stopping,
    initializers,
    layers,
    optimizers,
    presets,
    regularizers,
    schedules,
)
from engine.datasets.dataset import Source
from engine.errors import ConfigError
from engine.fields import Field, demand_object, join, parse, parse_named
from engine.layers import Shape, ShapeError, build_layers
from engine.limits import LIMITS, Limits
from engine.summary import summarize

VERSION = 1
MAX_LAYERS = 200
#: Residual blocks inside residual blocks.
MAX_DEPTH = 4

DATASET_FIELDS = (
    Field("name", "choice", "digits", choices=tuple(datasets.SOURCES)),
    Field("train_size", "integer", None, minimum=1, maximum=10_000_000, nullable=True),
    Field("test_size", "integer", None, minimum=1, maximum=10_000_000, nullable=True),
    Field("label_noise", "number", 0.0, minimum=0, maximum=1),
    Field("augment", "object", None, nullable=True),
    Field("fold", "object", None, nullable=True),
)
#: Cross-validation: of `folds` parts of the training images, train on all but part `index`, and test on that one.
FOLD_FIELDS = (
    Field("folds", "integer", 5, minimum=2, maximum=100),
    Field("index", "integer", 0, minimum=0, maximum=99),
)

ITERATIONS = Field("iterations", "integer", 1000, minimum=1, maximum=10_000_000, scale="log")
EPOCHS = Field("epochs", "integer", None, minimum=1, maximum=100_000, nullable=True)
LENGTH_FIELDS = (ITERATIONS, EPOCHS)
TRAINING_FIELDS = (
    Field("batch_size", "integer", 100, minimum=1, maximum=100_000, scale="log"),
    Field("sampling", "choice", "with_replacement", choices=("with_replacement", "epochs")),
    Field("evaluate_every", "integer", None, minimum=1, maximum=10_000_000, nullable=True),
    Field("evaluate_train_size", "integer", 2000, minimum=1, maximum=10_000_000),
    Field("clip_norm", "number", None, exclusive_minimum=0, maximum=1e6, nullable=True),
    Field("clip_value", "number", None, exclusive_minimum=0, maximum=1e6, nullable=True),
    Field("schedule", "object", None, nullable=True),
    Field("early_stopping", "object", None, nullable=True),
)

GENERAL_FIELDS = (
    Field("version", "integer", VERSION, minimum=VERSION, maximum=VERSION),
    Field("name", "text", "", maximum=200),
    Field("seed", "integer", 0, minimum=0, maximum=2**32 - 1),
    Field("dtype", "choice", "float32", choices=("float32", "float64")),
)

#: Iterations between evaluations where an experiment does not say.
EVALUATE_EVERY = 10


@dataclass(frozen=True, slots=True)
class DatasetConfig:
    """Which images, and how many of them: the first `train_size` in the order of the data set's own files."""

    name: str
    train_size: int | None
    test_size: int | None
    label_noise: float
    augment: dict[str, Any] | None
    fold: dict[str, int] | None

    @property
    def source(self) -> Source:
        return datasets.source(self.name)

    @property
    def train_images(self) -> int:
        """How many images are trained on."""
        chosen = self.train_size or self.source.train_size
        return chosen if self.fold is None else chosen - self._fold_size(chosen)

    @property
    def test_images(self) -> int:
        if self.fold is not None:
            return self._fold_size(self.train_size or self.source.train_size)
        return self.test_size or self.source.test_size

    def _fold_size(self, chosen: int) -> int:
        assert self.fold is not None
        return -((self.fold["index"] - chosen) // self.fold["folds"])


@dataclass(frozen=True, slots=True)
class NetworkConfig:
    """Layers from the images to the logits, each `{"type", ...}`, and how weights begin."""

    layers: tuple[dict[str, Any], ...]
    initializer: dict[str, Any]


@dataclass(frozen=True, slots=True)
class RegularizationConfig:
    """Penalties on all weights: λ of L1 and of L2."""

    l1: float
    l2: float


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """How long, in which batches, and how often the accuracies are measured.

    `iterations` or `epochs` is set; the other is None.
    """

    iterations: int | None
    epochs: int | None
    batch_size: int
    sampling: str
    evaluate_every: int
    evaluate_train_size: int
    clip_norm: float | None
    clip_value: float | None
    schedule: dict[str, Any] | None
    early_stopping: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class ExperimentConfig:
    """A whole experiment. Make one with `from_dict`."""

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
    def from_dict(cls, document: Mapping[str, Any], limits: Limits | None = LIMITS) -> ExperimentConfig:
        """The experiment that a JSON document describes.

        Args:
            limits: what it may cost; None for one that was accepted before.

        Raises:
            ConfigError: with the field, the bound and the value of the first thing that is wrong.
        """
        sections = ("dataset", "network", "optimizer", "regularization", "training")
        general = parse(GENERAL_FIELDS, document, "", also=sections)
        dataset = _dataset(document.get("dataset", {}))
        training = _training(document.get("training", {}), dataset)
        regularization = parse(regularizers.FIELDS, document.get("regularization", {}), "regularization")
        config = cls(
            dataset=dataset,
            network=_network(document.get("network", {}), dataset.source),
            optimizer=parse_named(
                optimizers.FIELDS, document.get("optimizer", {}), "optimizer", default="sgd"
            ),
            regularization=RegularizationConfig(**regularization),
            training=training,
            **general,
        )
        if limits is not None:
            limits.demand(summarize(config))
        return config

    def to_dict(self) -> dict[str, Any]:
        """The complete JSON document; `from_dict` of it is equal to this experiment."""
        training = self.training
        length = (
            {"iterations": training.iterations} if training.epochs is None else {"epochs": training.epochs}
        )
        document = {
            "version": self.version,
            "name": self.name,
            "dataset": {field.name: getattr(self.dataset, field.name) for field in DATASET_FIELDS},
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
        return math.ceil(self.dataset.train_images / self.training.batch_size)

    @property
    def iterations(self) -> int:
        """Planned iterations, also where epochs are given."""
        if self.training.epochs is not None:
            return self.training.epochs * self.iterations_per_epoch
        assert self.training.iterations is not None
        return self.training.iterations


def _dataset(given: Any) -> DatasetConfig:
    values = parse(DATASET_FIELDS, given, "dataset")
    source = datasets.source(values["name"])
    if values["augment"] is not None:
        path = "dataset.augment"
        values["augment"] = parse(augmentation.FIELDS, values["augment"], path)
        wrong = augmentation.unsuitable(source.shape, source.flippable, values["augment"])
        if wrong is not None:
            message = f"{path}.{wrong} does not suit {source.name}: it would make other images of them"
            raise ConfigError("range", f"{path}.{wrong}", message)
    if values["fold"] is not None:
        path = "dataset.fold"
        values["fold"] = fold = parse(FOLD_FIELDS, values["fold"], path)
        most = fold["folds"] - 1
        if fold["index"] > most:
            message = f"{path}.index must be at most {most}, counted from 0, not {fold['index']}"
            raise ConfigError("range", f"{path}.index", message, {"minimum": 0, "maximum": most})
        images = values["train_size"] or source.train_size
        if fold["folds"] > images:
            message = f"{path}.folds must be at most {images:,}, the images there are, not {fold['folds']}"
            raise ConfigError("range", f"{path}.folds", message, {"minimum": 2, "maximum": images})
    config = DatasetConfig(**values)
    for name, available in (
        ("train_size", config.source.train_size),
        ("test_size", config.source.test_size),
    ):
        asked = getattr(config, name)
        if asked is not None and asked > available:
            path = f"dataset.{name}"
            message = f"{path} must be at most {available:,}, the images of {config.name}, not {asked:,}"
            raise ConfigError("range", path, message, {"minimum": 1, "maximum": available})
    return config


def _training(given: Any, dataset: DatasetConfig) -> TrainingConfig:
    path = "training"
    values = parse(TRAINING_FIELDS, given, path, also=("iterations", "epochs"))
    epochs = EPOCHS.check(given.get("epochs"), join(path, "epochs"))
    iterations = given.get("iterations")
    if epochs is not None and iterations is not None:
        message = "training takes iterations or epochs, not both"
        raise ConfigError("range", join(path, "epochs"), message)
    if epochs is None:
        iterations = ITERATIONS.check(
            ITERATIONS.default if iterations is None else iterations, join(path, "iterations")
        )
    if values["batch_size"] > dataset.train_images and values["sampling"] == "epochs":
        message = (
            f"training.batch_size must be at most {dataset.train_images:,}, the images trained on, "
            f"when sampling by epochs, not {values['batch_size']:,}"
        )
        raise ConfigError("range", join(path, "batch_size"), message, {"maximum": dataset.train_images})
    if values["evaluate_every"] is None:
        per_epoch = math.ceil(dataset.train_images / values["batch_size"])
        values["evaluate_every"] = EVALUATE_EVERY if epochs is None else per_epoch
    if values["schedule"] is not None:
        values["schedule"] = parse_named(schedules.FIELDS, values["schedule"], join(path, "schedule"))
    if values["early_stopping"] is not None:
        values["early_stopping"] = parse(
            early_stopping.FIELDS, values["early_stopping"], join(path, "early_stopping")
        )
    return TrainingConfig(iterations=iterations, epochs=epochs, **values)


def _network(given: Any, source: Source) -> NetworkConfig:
    path = "network"
    demand_object(given, path)
    classes = len(source.class_names)
    initializer = parse_named(
        initializers.FIELDS, given.get("initializer", {}), "network.initializer", default="he_normal"
    )
    if "layers" in given:
        parse([], given, path, also=("layers", "initializer"))
        described = given["layers"]
    else:
        rest = {key: value for key, value in given.items() if key not in ("initializer",)}
        preset = parse_named(presets.FIELDS, rest, path, key="preset", default="mlp")
        if len(preset.get("hidden", ())) > presets.MAX_HIDDEN:
            message = (
                f"network.hidden must list at most {presets.MAX_HIDDEN} layers, not {len(preset['hidden'])}"
            )
            raise ConfigError("range", "network.hidden", message, {"maximum": presets.MAX_HIDDEN})
        described = presets.PRESETS[preset.pop("preset")](classes, **preset)
    return NetworkConfig(_layers(described, source.shape, classes), initializer)


def _layers(given: Any, shape: Shape, classes: int) -> tuple[dict[str, Any], ...]:
    """Check each layer by itself, then that each takes what the one below gives."""
    path = "network.layers"
    if not isinstance(given, (list, tuple)):
        raise ConfigError("type", path, f"{path} must be a list of layers")
    if not given:
        raise ConfigError("shape", path, "network.layers must have at least one layer; the network is empty")
    if len(given) > MAX_LAYERS:
        message = f"network.layers must have at most {MAX_LAYERS} layers, not {len(given)}"
        raise ConfigError("range", path, message, {"maximum": MAX_LAYERS})
    parsed = tuple(_layer(layer, f"{path}.{i}") for i, layer in enumerate(given))
    try:
        output = build_layers(parsed, shape)[-1].output_shape
    except ShapeError as error:
        where = f"{path}.{error.position}"
        raise ConfigError("shape", where, f"{where}: {error}") from error
    if output != (classes,):
        message = (
            f"network.layers.{len(given) - 1}: the last layer must give {classes} values, one for each class,"
            f" not {' × '.join(map(str, output))}"
        )
        raise ConfigError("shape", f"{path}.{len(given) - 1}", message, {"units": classes})
    return parsed


def _layer(given: Any, path: str, depth: int = 0) -> dict[str, Any]:
    """One layer's description, complete; penalties on its outputs only where there are any."""
    parsed = parse_named(layers.FIELDS, given, path, key="type")
    inner = parsed.get("layers")
    if inner is not None:
        if depth >= MAX_DEPTH or not 0 < len(inner) <= MAX_LAYERS:
            message = f"{path}.layers must hold 1 to {MAX_LAYERS} layers, at most {MAX_DEPTH} blocks deep"
            raise ConfigError("range", f"{path}.layers", message, {"minimum": 1, "maximum": MAX_LAYERS})
        parsed["layers"] = [_layer(one, f"{path}.layers.{i}", depth + 1) for i, one in enumerate(inner)]
    for penalty in layers.ACTIVITY_FIELDS:
        if not parsed[penalty.name]:
            del parsed[penalty.name]
    return parsed
