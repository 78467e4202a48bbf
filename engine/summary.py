"""The summary of a network: shapes, parameters, cost; from its description alone, without any weights."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.layers import build_layers
from engine.optimizers import OPTIMIZERS

if TYPE_CHECKING:
    from engine.config import ExperimentConfig


def summarize(config: ExperimentConfig) -> dict[str, Any]:
    """Layers and totals, for one image.

    Returns:
        `layers`: for each `type`, `output_shape`, `parameters`, `multiply_adds`; and the totals `parameters`,
        `multiply_adds` (of a forward pass) and `memory_bytes` (weights, gradients, optimizer state, scratch and
        the activations of a batch, in bytes).
    """
    rows = []
    activations = math.prod(config.dataset.source.shape)
    for described, layer in zip(
        config.network.layers, build_layers(config.network.layers, config.dataset.source.shape), strict=True
    ):
        rows.append(
            {
                "type": described["type"],
                "output_shape": list(layer.output_shape),
                "parameters": sum(math.prod(spec.shape) for spec in layer.parameters),
                "multiply_adds": layer.multiply_adds,
            }
        )
        # each layer keeps its output, and the gradient by it on the way back
        activations += 2 * math.prod(layer.output_shape)
    parameters = sum(row["parameters"] for row in rows)
    # weights, gradients, the optimizer's and the penalty's scratch, and what the optimizer remembers
    vectors = 4 + len(OPTIMIZERS[config.optimizer["name"]].slots)
    values = vectors * parameters + activations * config.training.batch_size
    return {
        "layers": rows,
        "parameters": parameters,
        "multiply_adds": sum(row["multiply_adds"] for row in rows),
        "memory_bytes": values * np.dtype(config.dtype).itemsize,
    }
