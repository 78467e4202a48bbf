"""Initializers: the first values of weights. Biases begin at zero.

Contract: `draw(generator, shape, fan_in, fan_out, **parameters)` gives float64 values; fan_in and fan_out are
the numbers of inputs and outputs that one unit is connected to.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.fields import Field

Draw = Callable[..., NDArray[np.float64]]


def normal(
    generator: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int, *, std: float
) -> NDArray[np.float64]:
    """N(0, std²)."""
    return generator.standard_normal(shape) * std


def glorot_normal(
    generator: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int
) -> NDArray[np.float64]:
    """N(0, 2 / (fan_in + fan_out)): keeps the variance of signals and gradients (Glorot & Bengio 2010)."""
    return generator.standard_normal(shape) * math.sqrt(2 / (fan_in + fan_out))


def glorot_uniform(
    generator: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int
) -> NDArray[np.float64]:
    """U(-a, a) with a = √(6 / (fan_in + fan_out)) (Glorot & Bengio 2010, equation 16)."""
    limit = math.sqrt(6 / (fan_in + fan_out))
    return generator.uniform(-limit, limit, shape)


def he_normal(
    generator: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int
) -> NDArray[np.float64]:
    """N(0, 2 / fan_in): for ReLU, which halves the variance (He et al. 2015)."""
    return generator.standard_normal(shape) * math.sqrt(2 / fan_in)


def he_uniform(
    generator: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int
) -> NDArray[np.float64]:
    """U(-a, a) with a = √(6 / fan_in) (He et al. 2015)."""
    limit = math.sqrt(6 / fan_in)
    return generator.uniform(-limit, limit, shape)


def lecun_normal(
    generator: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int
) -> NDArray[np.float64]:
    """N(0, 1 / fan_in): signals keep their variance where the activation is near the identity (LeCun et al. 1998,
    section 4.6); many courses call it Xavier's."""
    return generator.standard_normal(shape) * math.sqrt(1 / fan_in)


def orthogonal(
    generator: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int
) -> NDArray[np.float64]:
    """Orthonormal rows, or orthonormal columns if there are more rows: signals keep their length (Saxe et al. 2014).

    A kernel (filters, channels, height, width) is taken as a matrix of filters × the rest.
    """
    rows = shape[0]
    columns = math.prod(shape) // rows
    gaussian = generator.standard_normal((max(rows, columns), min(rows, columns)))
    q, r = np.linalg.qr(gaussian)
    q *= np.sign(np.diag(r))  # makes the decomposition unique, and the result uniform over all such matrices
    return np.ascontiguousarray(q if rows >= columns else q.T).reshape(shape)


def zeros(
    generator: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int
) -> NDArray[np.float64]:
    """All weights 0. Every unit of a layer then learns the same, which shows why weights must be drawn at random."""
    return np.zeros(shape)


INITIALIZERS: dict[str, Draw] = {
    "normal": normal,
    "glorot_normal": glorot_normal,
    "glorot_uniform": glorot_uniform,
    "he_normal": he_normal,
    "he_uniform": he_uniform,
    "lecun_normal": lecun_normal,
    "orthogonal": orthogonal,
    "zeros": zeros,
}

FIELDS: dict[str, Sequence[Field]] = dict.fromkeys(INITIALIZERS, ()) | {
    "normal": (Field("std", "number", 0.01, exclusive_minimum=0, maximum=100, scale="log"),)
}


def drawing_numbers(config: dict[str, Any], shape: tuple[int, ...]) -> int:
    """How many float64 numbers `draw` has in memory at most. A decomposition holds its matrix five times, and 64
    numbers for each of its columns."""
    count = math.prod(shape)
    if config["name"] != "orthogonal":
        return count
    return 5 * count + 64 * min(shape[0], count // shape[0])


def draw(
    config: dict[str, Any],
    generator: np.random.Generator,
    shape: tuple[int, ...],
    fan_in: int,
    fan_out: int,
) -> NDArray[np.float64]:
    """Initial weights by the initializer `config`, `{"name", ...}`."""
    parameters = {name: value for name, value in config.items() if name != "name"}
    return INITIALIZERS[config["name"]](generator, shape, fan_in, fan_out, **parameters)
