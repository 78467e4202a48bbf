"""The summary of an experiment: shapes, parameters and costs, from its description alone, without any weights."""

from __future__ import annotations

import math
from dataclasses import dataclass

from engine.config import ExperimentConfig
from engine.memory import estimate


@dataclass(frozen=True)
class LayerSummary:
    """A layer and its cost for one image; `shapes` has the shapes of its parameters by name, such as W and b."""

    type: str
    input_shape: list[int]
    output_shape: list[int]
    shapes: dict[str, list[int]]
    parameters: int
    multiply_adds: int


@dataclass(frozen=True)
class Summary:
    """Layers and totals: the multiply-adds of the forward pass of one image, and the bytes that a whole run with its
    evaluations needs (see `engine.memory`)."""

    layers: list[LayerSummary]
    parameters: int
    multiply_adds: int
    memory_bytes: int


def summarize(config: ExperimentConfig) -> Summary:
    """The summary of an experiment."""
    layers = [
        LayerSummary(
            type=described["type"],
            input_shape=list(layer.input_shape),
            output_shape=list(layer.output_shape),
            shapes={spec.name: list(spec.shape) for spec in layer.parameters},
            parameters=sum(math.prod(spec.shape) for spec in layer.parameters),
            multiply_adds=layer.multiply_adds,
        )
        for described, layer in zip(config.network.layers, config.network.built, strict=True)
    ]
    return Summary(
        layers=layers,
        parameters=sum(layer.parameters for layer in layers),
        multiply_adds=sum(layer.multiply_adds for layer in layers),
        memory_bytes=estimate(config),
    )
