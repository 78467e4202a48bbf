"""The loss landscape around the paths of trainings: the loss over a plane in the space of all weights (Li et al. 2018,
https://arxiv.org/abs/1712.09913).

    survey = Survey(config, images, [[snapshot(trainer), ...]], Options())
    for _ in survey.run():
        print(survey.done, survey.total)
    survey.result["losses"]

The plane is the same for all trainings that are compared; see `plane_of_paths` and `random_plane`. Running means of
batch norm are interpolated like the weights, so at the points that span a plane the network is exactly the one that
was trained there.
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
from engine.network import Network, build_network
from engine.parts import Part
from engine.reasons import Reason
from engine.trainer import Trainer

FIELDS = (
    Field("directions", "choice", "paths", choices=("paths", "random")),
    Field("seed", "integer", 0, minimum=0, maximum=2**32 - 1),
    Field("size", "integer", 25, minimum=5, maximum=61),
    Field("images", "integer", 500, minimum=10, maximum=10_000),
)

#: How far the picture goes beyond the paths, as a share of their extent.
MARGIN = 0.3
#: The shorter side of a picture of paths is at least this share of the longer one.
LEAST_SIDE = 0.35
#: This many values of the weights are multiplied in double precision at a time.
AT_ONCE = 1 << 16
#: Paths that extend less than this share of the weights' norm have not moved.
STILL = 1e-6
#: A second direction in which the paths extend less than this share of the first is rounding.
ROUNDING = 1e-5


@dataclass(frozen=True, slots=True)
class Options:
    """How to look; see `FIELDS`.

    Attributes:
        directions: "paths": the plane of the trainings' weights; "random": two random directions.
        seed: of the random directions.
        size: points of the grid along each side.
        images: the loss is measured on as many, the first ones.
    """

    directions: str = "paths"
    seed: int = 0
    size: int = 25
    images: int = 500


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A network after an iteration: all parameters (n,), and all running means (m,)."""

    iteration: int
    parameters: Array
    running: Array


@dataclass(frozen=True, slots=True)
class Plane:
    """The points center + a·first + b·second.

    Attributes:
        center: parameters, then running means (n + m,).
        directions: first and second (2, n + m).
        parameters: n. Only these decide where a network is in the plane.
    """

    center: Array
    directions: Array
    parameters: int

    def at(self, a: float, b: float) -> Array:
        """The parameters and running means at a place (n + m,)."""
        return np.asarray(self.center + a * self.directions[0] + b * self.directions[1], self.center.dtype)

    def place(self, parameters: Array) -> tuple[float, float, float]:
        """Where the nearest point of the plane is, as (a, b), and how far away it is."""
        offset = np.asarray(parameters - self.center[: self.parameters], np.float64)
        spanned = np.asarray(self.directions[:, : self.parameters], np.float64)
        a, b = np.linalg.lstsq(spanned @ spanned.T, spanned @ offset, rcond=None)[0]
        return float(a), float(b), float(np.linalg.norm(offset - a * spanned[0] - b * spanned[1]))


def snapshot(trainer: Trainer) -> Snapshot:
    """A trainer's network, as a copy."""
    network = trainer.network
    return Snapshot(trainer.iteration, network.vector.copy(), _running_of(network))


def demand_same_network(configs: Sequence[ExperimentConfig]) -> None:
    """Refuse to compare networks that differ. Their initial weights and rates of dropout may.

    Raises:
        ConfigError: names the first one that is another network than the first.
    """
    first = configs[0]
    for place, other in enumerate(configs):
        same = (
            _without_rates(other.network.layers) == _without_rates(first.network.layers)
            and other.dataset.name == first.dataset.name
            and other.dtype == first.dtype
        )
        if not same:
            text = f"runs.{place} has another network or data set than the first run"
            raise ConfigError("landscape_other", f"runs.{place}", Reason("landscape_other", text))


