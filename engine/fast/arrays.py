"""Arrays that are aligned to cache lines.

A processor with AVX-512 reads 64 bytes at a time, a whole cache line. NumPy's arrays begin 16 or 32 bytes into a line,
so each read of a row touches two lines. In matrix products this costs a tenth of the time.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from engine.arrays import Array

#: Bytes of a cache line.
LINE = 64


def empty(shape: tuple[int, ...], dtype: DTypeLike) -> Array:
    """As `numpy.empty`."""
    return _aligned(np.empty, shape, np.dtype(dtype))


def zeros(shape: tuple[int, ...], dtype: DTypeLike) -> Array:
    """As `numpy.zeros`."""
    return _aligned(np.zeros, shape, np.dtype(dtype))


def _aligned(make: Callable[[int, type], Array], shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    size = math.prod(shape) * dtype.itemsize
    memory = make(size + LINE, np.uint8)
    start = -memory.ctypes.data % LINE
    return memory[start : start + size].view(dtype).reshape(shape)
