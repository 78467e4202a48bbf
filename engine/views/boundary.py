"""The decision boundary of a network on points in the plane: what it says of each place, and what each unit does there.

The places are the centres of the cells of a square grid, row by row from the top: row 0 has the largest second
coordinate, column 0 the smallest first one. The square is the same for all experiments, so that runs compare.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from engine.arrays import Array
from engine.config import ExperimentConfig
from engine.errors import ConfigError
from engine.fields import Field
from engine.reasons import Reason
from engine.views.kind import Kind, View
from engine.views.subject import Subject
from engine.views.weight_layers import weight_layers

#: The square is [-REACH, REACH]². All points of all sets lie in it (`engine.datasets.points`).
REACH = 1.25
#: Cells on a side of a unit's map, and the most units of a layer that have one.
UNIT_SIZE = 24
UNITS = 64

FIELDS = (Field("size", "integer", 60, minimum=10, maximum=200),)


def check(config: ExperimentConfig, options: Mapping[str, Any]) -> None:
    """Refuse an experiment on images.

    Raises:
        ConfigError: its data set has no points in the plane.
    """
    if config.dataset.source.shape != (2,):
        text = f"this view needs points in the plane; {config.dataset.name} has images"
        raise ConfigError("shape", "view", Reason("view_needs_points", text))


def see(subject: Subject, options: Mapping[str, Any]) -> View:
    """`probabilities` (classes, size, size); and for each layer with weights, "1" the lowest, the outputs of its first
    units, behind their activation: `units/1` (units, s, s).

    Facts:
        extent: {left, right, bottom, top} of the square.
        classes: their names.
        layers: for each layer with weights {name, activation, units, shown}: how many units it has, and how many are
            shown.
    """
    size = options["size"]
    probabilities = subject.probabilities(_places(size, subject.config.dtype))
    layers = weight_layers(subject.network.layers)
    parts: dict[str, list[Array]] = {one.name: [] for one in layers}
    for seen in subject.passes(_places(UNIT_SIZE, subject.config.dtype)):
        for one in layers:
            parts[one.name].append(seen.outputs[one.last][:, :UNITS].astype(np.float32))
    arrays = {"probabilities": _maps(probabilities, size)}
    for name, found in parts.items():
        arrays[f"units/{name}"] = _maps(np.concatenate(found), UNIT_SIZE)
    return View(
        arrays,
        {
            "extent": {"left": -REACH, "right": REACH, "bottom": -REACH, "top": REACH},
            "classes": list(subject.class_names),
            "layers": [
                {
                    "name": one.name,
                    "activation": None if one.activation is None else one.activation.name,
                    "units": one.units,
                    "shown": min(one.units, UNITS),
                }
                for one in layers
            ],
        },
    )


def _places(size: int, dtype: str) -> Array:
    """The centres of size × size cells (size², 2), row by row from the top."""
    ticks = REACH * ((2 * np.arange(size) + 1) / size - 1)
    x, y = np.meshgrid(ticks, ticks[::-1])
    return np.stack([x.ravel(), y.ravel()], axis=1).astype(dtype)


def _maps(values: Array, size: int) -> Array:
    """A map (size, size) for each column of values (size², n)."""
    return np.ascontiguousarray(values.T.reshape(-1, size, size))


KIND = Kind(see, FIELDS, check)
