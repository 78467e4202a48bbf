"""All choices, bounds and defaults as JSON, from which the form is generated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine import (
    augmentation,
    config,
    dataset_config,
    datasets,
    early_stopping,
    initializers,
    layers,
    optimizers,
    presets,
    regularizers,
    schedules,
    training_config,
)
from engine.activations import ACTIVATIONS
from engine.fields import Field


def describe(data_dir: Path | None = None) -> dict[str, Any]:
    """All choices as JSON; `datasets[].available` says whether the files are in `data_dir`. Own data sets are not among
    them: these come and go, and not all people see each."""
    return {
        "version": config.VERSION,
        "defaults": config.ExperimentConfig.from_dict({}).to_dict(),
        "datasets": [dataset_status(name, data_dir) for name in datasets.catalog()],
        "dataset": _fields([_listed(field) for field in dataset_config.DATASET_FIELDS]),
        "augment": _fields(augmentation.FIELDS),
        "fold": _fields(dataset_config.FOLD_FIELDS),
        "activations": list(ACTIVATIONS),
        "layers": _registry(layers.FIELDS),
        "presets": _registry(presets.FIELDS),
        "initializers": _registry(initializers.FIELDS),
        "optimizers": _registry(optimizers.FIELDS),
        "regularization": _fields(regularizers.FIELDS),
        "training": _fields([*training_config.LENGTH_FIELDS, *training_config.TRAINING_FIELDS]),
        "schedules": _registry(schedules.FIELDS),
        "early_stopping": _fields(early_stopping.FIELDS),
        "general": _fields(config.GENERAL_FIELDS),
    }


def dataset_status(name: str, data_dir: Path | None = None) -> dict[str, Any]:
    """A data set for the form, with the presets that accept it, in `fitting`.

    Raises:
        DatasetError: there is none of this name.
    """
    return {**datasets.status(name, data_dir), "fitting": _fitting(name)}


def _fitting(name: str) -> list[str]:
    """The presets that accept the images of a data set."""
    source = datasets.source(name)
    return list(presets.presets_for(source.shape, len(source.class_names)))


def _listed(field: Field) -> Field:
    return replace(field, choices=tuple(datasets.catalog())) if field.name == "name" else field


def _fields(fields: Sequence[Field]) -> list[dict[str, Any]]:
    """The fields that a form can show; nested objects have their own entries."""
    return [field.describe() for field in fields if field.kind not in ("object", "layers")]


def _registry(registry: Mapping[str, Sequence[Field]]) -> dict[str, list[dict[str, Any]]]:
    return {name: _fields(fields) for name, fields in registry.items()}