def plane_of_paths(paths: Sequence[Sequence[Snapshot]]) -> Plane:
    """The plane in which the paths extend most: through their main points, or nearest to them.

    The main points of one path are all of it, and the plane contains its last one (as Li et al. have it). Those of two
    are the start of the first and both ends, through which the plane goes exactly; those of more are their ends.
    The directions are the first two principal components, with length 1.

    Raises:
        ConfigError: the weights have not moved.
    """
    ends = [path[-1] for path in paths]
    main = list(paths[0]) if len(paths) == 1 else [paths[0][0], *ends] if len(paths) == 2 else ends
    states = np.stack([_state(point) for point in main])
    center = states[-1].copy() if len(paths) == 1 else states.mean(axis=0)
    states -= states.mean(axis=0)
    count = len(main[0].parameters)
    values, vectors = np.linalg.eigh(_products(states[:, :count]))
    lengths = np.sqrt(np.maximum(values[::-1][:2], 0.0))
    if len(main) < 2 or not lengths[0] > STILL * np.linalg.norm(center[:count].astype(np.float64)):
        text = "the weights have not moved, so their path has no direction; random ones are possible"
        raise ConfigError("landscape_still", "directions", Reason("landscape_still", text))
    if len(main) < 3 or lengths[1] < ROUNDING * lengths[0]:
        return _with_any_second(center, _direction(states, vectors[:, -1], lengths[0]), count)
    directions = np.stack([_direction(states, vectors[:, -1 - place], lengths[place]) for place in range(2)])
    return Plane(center, directions, count)


def random_plane(network: Network, point: Snapshot, seed: int) -> Plane:
    """The plane around a point in two random directions whose filters have the norms of the point's filters.

    Each filter, or each unit of a dense layer, of a direction gets the norm that it has in the network. So networks
    whose weights have other scales can be compared. Biases and batch norm stay as they are.

    Args:
        network: whose parameters are laid out as in the point.
    """
    generator = np.random.default_rng(seed)
    center = _state(point)
    directions = np.zeros((2, len(center)), center.dtype)
    for direction in directions:
        for layer, name in network.weight_names.items():
            shape = network.parameters[name].shape
            place = network.weight_layers[layer]
            axes = (
                (0,) if len(shape) == 2 else (1, 2, 3)
            )  # of the inputs: a dense layer has a column for each unit
            values = generator.standard_normal(shape)
            W = point.parameters[place].reshape(shape).astype(np.float64)
            norms = np.sqrt((W**2).sum(axis=axes, keepdims=True))
            values *= norms / np.sqrt((values**2).sum(axis=axes, keepdims=True))
            direction[place] = values.ravel()
    return Plane(center, directions, len(point.parameters))


