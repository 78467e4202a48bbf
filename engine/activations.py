"""Activations: a function and its derivative, each an elementwise NumPy kernel into a given array.

Contract: `value(x, out)` writes f(x); `derivative(y, x, out)` writes f'(x), where y = f(x): most derivatives
are shorter in y, which is kept anyway; it may be overwritten. All arrays have one shape and dtype, and `out` is
none of the others.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array, zeros

#: Slope of leaky ReLU left of zero (Maas et al. 2013).
LEAKY_SLOPE = 0.01


@dataclass(frozen=True, slots=True)
class Activation:
    """A pair (value, derivative)."""

    value: Callable[[Array, Array], None]
    derivative: Callable[[Array, Array, Array], None]


#: ReLU compares with an array of at most so many zeros, which stays in the cache.
_ZEROS = 32_768


@lru_cache(maxsize=32)
def _zeros(shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    """Zeros of the trailing axes of `shape`, as many of them as `_ZEROS` allows."""
    while math.prod(shape) > _ZEROS:
        shape = shape[1:]
    found = zeros(shape, dtype)
    found.flags.writeable = False
    return found


def relu(x: Array, out: Array) -> None:
    """max(x, 0). NumPy's maximum is vectorized for two arrays, not for an array and a number: 3.5 times faster."""
    np.maximum(x, _zeros(x.shape, x.dtype), out=out)


def add_relu(x: Array, bias: Array, negative: Array, out: Array) -> None:
    """relu(x + bias) as max(x, -bias) + bias, the same to the last bit: what is read besides x is a row that stays in
    the cache, and not as many zeros as x has numbers. Half of the time.

    Args:
        x: (..., *S).
        bias, negative: S, and the same with the other sign.
    """
    np.maximum(x, negative, out=out)
    out += bias


#: 0 as an array: comparing with it spares the conversion of a Python number at each call.
_ZERO = np.zeros((), np.float32)


def relu_backward(y: Array, dy: Array, positive: NDArray[np.bool_]) -> None:
    """dy where y = relu(x) is positive, 0 elsewhere, in place; `positive` is scratch.

    The slope is 1 where the output is positive, so the output alone is enough. A product with a mask costs a tenth of
    assigning zeros by it.
    """
    np.greater(y, _ZERO, out=positive)
    np.multiply(dy, positive, out=dy)


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
    relu(x, out)


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
    """x on the right, eˣ - 1 on the left (Clevert et al. 2016); e^x - 1 ≥ x, so the larger one is right."""
    np.minimum(x, 0, out=out)
    np.expm1(out, out=out)
    np.maximum(x, out, out=out)


def _elu_derivative(y: Array, x: Array, out: Array) -> None:
    np.minimum(y, 0, out=out)
    out += 1


#: Beyond ± this, GELU's tanh is ±1 to the last bit; its cube would overflow much further out.
_GELU_LIMIT = 30.0
_GELU_SCALE = math.sqrt(2 / math.pi)
_GELU_CUBE = 0.044715


def _gelu_tanh(x: Array, out: Array) -> None:
    """tanh(√(2/π) (x + 0.044715 x³))."""
    np.clip(x, -_GELU_LIMIT, _GELU_LIMIT, out=out)
    np.multiply(out, out, out=out)
    out *= _GELU_SCALE * _GELU_CUBE
    out += _GELU_SCALE
    np.multiply(out, x, out=out)
    np.tanh(out, out=out)


def _gelu(x: Array, out: Array) -> None:
    """x (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2: Hendrycks & Gimpel's form without the error function (2016)."""
    _gelu_tanh(x, out)
    out += 1
    out *= 0.5
    np.multiply(out, x, out=out)


def _gelu_derivative(y: Array, x: Array, out: Array) -> None:
    # with t the tanh and p = x (√(2/π) (1 + 3 · 0.044715 x²)) / 2: (1 + t) (1/2 + p (1 - t))
    np.clip(x, -_GELU_LIMIT, _GELU_LIMIT, out=y)
    np.multiply(y, y, out=out)
    out *= 1.5 * _GELU_SCALE * _GELU_CUBE
    out += 0.5 * _GELU_SCALE
    y *= out
    _gelu_tanh(x, out)
    np.subtract(1, out, out=out)
    y *= out
    y += 0.5
    np.subtract(2, out, out=out)
    out *= y


def _softplus(x: Array, out: Array) -> None:
    """log(1 + eˣ), a smooth ReLU (Dugas et al. 2001)."""
    np.logaddexp(x, 0, out=out)


def _softplus_derivative(y: Array, x: Array, out: Array) -> None:
    _sigmoid(x, out)


def _swish(x: Array, out: Array) -> None:
    """x sigmoid(x) (Ramachandran et al. 2017)."""
    _sigmoid(x, out)
    np.multiply(out, x, out=out)


def _swish_derivative(y: Array, x: Array, out: Array) -> None:
    # s (1 + x (1 - s))
    _sigmoid(x, out)
    np.subtract(1, out, out=y)
    y *= x
    y += 1
    out *= y


ACTIVATIONS: dict[str, Activation] = {
    "identity": Activation(_identity, _identity_derivative),
    "sigmoid": Activation(_sigmoid, _sigmoid_derivative),
    "tanh": Activation(_tanh, _tanh_derivative),
    "relu": Activation(_relu, _relu_derivative),
    "leaky_relu": Activation(_leaky_relu, _leaky_relu_derivative),
    "elu": Activation(_elu, _elu_derivative),
    "gelu": Activation(_gelu, _gelu_derivative),
    "softplus": Activation(_softplus, _softplus_derivative),
    "swish": Activation(_swish, _swish_derivative),
}
