"""What an experiment may be, what it costs, and what a fork would be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from typing_extensions import TypedDict

from app.answers.datasets import DatasetAnswer
from app.answers.shape import Number, answer
from engine.summary import LayerSummary, Summary


@answer
class OptionsAnswer(TypedDict):
    """What the form is generated from; labels and help are in the page's catalogs."""

    version: int
    defaults: dict[str, Any]
    datasets: list[DatasetAnswer]
    dataset: list[dict[str, Any]]
    augment: list[dict[str, Any]]
    fold: list[dict[str, Any]]
    activations: list[str]
    layers: dict[str, list[dict[str, Any]]]
    presets: dict[str, list[dict[str, Any]]]
    initializers: dict[str, list[dict[str, Any]]]
    optimizers: dict[str, list[dict[str, Any]]]
    regularization: list[dict[str, Any]]
    training: list[dict[str, Any]]
    schedules: dict[str, list[dict[str, Any]]]
    early_stopping: list[dict[str, Any]]
    general: list[dict[str, Any]]
    limits: dict[str, int]


@dataclass(frozen=True)
class SummaryAnswer(Summary):
    """What an experiment costs. `multiply_adds`: of the forward pass of one image. `memory_bytes` and `seconds`: of the
    whole run."""

    iterations: int
    seconds: float


@dataclass(frozen=True)
class ForkAnswer(SummaryAnswer):
    """What a fork would be. `config` is the complete experiment from the fork on, with what was changed by hand before;
    `seconds` are those that are to be trained. `changes_nothing`: it would be the curve of its origin."""

    config: dict[str, Any]
    changes_nothing: bool


@answer
class Figures(TypedDict):
    """The costs of one of several experiments; see `SummaryAnswer`."""

    parameters: int
    multiply_adds: int
    memory_bytes: int
    iterations: int
    seconds: float


@answer
class FirstExperiment(TypedDict):
    """The first of several experiments: its layers, its complete config, and as `fields` the same config as dotted
    field → value."""

    layers: list[LayerSummary]
    config: dict[str, Any]
    fields: dict[str, Any]


@answer
class SummariesAnswer(TypedDict):
    """`seconds` is from the first start to the last end."""

    experiments: list[Figures]
    seconds: Number
    first: FirstExperiment
