"""Products of matrices, in tiles where that is faster.

OpenBLAS copies ("packs") the matrices of a large product into an order that suits its kernels. On processors with
AVX-512 it has other kernels for small products, M·K·N ≤ 10⁶, which read the matrices where they lie. Where one side of
a product is short (40 units, 32 filters), packing costs more than it brings, and a row of small products is faster than
one large one: a step of Keras's CIFAR network takes 0.83 of the time.

Which product is cut, and where, depends on its shape and on the kind of processor only, never on a measurement: the
same machine always rounds the same way.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

#: Multiply-adds up to which OpenBLAS takes its kernels for small products (its `sgemm_small_matrix_permit`).
SMALL = 10**6

#: Products whose shorter side is longer than this lose nothing by packing; half as long where b lies transposed.
NARROW = 128

#: Rows of the thinnest tile that is worth it, and columns; these go through the processor 16 at a time.
THIN_ROWS, THIN_COLUMNS, LANES = 12, 32, 16

#: Rows of a tile where K is cut too: fewer of them make tiles deeper, and their sums fewer.
DEEP_ROWS = 50

#: The names by which OpenBLAS calls the processors that it has these kernels for.
HAVE_SMALL_KERNELS = ("SkylakeX", "Cooperlake", "Sapphirerapids", "SapphireRapids")

#: Gives scratch of a shape.
Scratch = Callable[[tuple[int, ...]], Array]


def multiply(a: Array, b: Array, out: Array) -> Array:
    """a @ b, in `out`.

    Args:
        a: (..., M, K).
        b: (..., K, N), or (K, N) for all.
        out: (..., M, N).
    """
    narrow = NARROW if b.strides[-1] == b.itemsize else NARROW // 2
    rows, columns = tiles(a.shape[-2], a.shape[-1], b.shape[-1], narrow)
    if rows:
        np.matmul(_cut_rows(a, rows), b[..., None, :, :], out=_cut_rows(out, rows))
    elif columns:
        np.matmul(a[..., None, :, :], _cut_columns(b, columns), out=_cut_columns(out, columns))
    elif out.ndim == 2:
        np.dot(a, b, out=out)
    else:
        np.matmul(a, b, out=out)
    return out


def multiply_deep(a: Array, b: Array, out: Array, scratch: Scratch) -> Array:
    """a (M, K) @ b (K, N), in `out`, for K so large that even thin tiles of all of K are large products: as a sum of
    products of parts of K."""
    (m, k), n = a.shape, b.shape[1]
    rows, depth = deep_tiles(m, k, n)
    if not depth:
        return multiply(a, b, out)
    parts = scratch((k // depth, m // rows, rows, n))
    cut = a.reshape(m // rows, rows, k // depth, depth).transpose(2, 0, 1, 3)
    np.matmul(cut, b.reshape(k // depth, 1, depth, n), out=parts)
    # adding up a few long rows; a product with ones would take half of the time, and round more
    np.add.reduce(parts, axis=0, out=out.reshape(parts.shape[1:]))
    return out


def deep_scratch(m: int, k: int, n: int) -> int:
    """How many numbers `multiply_deep` asks for."""
    depth = deep_tiles(m, k, n)[1]
    return m * n * (k // depth) if depth else 0


def multiply_turned(a: Array, b: Array, out: Array, scratch: Scratch) -> Array:
    """a (M, K) @ bᵀ, b (N, K), in `out`. The kernels for small products want b the other way round: turned in a copy,
    it is a seventh faster."""
    (m, k), n = a.shape, len(b)
    if not turned_scratch(m, k, n):
        return np.dot(a, b.T, out=out)
    turned = scratch(b.shape[::-1])
    np.copyto(turned, b.T)
    return np.dot(a, turned, out=out)


def turned_scratch(m: int, k: int, n: int) -> int:
    """How many numbers `multiply_turned` asks for."""
    return k * n if m * k * n <= SMALL and has_small_kernels() else 0


@lru_cache(maxsize=1024)
def deep_tiles(m: int, k: int, n: int) -> tuple[int, int]:
    """Rows and depth of a tile; 0: not cut that way."""
    if n > NARROW or m * k * n <= SMALL or not has_small_kernels() or tiles(m, k, n)[0]:
        return 0, 0
    rows = _part(m, DEEP_ROWS, THIN_ROWS, 1)
    depth = _part(k, SMALL // (rows * n), DEEP_ROWS, 1) if rows else 0
    return (rows, depth) if depth else (0, 0)


@lru_cache(maxsize=1024)
def tiles(m: int, k: int, n: int, narrow: int = NARROW) -> tuple[int, int]:
    """Rows of a tile of the product of (m, k) and (k, n), or its columns; 0: not cut that way."""
    if m * k * n <= SMALL or not has_small_kernels():
        return 0, 0
    if n <= narrow:
        return _part(m, SMALL // (k * n), THIN_ROWS, 1), 0
    if m <= NARROW:
        return 0, _part(n, SMALL // (m * k), THIN_COLUMNS, LANES)
    return 0, 0


@lru_cache(maxsize=1)
def has_small_kernels() -> bool:
    """Whether NumPy's BLAS has kernels for small products on this processor."""
    from threadpoolctl import threadpool_info  # not for importing alone

    return any(library.get("architecture") in HAVE_SMALL_KERNELS for library in threadpool_info())


def _part(size: int, most: int, least: int, multiple: int) -> int:
    """The largest proper divisor of `size` from `least` to `most`, a multiple of `multiple`; 0: there is none."""
    parts = range(min(most, size - 1), least - 1, -1)
    return next((part for part in parts if size % part == part % multiple == 0), 0)


def _cut_rows(x: Array, rows: int) -> Array:
    """(..., M, N) → (..., M / rows, rows, N), a view."""
    return x.reshape(*x.shape[:-2], -1, rows, x.shape[-1])


def _cut_columns(x: Array, columns: int) -> Array:
    """(..., M, N) → (..., N / columns, M, columns), a view."""
    return x.reshape(*x.shape[:-1], -1, columns).swapaxes(-3, -2)
