"""Activations: a function of one number and its derivative, as formulas on whole arrays.

No input makes them overflow: they never compute the exponential of a large positive number.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.arrays import Array

#: Slope of leaky ReLU left of zero (Maas et al. 2013).
LEAKY_SLOPE = 0.01


@dataclass(frozen=True, slots=True)
class Activation:
    """f and f', each from x to an array of its shape and dtype."""

    value: Callable[[Array], Array]
    derivative: Callable[[Array], Array]


def identity(x: Array) -> Array:
    """x."""
    return x


def identity_derivative(x: Array) -> Array:
    return np.ones_like(x)


def sigmoid(x: Array) -> Array:
    """1 / (1 + e^-x), which is (1 + tanh(x / 2)) / 2."""
    y: Array = 0.5 * (1 + np.tanh(0.5 * x))
    return y


def sigmoid_derivative(x: Array) -> Array:
    y = sigmoid(x)
    derivative: Array = y * (1 - y)
    return derivative


def tanh(x: Array) -> Array:
    """(e^x - e^-x) / (e^x + e^-x)."""
    return np.tanh(x)


def tanh_derivative(x: Array) -> Array:
    return 1 - np.tanh(x) ** 2


def relu(x: Array) -> Array:
    """max(x, 0)."""
    return np.maximum(x, 0)


def relu_derivative(x: Array) -> Array:
    return (x > 0).astype(x.dtype)


def leaky_relu(x: Array) -> Array:
    """x on the right, a small slope on the left."""
    return np.where(x > 0, x, LEAKY_SLOPE * x)


def leaky_relu_derivative(x: Array) -> Array:
    return np.where(x > 0, np.ones_like(x), LEAKY_SLOPE)


def elu(x: Array) -> Array:
    """x on the right, eˣ - 1 on the left (Clevert et al. 2016)."""
    return np.where(x > 0, x, np.expm1(np.minimum(x, 0)))


def elu_derivative(x: Array) -> Array:
    return np.exp(np.minimum(x, 0))


#: Beyond ± this, GELU's tanh is ±1 to the last bit; its cube would overflow much further out.
GELU_LIMIT = 30.0
GELU_SCALE = math.sqrt(2 / math.pi)
GELU_CUBE = 0.044715


def gelu(x: Array) -> Array:
    """x (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2: Hendrycks & Gimpel's form without the error function (2016)."""
    y: Array = 0.5 * x * (1 + _gelu_tanh(x))
    return y


def gelu_derivative(x: Array) -> Array:
    t = _gelu_tanh(x)
    near = np.clip(x, -GELU_LIMIT, GELU_LIMIT)
    slope = GELU_SCALE * (1 + 3 * GELU_CUBE * near**2)
    derivative: Array = 0.5 * (1 + t) + 0.5 * near * (1 - t**2) * slope
    return derivative


def _gelu_tanh(x: Array) -> Array:
    near = np.clip(x, -GELU_LIMIT, GELU_LIMIT)
    return np.tanh(GELU_SCALE * (near + GELU_CUBE * near**3))


def softplus(x: Array) -> Array:
    """log(1 + eˣ), a smooth ReLU (Dugas et al. 2001)."""
    return np.logaddexp(x, 0)


def softplus_derivative(x: Array) -> Array:
    return sigmoid(x)


def swish(x: Array) -> Array:
    """x sigmoid(x) (Ramachandran et al. 2017)."""
    return x * sigmoid(x)


def swish_derivative(x: Array) -> Array:
    s = sigmoid(x)
    derivative: Array = s * (1 + x * (1 - s))
    return derivative


ACTIVATIONS: dict[str, Activation] = {
    "identity": Activation(identity, identity_derivative),
    "sigmoid": Activation(sigmoid, sigmoid_derivative),
    "tanh": Activation(tanh, tanh_derivative),
    "relu": Activation(relu, relu_derivative),
    "leaky_relu": Activation(leaky_relu, leaky_relu_derivative),
    "elu": Activation(elu, elu_derivative),
    "gelu": Activation(gelu, gelu_derivative),
    "softplus": Activation(softplus, softplus_derivative),
    "swish": Activation(swish, swish_derivative),
}
