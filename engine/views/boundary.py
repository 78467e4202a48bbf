"""The decision boundary of a network on points in the plane: what it says of each place, and what each unit does there.

The places are the centres of the cells of a grid, row by row from the top: row 0 has the largest second coordinate,
column 0 the smallest first one. The square is the same for all experiments, so that runs compare.

The rows of a table have more coordinates than two. Two of its columns are chosen; all others have their mean.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from engine.arrays import Array
from engine.config import ExperimentConfig
from engine.datasets.own import About
from engine.errors import ConfigError
from engine.fields import Field
from engine.reasons import Reason
from engine.views.kind import Kind, View, demand_at_most
from engine.views.subject import Subject
from engine.views.weight_layers import weight_layers

#: The square is [-REACH, REACH]². All points of all sets lie in it (`engine.datasets.points`).
REACH = 1.25
#: Cells on a side of a unit's map, and the most units of a layer that have one.
UNIT_SIZE = 24
UNITS = 64

#: Columns of a table are measured by at most this many of its training rows, the first ones.
ROWS = 10_000
#: What is shown beside the smallest and the largest value of a column, as a share of what lies between them.
MARGIN = 0.1

FIELDS = (
    Field("size", "integer", 60, minimum=10, maximum=200),
    Field("x", "integer", 0, minimum=0, maximum=100_000),
    Field("y", "integer", 1, minimum=0, maximum=100_000),
)


def check(config: ExperimentConfig, options: Mapping[str, Any]) -> None:
    """Refuse an experiment on images, and columns that there are not.

    Raises:
        ConfigError: its data set has neither points nor a table of two columns, or no such columns.
    """
    source = config.dataset.source
    if len(source.shape) != 1 or source.shape[0] < 2:
        text = f"this view needs points in the plane or a table with two columns; {source.title} has neither"
        raise ConfigError("shape", "view", Reason("view_needs_points", text))
    for name in ("x", "y"):
        demand_at_most(name, options[name], source.shape[0] - 1)
    if options["x"] == options["y"]:
        text = f"x and y must be different columns, not both {options['x']}"
        raise ConfigError("range", "y", Reason("view_same_column", text))


def see(subject: Subject, options: Mapping[str, Any]) -> View:
    """`probabilities` (classes, size, size); and for each layer with weights, "1" the lowest, the outputs of its first
    units, after their activation: `units/1` (units, s, s).

    Facts:
        extent: {left, right, bottom, top} of the map.
        x, y: the columns, counted from 0.
        columns: the names of a table's columns; empty for points.
        axes: of a table, for x and y {low, high}: the ends of the map in the table's own units; empty for points.
        classes: their names.
        layers: for each layer with weights {name, activation, units, shown}: how many units it has, and how many are
            shown.
    """
    size = options["size"]
    plane = _Plane(subject, options["x"], options["y"])
    probabilities = subject.probabilities(plane.places(size))
    layers = weight_layers(subject.network.layers)
    parts: dict[str, list[Array]] = {layer.name: [] for layer in layers}
    for seen in subject.passes(plane.places(UNIT_SIZE)):
        for layer in layers:
            parts[layer.name].append(seen.outputs[layer.output_layer][:, :UNITS].astype(np.float32))
    arrays = {"probabilities": _maps(probabilities, size)}
    for name, pieces in parts.items():
        arrays[f"units/{name}"] = _maps(np.concatenate(pieces), UNIT_SIZE)
    return View(
        arrays,
        {
            "extent": plane.extent,
            "x": plane.x,
            "y": plane.y,
            **_axes(subject.config.dataset.source.about, plane),
            "classes": list(subject.class_names),
            "layers": [
                {
                    "name": layer.name,
                    "activation": None if layer.activation is None else layer.activation.name,
                    "units": layer.units,
                    "shown": min(layer.units, UNITS),
                }
                for layer in layers
            ],
        },
    )


class _Plane:
    """The plane through the inputs on which two of their coordinates vary."""

    def __init__(self, subject: Subject, x: int, y: int) -> None:
        self.x, self.y = x, y
        self._dtype = subject.config.dtype
        if subject.config.dataset.source.about is None:  # points in the plane
            self._others = np.zeros(2)
            left = bottom = -REACH
            right = top = REACH
        else:
            rows = np.asarray(subject.part("train").images[:ROWS], np.float64)
            self._others = rows.mean(axis=0)
            left, right = _range(rows[:, x])
            bottom, top = _range(rows[:, y])
        self.extent = {"left": left, "right": right, "bottom": bottom, "top": top}

    def places(self, size: int) -> Array:
        """The centres of size × size cells (size², coordinates), row by row from the top."""
        ticks = (2 * np.arange(size) + 1) / (2 * size)
        across = self.extent["left"] + ticks * (self.extent["right"] - self.extent["left"])
        down = self.extent["top"] - ticks * (self.extent["top"] - self.extent["bottom"])
        places = np.tile(self._others, (size * size, 1))
        places[:, self.x], places[:, self.y] = np.tile(across, size), np.repeat(down, size)
        return places.astype(self._dtype)


def _axes(about: About | None, plane: _Plane) -> dict[str, Any]:
    """What the axes of a table are."""
    if about is None:
        return {"columns": [], "axes": []}
    ends = np.zeros((2, len(about.columns)))
    ends[:, plane.x] = plane.extent["left"], plane.extent["right"]
    ends[:, plane.y] = plane.extent["bottom"], plane.extent["top"]
    low, high = about.in_own_units(ends)
    axes = [{"low": float(low[axis]), "high": float(high[axis])} for axis in (plane.x, plane.y)]
    return {"columns": list(about.columns), "axes": axes}


def _range(values: Array) -> tuple[float, float]:
    """From where to where values are shown."""
    low, high = float(values.min()), float(values.max())
    margin = MARGIN * (high - low) or 1.0
    return low - margin, high + margin


def _maps(values: Array, size: int) -> Array:
    """A map (size, size) for each column of values (size², n)."""
    return np.ascontiguousarray(values.T.reshape(-1, size, size))


KIND = Kind(see, FIELDS, check)