class Survey:
    """Measures a landscape, point by point.

    Args:
        config: the experiment of the first path; all paths have its network.
        part: the images to measure on.
        paths: for each training its snapshots, the first first. The last of each is the moment.

    Attributes:
        done, total: how many losses are measured, and how many there will be.

    Raises:
        ConfigError: the weights have not moved, so they have no direction; or some are not finite.
    """

    def __init__(
        self, config: ExperimentConfig, part: Part, paths: Sequence[Sequence[Snapshot]], options: Options
    ) -> None:
        _demand_finite(paths)
        self._paths = paths
        self._options = options
        self._network = build_network(config, np.random.default_rng(0))
        self._images = min(options.images, len(part.labels))
        chosen = slice(self._images)
        self._evaluator = Evaluator(
            self._network, part.images[chosen], part.labels[chosen], config.dataset.source.shape
        )
        self.plane = (
            plane_of_paths(paths)
            if options.directions == "paths"
            else random_plane(self._network, paths[0][-1], options.seed)
        )
        self._places = [[self.plane.place(point.parameters) for point in path] for path in paths]
        self._sides = self._extent()
        size = options.size
        self._losses = np.full((size, size), np.nan)
        self._measured: list[list[float]] = [[] for _ in paths]
        self.done = 0
        self.total = size * size + sum(map(len, paths))

    def run(self) -> Iterator[None]:
        """Measure all losses; yields after each."""
        for path, measured in zip(self._paths, self._measured, strict=True):
            for point in path:
                measured.append(self._loss(_state(point)))
                self.done += 1
                yield
        a_values, b_values = self._sides
        for row, b in enumerate(b_values):
            for column, a in enumerate(a_values):
                self._losses[row, column] = self._loss(self.plane.at(a, b))
                self.done += 1
                yield

    @property
    def result(self) -> dict[str, Any]:
        """What was measured, as JSON.

        `a` and `b`: the values of the grid's columns and rows. `losses`: row by row; None where one is not finite.
        `images`: on how many it was measured. `paths`: of each its points, with `iteration`, the place `a`, `b` in the
        plane, the distance `off` from the plane, and the `loss` of the network itself. `inside`: the share of the
        squared distances between the points of the paths that lies in the plane.
        """
        a_values, b_values = self._sides
        return {
            "a": [float(a) for a in a_values],
            "b": [float(b) for b in b_values],
            "losses": [[_finite(loss) for loss in row] for row in self._losses.tolist()],
            "images": self._images,
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
        """The mean loss at a point (n + m,), without penalties."""
        network = self._network
        count = len(network.vector)
        network.vector[...] = state[:count]
        at = count
        for values in network.running.values():
            values[...] = state[at : at + values.size].reshape(values.shape)
            at += values.size
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            return self._evaluator.measure()[1]

    def _extent(self) -> tuple[Array, Array]:
        """The places of the grid's columns and rows: around all paths, or to ±1 if random directions need no more."""
        places = np.array([place[:2] for path in self._places for place in path])
        size = self._options.size
        if self._options.directions == "random":
            most = max(1.0, float(np.abs(places).max()) * (1 + MARGIN))
            return np.linspace(-most, most, size), np.linspace(-most, most, size)
        low, high = places.min(axis=0), places.max(axis=0)
        middle, half = (low + high) / 2, (high - low) / 2 * (1 + 2 * MARGIN)
        half = np.maximum(half, LEAST_SIDE * half.max())
        return (
            np.linspace(middle[0] - half[0], middle[0] + half[0], size),
            np.linspace(middle[1] - half[1], middle[1] + half[1], size),
        )

    def _inside(self) -> float:
        """The share of the squared distances between the paths' points and their mean that the plane contains."""
        points = [point for path in self._paths for point in path]
        mean = np.mean([point.parameters for point in points], axis=0, dtype=np.float64)
        whole = sum(float(((point.parameters - mean) ** 2).sum()) for point in points)
        _, _, off_mean = self.plane.place(mean.astype(self.plane.center.dtype))
        off = sum(off**2 for places in self._places for _, _, off in places) - len(points) * off_mean**2
        return max(0.0, 1.0 - off / whole) if whole else 1.0


def _demand_finite(paths: Sequence[Sequence[Snapshot]]) -> None:
    for point in (point for path in paths for point in path):
        if not np.isfinite(_state(point)).all():
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


def _running_of(network: Network) -> Array:
    parts = [values.ravel() for values in network.running.values()]
    return np.concatenate(parts) if parts else np.empty(0, network.dtype)


def _state(point: Snapshot) -> Array:
    return np.concatenate([point.parameters, point.running])


def _products(rows: Array) -> Array:
    """The products of each row with each, in double precision."""
    total = np.zeros((len(rows), len(rows)))
    for at in range(0, rows.shape[1], AT_ONCE):
        part = rows[:, at : at + AT_ONCE].astype(np.float64)
        total += part @ part.T
    return total


def _direction(states: Array, vector: Array, length: float) -> Array:
    """A principal component, with length 1. Of its two signs the one in which its largest share is positive."""
    weights = vector / length * np.sign(vector[np.argmax(np.abs(vector))])
    return np.asarray(weights @ states, states.dtype)


def _with_any_second(center: Array, first: Array, count: int) -> Plane:
    """A plane whose second direction is at right angles to the first, and any such: the paths are one line."""
    second = np.zeros_like(first)
    second[:count] = np.random.default_rng(0).standard_normal(count)
    second[:count] -= (second[:count] @ first[:count]) * first[:count]
    second /= np.linalg.norm(second)
    return Plane(center, np.stack([first, second]), count)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
