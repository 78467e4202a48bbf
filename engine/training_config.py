"""The section `training` of an experiment: its length, batches, evaluations and early stopping."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine import schedules
from engine.dataset_config import DatasetConfig
from engine.early_stopping import parse_early_stopping
from engine.errors import ConfigError
from engine.fields import Field, join, parse, parse_named
from engine.layers import Layer
from engine.layers.residual import normalizes_single_values
from engine.reasons import Reason

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

#: Iterations between evaluations, if neither `evaluate_every` nor `epochs` is given.
EVALUATE_EVERY = 10


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """The length of training, its batches, and how often it is evaluated.

    `iterations` or `epochs` is set; the other is None. `evaluate_every` is in iterations; `evaluate_train_size` is how
    many training images are evaluated.
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


def parse_training(given: Any, dataset: DatasetConfig) -> TrainingConfig:
    """The section `training`, checked; `dataset` says how many images are trained on.

    Raises:
        ConfigError: a value is wrong; the error names the first wrong field, its bound and its value.
    """
    path = "training"
    values = parse(TRAINING_FIELDS, given, path, also=("iterations", "epochs"))
    epochs = EPOCHS.check(given.get("epochs"), join(path, "epochs"))
    iterations = given.get("iterations")
    if epochs is not None and iterations is not None:
        message = Reason("both_lengths", "training takes iterations or epochs, not both")
        raise ConfigError("range", join(path, "epochs"), message)
    if epochs is None:
        iterations = ITERATIONS.check(
            ITERATIONS.default if iterations is None else iterations, join(path, "iterations")
        )
    if values["batch_size"] > dataset.train_images and values["sampling"] == "epochs":
        message = Reason(
            "batch_of_epochs",
            f"training.batch_size must be at most {dataset.train_images:,}, the examples trained on, "
            f"when sampling by epochs, not {values['batch_size']:,}",
            most=dataset.train_images,
        )
        raise ConfigError("range", join(path, "batch_size"), message, {"maximum": dataset.train_images})
    if values["evaluate_every"] is None:
        per_epoch = math.ceil(dataset.train_images / values["batch_size"])
        values["evaluate_every"] = EVALUATE_EVERY if epochs is None else per_epoch
    if values["schedule"] is not None:
        values["schedule"] = parse_named(schedules.FIELDS, values["schedule"], join(path, "schedule"))
    if values["early_stopping"] is not None:
        values["early_stopping"] = parse_early_stopping(
            values["early_stopping"],
            join(path, "early_stopping"),
            has_validation=dataset.validation_images > 0,
            has_test=dataset.test_images > 0,
        )
    return TrainingConfig(iterations=iterations, epochs=epochs, **values)


def demand_variance(training: TrainingConfig, dataset: DatasetConfig, layers: Sequence[Layer]) -> None:
    """Refuse batches of one image if batch norm normalizes single values: a single value has no variance, and is
    always 0 when it is normalized.

    Raises:
        ConfigError: the batch size is 1, or the last batch of an epoch has one image.
    """
    size, images = training.batch_size, dataset.train_images
    in_last_batch = images % size if training.sampling == "epochs" else 0
    if size > 1 and in_last_batch != 1:
        return
    if not normalizes_single_values(layers):
        return
    path = "training.batch_size"
    if size == 1:
        text = f"{path} must be at least 2 with batch norm, not 1: one image has no variance"
        raise ConfigError("range", path, Reason("batch_of_one", text), {"minimum": 2})
    text = (
        f"{path} {size:,} leaves 1 of {images:,} examples for the last batch of an epoch, and batch norm needs 2:"
        " one image has no variance"
    )
    raise ConfigError("range", path, Reason("last_batch_of_one", text, size=size, images=images))
