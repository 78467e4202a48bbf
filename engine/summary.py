"""The summary of a network: shapes, parameters, cost; from its description alone, without any weights."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from engine.layers import build_layers
from engine.memory import estimate

if TYPE_CHECKING:
    from engine.config import ExperimentConfig


def summarize(config: ExperimentConfig) -> dict[str, Any]:
    """Layers and totals, for one image.

    Returns:
        `layers`: for each `type`, `output_shape`, `parameters`, `multiply_adds`; and the totals `parameters`,
        `multiply_adds` (of a forward pass) and `memory_bytes` (what a run of the experiment holds, evaluations
        included; see `engine.memory`).
    """
    rows = []
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
    return {
        "layers": rows,
        "parameters": sum(row["parameters"] for row in rows),
        "multiply_adds": sum(row["multiply_adds"] for row in rows),
        "memory_bytes": estimate(config),
    }
