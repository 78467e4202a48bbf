"""Planes in the space of all weights of a network, through the paths of trainings or in random directions.

Li et al. 2018, https://arxiv.org/abs/1712.09913. Running means of batch norm are interpolated like the weights, so at
the points that span a plane the network is exactly the one that was trained there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.arrays import Array
from engine.errors import ConfigError
from engine.network import Network
from engine.reasons import Reason
from engine.trainer import Trainer

#: This many values of the weights are multiplied in double precision at a time.
AT_ONCE = 1 << 16
#: Paths that extend less than this share of the weights' norm have not moved.
STILL = 1e-6
#: A second direction in which the paths extend less than this share of the first is rounding.
ROUNDING = 1e-5


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A network after an iteration: all parameters (n,), and all running means and variances (m,)."""

    iteration: int
    parameters: Array
    running: Array

    @property
    def state(self) -> Array:
        """Parameters, running means and variances together, as a copy (n + m,)."""
        return np.concatenate([self.parameters, self.running])


@dataclass(frozen=True, slots=True)
class Plane:
    """The points center + a·first + b·second.

    Attributes:
        center: parameters, then running means and variances (n + m,).
        directions: first and second (2, n + m).
        parameters: n. Only these decide where a network is in the plane.
    """

    center: Array
    directions: Array
    parameters: int

    def at(self, a: float, b: float) -> Array:
        """The parameters, running means and variances at a place (n + m,)."""
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
    states = np.stack([point.state for point in main])
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
    center = point.state
    directions = np.zeros((2, len(center)), center.dtype)
    for direction in directions:
        for layer, name in network.weight_names.items():
            shape = network.parameters[name].shape
            place = network.weight_layers[layer]
            # of the inputs: a dense layer has a column for each unit
            axes = (0,) if len(shape) == 2 else (1, 2, 3)
            values = generator.standard_normal(shape)
            W = point.parameters[place].reshape(shape).astype(np.float64)
            norms = np.sqrt((W**2).sum(axis=axes, keepdims=True))
            values *= norms / np.sqrt((values**2).sum(axis=axes, keepdims=True))
            direction[place] = values.ravel()
    return Plane(center, directions, len(point.parameters))


def _running_of(network: Network) -> Array:
    parts = [values.ravel() for values in network.running.values()]
    return np.concatenate(parts) if parts else np.empty(0, network.dtype)


def _products(rows: Array) -> Array:
    """The products of each row with each, in double precision."""
    total = np.zeros((len(rows), len(rows)))
    for start in range(0, rows.shape[1], AT_ONCE):
        part = rows[:, start : start + AT_ONCE].astype(np.float64)
        total += part @ part.T
    return total


def _direction(states: Array, vector: Array, length: float) -> Array:
    """A principal component, with length 1. Of its two signs the one in which its largest share is positive."""
    weights = vector / length * np.sign(vector[np.argmax(np.abs(vector))])
    return np.asarray(weights @ states, states.dtype)


def _with_any_second(center: Array, first: Array, count: int) -> Plane:
    """A plane whose second direction is random, at right angles to the first, because the paths are one line."""
    second = np.zeros_like(first)
    second[:count] = np.random.default_rng(0).standard_normal(count)
    second[:count] -= (second[:count] @ first[:count]) * first[:count]
    second /= np.linalg.norm(second)
    return Plane(center, np.stack([first, second]), count)
