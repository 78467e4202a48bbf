"""Activations without new arrays: the functions of `engine.activations`, written into a given array.

Contract: `value(x, out)` writes f(x). `derivative(y, x, out)` writes f'(x), where y = f(x): most derivatives are
simpler in y, which is kept anyway. It may overwrite y. All arrays have one shape and dtype, and `out` is a different
array.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.activations import GELU_CUBE, GELU_LIMIT, GELU_SCALE, LEAKY_SLOPE
from engine.arrays import Array
from engine.fast.relu import relu


@dataclass(frozen=True, slots=True)
class Kernels:
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


def _elu(x: Array, out: Array) -> None:
    np.minimum(x, 0, out=out)
    np.expm1(out, out=out)
    np.maximum(x, out, out=out)


def _elu_derivative(y: Array, x: Array, out: Array) -> None:
    np.minimum(y, 0, out=out)
    out += 1


def _gelu_tanh(x: Array, out: Array) -> None:
    np.clip(x, -GELU_LIMIT, GELU_LIMIT, out=out)
    np.multiply(out, out, out=out)
    out *= GELU_SCALE * GELU_CUBE
    out += GELU_SCALE
    np.multiply(out, x, out=out)
    np.tanh(out, out=out)


def _gelu(x: Array, out: Array) -> None:
    _gelu_tanh(x, out)
    out += 1
    out *= 0.5
    np.multiply(out, x, out=out)


def _gelu_derivative(y: Array, x: Array, out: Array) -> None:
    # with t the tanh and p = x (√(2/π) (1 + 3 · 0.044715 x²)) / 2: (1 + t) (1/2 + p (1 - t))
    np.clip(x, -GELU_LIMIT, GELU_LIMIT, out=y)
    np.multiply(y, y, out=out)
    out *= 1.5 * GELU_SCALE * GELU_CUBE
    out += 0.5 * GELU_SCALE
    y *= out
    _gelu_tanh(x, out)
    np.subtract(1, out, out=out)
    y *= out
    y += 0.5
    np.subtract(2, out, out=out)
    out *= y


def _softplus(x: Array, out: Array) -> None:
    np.logaddexp(x, 0, out=out)


def _softplus_derivative(y: Array, x: Array, out: Array) -> None:
    _sigmoid(x, out)


def _swish(x: Array, out: Array) -> None:
    _sigmoid(x, out)
    np.multiply(out, x, out=out)


def _swish_derivative(y: Array, x: Array, out: Array) -> None:
    # s (1 + x (1 - s))
    _sigmoid(x, out)
    np.subtract(1, out, out=y)
    y *= x
    y += 1
    out *= y


KERNELS: dict[str, Kernels] = {
    "identity": Kernels(_identity, _identity_derivative),
    "sigmoid": Kernels(_sigmoid, _sigmoid_derivative),
    "tanh": Kernels(_tanh, _tanh_derivative),
    "relu": Kernels(relu, _relu_derivative),
    "leaky_relu": Kernels(_leaky_relu, _leaky_relu_derivative),
    "elu": Kernels(_elu, _elu_derivative),
    "gelu": Kernels(_gelu, _gelu_derivative),
    "softplus": Kernels(_softplus, _softplus_derivative),
    "swish": Kernels(_swish, _swish_derivative),
}
