"""The loss landscape around the paths of trainings: the loss over a plane in the space of all weights (Li et al. 2018,
https://arxiv.org/abs/1712.09913).

    survey = Survey(config, images, [[snapshot(trainer), ...]], Options())
    for _ in survey.run():
        print(survey.done, survey.total)
    survey.result["losses"]

The plane is the same for all trainings that are compared; see `engine.plane`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.arrays import Array
from engine.config import ExperimentConfig
from engine.errors import ConfigError
from engine.evaluation import Evaluator
from engine.fields import Field
from engine.network import empty_network
from engine.parts import Part
from engine.plane import Snapshot, plane_of_paths, random_plane
from engine.reasons import Reason

FIELDS = (
    Field("directions", "choice", "paths", choices=("paths", "random")),
    Field("seed", "integer", 0, minimum=0, maximum=2**32 - 1),
    Field("size", "integer", 25, minimum=5, maximum=61),
    Field("images", "integer", 500, minimum=10, maximum=10_000),
)

#: How far the picture goes beyond the paths, as a share of their extent.
MARGIN = 0.3
#: The shorter side of a picture of paths is at least this share of the longer one.
MIN_SIDE = 0.35


@dataclass(frozen=True, slots=True)
class Options:
    """What of the landscape is measured; see `FIELDS`.

    Attributes:
        directions: "paths": the plane of the trainings' weights; "random": two random directions.
        seed: of the random directions.
        size: points of the grid along each side.
        images: the loss is measured on this many images, the first ones of the part.
    """

    directions: str = "paths"
    seed: int = 0
    size: int = 25
    images: int = 500


def demand_same_network(configs: Sequence[ExperimentConfig]) -> None:
    """Refuse networks that have no common space of weights. Initial weights and rates of dropout may differ.

    Raises:
        ConfigError: names the first experiment whose network, data set or type of numbers differs from the first one.
    """
    first = configs[0]
    for index, other in enumerate(configs):
        same = (
            _without_rates(other.network.layers) == _without_rates(first.network.layers)
            and other.dataset.name == first.dataset.name
            and other.dtype == first.dtype
        )
        if not same:
            text = f"runs.{index} has another network, data set or type of numbers than the first run"
            raise ConfigError("landscape_other", f"runs.{index}", Reason("landscape_other", text))


class Survey:
    """Measures a landscape, point by point.

    Args:
        config: the experiment of the first path; all paths have its network.
        part: the images to measure on.
        paths: for each training its snapshots, earliest first. The last one is the moment that is looked at.

    Attributes:
        images: on how many images each loss is measured.
        done, total: how many losses are measured so far, and how many will be in the end.

    Raises:
        ConfigError: the weights have not moved, so they have no direction; or some are not finite.
    """

    def __init__(
        self, config: ExperimentConfig, part: Part, paths: Sequence[Sequence[Snapshot]], options: Options
    ) -> None:
        _demand_finite(paths)
        self._paths = paths
        self._options = options
        self._network = empty_network(config, fast=True)
        self.images = min(options.images, len(part.labels))
        chosen = slice(self.images)
        self._evaluator = Evaluator(
            self._network, part.images[chosen], part.labels[chosen], config.dataset.source.shape
        )
        self.plane = (
            plane_of_paths(paths)
            if options.directions == "paths"
            else random_plane(self._network, paths[0][-1], options.seed)
        )
        self._places = [[self.plane.place(point.parameters) for point in path] for path in paths]
        self._lowest_running = np.min([point.running for path in paths for point in path], axis=0)
        self._grid = self._grid_values()
        size = options.size
        self._losses = np.full((size, size), np.nan)
        self._measured: list[list[float]] = [[] for _ in paths]
        self.done = 0
        self.total = size * size + sum(map(len, paths))

    def run(self) -> Iterator[None]:
        """Measure all losses, and yield after each of them."""
        for path, measured in zip(self._paths, self._measured, strict=True):
            for point in path:
                measured.append(self._loss(point.state))
                self.done += 1
                yield
        a_values, b_values = self._grid
        for row, b in enumerate(b_values):
            for column, a in enumerate(a_values):
                self._losses[row, column] = self._loss(self.plane.at(a, b))
                self.done += 1
                yield

    @property
    def result(self) -> dict[str, Any]:
        """What was measured, as JSON.

        a, b: the coordinates of the grid's columns and rows.
        losses: row by row; None where a loss is not finite.
        images: the number of images on which the losses were measured.
        directions: as in `Options`.
        inside: the share of the paths' variance that lies in the plane, from 0 to 1.
        paths: the points of each path: `iteration`; the coordinates `a`, `b` of its projection onto the plane; its
            distance `off` from the plane; and the `loss` of the network itself, not of the projection.
        """
        a_values, b_values = self._grid
        return {
            "a": [float(a) for a in a_values],
            "b": [float(b) for b in b_values],
            "losses": [[_finite(loss) for loss in row] for row in self._losses.tolist()],
            "images": self.images,
            "directions": self._options.directions,
            "inside": self._inside(),
            "paths": [
                [
                    {"iteration": point.iteration, "a": a, "b": b, "off": off, "loss": _finite(loss)}
                    for point, (a, b, off), loss in zip(path, places, measured, strict=True)
                ]
                for path, places, measured in zip(self._paths, self._places, self._measured, strict=True)
            ],
        }

    def _loss(self, state: Array) -> float:
        """The mean loss without penalties at a `Snapshot.state`: all parameters, then running means and variances.

        Beyond the paths, a straight line would make variances negative. There they are the lowest ones on the paths.
        """
        network = self._network
        count = len(network.vector)
        network.vector[...] = state[:count]
        start = 0
        for name, values in network.running.items():
            here = slice(start, start + values.size)
            running = state[count:][here]
            if name.endswith("running_variance"):
                running = np.maximum(running, self._lowest_running[here])
            values[...] = running.reshape(values.shape)
            start = here.stop
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            return self._evaluator.measure()[1]

    def _grid_values(self) -> tuple[Array, Array]:
        """The coordinates of the grid's columns and rows: around all paths, and for random directions at least ±1."""
        places = np.array([place[:2] for path in self._places for place in path])
        size = self._options.size
        if self._options.directions == "random":
            limit = max(1.0, float(np.abs(places).max()) * (1 + MARGIN))
            return np.linspace(-limit, limit, size), np.linspace(-limit, limit, size)
        low, high = places.min(axis=0), places.max(axis=0)
        middle, half = (low + high) / 2, (high - low) / 2 * (1 + 2 * MARGIN)
        half = np.maximum(half, MIN_SIDE * half.max())
        return (
            np.linspace(middle[0] - half[0], middle[0] + half[0], size),
            np.linspace(middle[1] - half[1], middle[1] + half[1], size),
        )

    def _inside(self) -> float:
        """The share of the paths' variance (squared distances from their mean) that lies in the plane."""
        points = [point for path in self._paths for point in path]
        mean = np.mean([point.parameters for point in points], axis=0, dtype=np.float64)
        whole = sum(float(((point.parameters - mean) ** 2).sum()) for point in points)
        _, _, off_mean = self.plane.place(mean.astype(self.plane.center.dtype))
        # the distances from the plane, around that of the mean: Σ (off − off_mean)² = Σ off² − n · off_mean²
        off = sum(off**2 for places in self._places for _, _, off in places) - len(points) * off_mean**2
        return min(1.0, max(0.0, 1.0 - off / whole)) if whole else 1.0


def _demand_finite(paths: Sequence[Sequence[Snapshot]]) -> None:
    """Refuse paths with a point where not all weights are finite.

    Raises:
        ConfigError: with the iteration of the first such point.
    """
    for point in (point for path in paths for point in path):
        if not np.isfinite(point.state).all():
            text = f"some weights at iteration {point.iteration:,} are not finite; choose an earlier one"
            raise ConfigError(
                "landscape_infinite",
                "iteration",
                Reason("landscape_infinite", text, iteration=point.iteration),
            )


def _without_rates(layers: Sequence[Any]) -> list[dict[str, Any]]:
    """Layers without the rates of dropout, at any depth."""
    kept = [{key: value for key, value in layer.items() if key != "rate"} for layer in layers]
    return [
        {**layer, "layers": _without_rates(layer["layers"])} if "layers" in layer else layer for layer in kept
    ]


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
