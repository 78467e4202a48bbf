"""Activations: a function and its derivative, each an elementwise NumPy kernel into a given array.

Contract: `value(x, out)` writes f(x); `derivative(y, x, out)` writes f'(x), where y = f(x): most derivatives
are shorter in y, which is kept anyway. All arrays have one shape and dtype, and `out` is none of the others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

#: Slope of leaky ReLU left of zero (Maas et al. 2013).
LEAKY_SLOPE = 0.01


@dataclass(frozen=True, slots=True)
class Activation:
    """A pair (value, derivative)."""

    value: Callable[[Array, Array], None]
    derivative: Callable[[Array, Array, Array], None]


def _identity(x: Array, out: Array) -> None:
    np.copyto(out, x)


def _identity_derivative(y: Array, x: Array, out: Array) -> None:
    out.fill(1)


def _sigmoid(x: Array, out: Array) -> None:
    # 1 / (1 + e^-x) = (1 + tanh(x / 2)) / 2: cannot overflow, and tanh is the faster kernel
    np.multiply(x, 0.5, out=out)
    np.tanh(out, out=out)
    out += 1
    out *= 0.5


def _sigmoid_derivative(y: Array, x: Array, out: Array) -> None:
    np.subtract(1, y, out=out)
    out *= y


def _tanh(x: Array, out: Array) -> None:
    np.tanh(x, out=out)


def _tanh_derivative(y: Array, x: Array, out: Array) -> None:
    np.multiply(y, y, out=out)
    np.subtract(1, out, out=out)


def _relu(x: Array, out: Array) -> None:
    np.maximum(x, 0, out=out)


def _relu_derivative(y: Array, x: Array, out: Array) -> None:
    np.greater(y, 0, out=out)


def _leaky_relu(x: Array, out: Array) -> None:
    # for a slope below 1, max(x, slope x) is x on the right and slope x on the left
    np.multiply(x, LEAKY_SLOPE, out=out)
    np.maximum(x, out, out=out)


def _leaky_relu_derivative(y: Array, x: Array, out: Array) -> None:
    np.greater(y, 0, out=out)
    out *= 1 - LEAKY_SLOPE
    out += LEAKY_SLOPE


ACTIVATIONS: dict[str, Activation] = {
    "identity": Activation(_identity, _identity_derivative),
    "sigmoid": Activation(_sigmoid, _sigmoid_derivative),
    "tanh": Activation(_tanh, _tanh_derivative),
    "relu": Activation(_relu, _relu_derivative),
    "leaky_relu": Activation(_leaky_relu, _leaky_relu_derivative),
}
