"""Products of matrices, cut into tiles if that is faster.

For a large product, OpenBLAS first copies ("packs") parts of the matrices into an order that suits its kernels. On
processors with AVX-512 it also has kernels for small products, M·K·N ≤ 10⁶, which need no packing. If one side of a
product is short (40 units, 32 filters), packing costs more than it saves, and several small products are faster than
one large product: a step of Keras's CIFAR network takes 0.83 of the time. On other processors only the largest
products are cut, so that their packed parts fit in the cache: a step of AlexNet takes 0.95 of the time.

The tiles of a product depend only on its shape and on the kind of processor, never on a measurement. So the same
machine always rounds in the same way.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from engine.arrays import Array
from engine.threads import blas

#: OpenBLAS uses its kernels for small products up to this many multiply-adds (its `sgemm_small_matrix_permit`).
SMALL = 10**6

#: If both sides of a product are longer than this, packing costs little, and the product is not cut. Half of this if
#: b is stored transposed.
NARROW = 128

#: A tile has at least this many rows, or columns; smaller tiles are slower than the whole product.
THIN_ROWS, THIN_COLUMNS = 8, 32

#: The processor computes this many columns, and this many rows, of a tile together.
LANES, ROW_LANES = 16, 4

#: With at most FEW_COLUMNS columns it computes 12 rows together: 12 rows of 32 columns fill 24 registers of 16 sums.
FEW_COLUMNS, FEW_COLUMNS_LANES = 96, 12

#: If K is at most SHALLOW, as in a large layer with a small batch, packing takes most of the time: it reads and
#: writes the matrices once more, for few multiply-adds. Such products are cut into tiles of at most SHALLOW_ROWS
#: rows.
SHALLOW, SHALLOW_ROWS = 32, 16

#: On processors without small kernels, a large matrix times a few columns takes this many rows at a time.
LARGE_ROWS = 128

#: If a has at most FEW_ROWS rows and b at least LARGE numbers, reading b from memory takes most of the time.
FEW_ROWS, LARGE = 8, 1 << 20

#: Products that are added up are computed in parts of this many numbers: a dozen of them fit in the second-level
#: cache.
SUMMED = 1 << 15

#: Transposing b takes as long as 64 multiply-adds for each of its numbers, so it pays only if a has more rows.
MIN_TRANSPOSED_ROWS = 64

#: If the length of a row is a multiple of this many numbers, all numbers of a column compete for the same cache
#: lines.
ALIASED = 256

#: The most rows of a tile if b is stored transposed; with more rows the kernel is half as fast.
MAX_TRANSPOSED_TILE = 16

#: OpenBLAS's names for the processors on which it has kernels for small products.
HAVE_SMALL_KERNELS = ("SkylakeX", "Cooperlake", "Sapphirerapids", "SapphireRapids")


def multiply(a: Array, b: Array, out: Array) -> Array:
    """a @ b, in `out`.

    Args:
        a: (..., M, K).
        b: (..., K, N), or (K, N) for all.
        out: (..., M, N).
    """
    rows, columns = tiles(a.shape[-2], a.shape[-1], b.shape[-1], b.strides[-1] != b.itemsize)
    if rows:
        np.matmul(_cut_rows(a, rows), b[..., None, :, :], out=_cut_rows(out, rows))
    elif columns:
        np.matmul(a[..., None, :, :], _cut_columns(b, columns), out=_cut_columns(out, columns))
    elif out.ndim == 2:
        np.dot(a, b, out=out)
    else:
        np.matmul(a, b, out=out)
    return out


def multiply_few_rows(a: Array, b: Array, out: Array, scratch: Array) -> Array:
    """a (M, K) @ b (K, N), in `out`. If a has few rows and b is large, b is multiplied a few rows at a time.

    The kernel reads b column by column, which is slow from memory. So each part of b is first read once in the order
    of memory, only to bring it into the cache. This takes three fifths of the time.

    Args:
        scratch: at least `few_rows_scratch` numbers.
    """
    (m, k), n = a.shape, b.shape[-1]
    depth = _few_rows_depth(m, k, n)
    if not depth:
        return multiply(a, b, out)
    product = scratch[: m * n].reshape(m, n)
    np.dot(a[:, :depth], b[:depth], out=out)
    for start in range(depth, k, depth):
        part = b[start : start + depth]
        flat = part.reshape(-1)
        np.dot(flat, flat)  # reads the part; the result is not used
        out += np.dot(a[:, start : start + depth], part, out=product)
    return out


def few_rows_scratch(m: int, k: int, n: int) -> int:
    """How many numbers of scratch `multiply_few_rows` needs."""
    return m * n if _few_rows_depth(m, k, n) else 0


def _few_rows_depth(m: int, k: int, n: int) -> int:
    """How many rows of b are multiplied at a time if a has few rows; 0 if the product is not cut in this way."""
    if m > FEW_ROWS or k * n < LARGE or not has_small_kernels():
        return 0
    depth = SMALL // (m * n)
    return depth if depth >= THIN_ROWS else 0


def multiply_transposed(a: Array, b: Array, out: Array, scratch: Array) -> Array:
    """a (M, K) @ bᵀ, b (N, K), in `out`.

    The kernels for small products are a seventh faster with a transposed copy of b. If a has fewer rows than b, the
    copy of b would be larger than that of a, so the product is computed as (b aᵀ)ᵀ.

    Args:
        scratch: at least `transposed_scratch` numbers.
    """
    (m, k), n = a.shape, len(b)
    if _transposes_product(m, k, n):
        transposed = scratch[: (k + n) * m].reshape(k + n, m)
        np.copyto(transposed[:k], a.T)
        multiply(b, transposed[:k], transposed[k:])
        np.copyto(out, transposed[k:].T)
        return out
    if not _transposes_b(m, k, n):
        return np.dot(a, b.T, out=out)
    transposed = scratch[: k * n].reshape(k, n)
    np.copyto(transposed, b.T)
    return multiply(a, transposed, out)


def transposed_scratch(m: int, k: int, n: int) -> int:
    """How many numbers of scratch `multiply_transposed` needs."""
    if _transposes_product(m, k, n):
        return (k + n) * m
    return k * n if _transposes_b(m, k, n) else 0


def _transposes_product(m: int, k: int, n: int) -> bool:
    return m < n and bool(tiles(n, k, m)[0])


def _transposes_b(m: int, k: int, n: int) -> bool:
    return _worth_transposing(m, k) and (m * k * n <= SMALL or bool(tiles(m, k, n)[0]))


def _worth_transposing(m: int, k: int) -> bool:
    """Whether a product of a (M, K) and bᵀ, b (N, K), is faster with a transposed copy of b."""
    return m >= MIN_TRANSPOSED_ROWS and k % ALIASED > 0 and has_small_kernels()


def add_products(a: Array, b: Array, total: Array, scratch: Array) -> None:
    """Add the sum of all products a bᵀ of a stack to `total`.

    Some rows of all products are computed at a time, and added up while they are in the cache. If one product takes a
    megabyte, this takes two thirds of the time.

    Args:
        a: a stack of matrices, (..., M, K).
        b: a stack of as many matrices, (..., N, K).
        total: (M, N).
        scratch: at least `summed_scratch` numbers.
    """
    *stack, m, k = a.shape
    n = b.shape[-2]
    part, rows = summed_tiles(m, k, n)
    b = b.swapaxes(-1, -2)
    if _transposes_summed(m, k, n):
        transposed = scratch[: b.size].reshape(b.shape)
        np.copyto(transposed, b)
        b, scratch = transposed, scratch[b.size :]
    products = scratch[: math.prod(stack) * part * n].reshape(*stack, part, n)
    summed = scratch[products.size :][: part * n].reshape(part, n)
    for start in range(0, m, part):
        factor = a[..., start : start + part, :]
        if rows:
            np.matmul(_cut_rows(factor, rows), b[..., None, :, :], out=_cut_rows(products, rows))
        else:
            multiply(factor, b, products)
        total[start : start + part] += np.add.reduce(products.reshape(-1, part, n), axis=0, out=summed)


def _transposes_summed(m: int, k: int, n: int) -> bool:
    fills_registers = n >= NARROW // 2 or (n == 2 * LANES and m % FEW_COLUMNS_LANES == 0)
    return fills_registers and _worth_transposing(m, k)


def summed_scratch(stack: int, m: int, k: int, n: int) -> int:
    """How many numbers of scratch memory `add_products` needs for a stack of `stack` products."""
    transposed = stack * k * n if _transposes_summed(m, k, n) else 0
    return transposed + (stack + 1) * summed_tiles(m, k, n)[0] * n


@lru_cache(maxsize=1024)
def summed_tiles(m: int, k: int, n: int) -> tuple[int, int]:
    """(rows that are added up at a time, rows of a tile). 0 rows of a tile: `multiply` chooses the tiles."""
    if m * k * n > SMALL and _transposes_summed(m, k, n):
        part = _part(m, max(SUMMED // n, 1), THIN_ROWS, 1) if m * n > SUMMED else m
        rows = _rows(part, min(SHALLOW_ROWS, SMALL // (k * n)), _lanes(n)) if part else 0
        if rows:
            return part, rows
    elif not has_small_kernels() and m * n > 4 * SUMMED:
        return _part(m, SUMMED // n, 4 * SHALLOW_ROWS, 1) or m, 0
    return m, 0


@lru_cache(maxsize=1024)
def tiles(m: int, k: int, n: int, transposed: bool = False) -> tuple[int, int]:
    """Into tiles of how many rows, or of how many columns, to cut the product of (m, k) and (k, n); 0: not cut.

    Args:
        transposed: whether the second matrix is stored as (n, k).
    """
    if m * k * n <= SMALL:
        return 0, 0
    if not has_small_kernels():
        return _rows_of_large(m, k, n), 0
    if n <= (NARROW // 2 if transposed else NARROW):
        limit = SMALL // (k * n)
        return _rows(m, min(limit, MAX_TRANSPOSED_TILE)) if transposed else _rows(m, limit, _lanes(n)), 0
    if k <= SHALLOW and (rows := _rows(m, min(SHALLOW_ROWS, SMALL // (k * n)), _lanes(n))):
        return rows, 0
    if m <= NARROW:
        return 0, _part(n, SMALL // (m * k), THIN_COLUMNS, LANES)
    return 0, 0


def _rows_of_large(m: int, k: int, n: int) -> int:
    """Rows of a tile on processors without small kernels: for a large product of two thin matrices, and for a large
    matrix times a thin one. This takes six to eight tenths of the time."""
    if k <= FEW_ROWS and m * n >= LARGE:
        return _rows(m, SHALLOW_ROWS)
    if n <= FEW_ROWS and m * k >= LARGE:
        return _rows(m, LARGE_ROWS)
    return 0


@lru_cache(maxsize=1)
def has_small_kernels() -> bool:
    """Whether NumPy's BLAS has kernels for small products on this processor."""
    return any(library.info().get("architecture") in HAVE_SMALL_KERNELS for library in blas())


def _rows(m: int, limit: int, lanes: int = ROW_LANES) -> int:
    """Rows of a tile: a multiple of the lanes, if that is at least three quarters of the largest possible tile."""
    largest = _part(m, limit, THIN_ROWS, 1)
    multiples = (_part(m, limit, THIN_ROWS, multiple) for multiple in (lanes, ROW_LANES))
    return next((rows for rows in multiples if 4 * rows >= 3 * largest), largest)


def _lanes(n: int) -> int:
    """How many rows of a tile with n columns the processor computes together."""
    return FEW_COLUMNS_LANES if n <= FEW_COLUMNS else ROW_LANES


def _part(size: int, maximum: int, minimum: int, multiple: int) -> int:
    """The largest proper divisor of `size` from `minimum` to `maximum` that is a multiple of `multiple`; 0: none."""
    parts = range(min(maximum, size - 1), minimum - 1, -1)
    return next((part for part in parts if size % part == part % multiple == 0), 0)


def _cut_rows(x: Array, rows: int) -> Array:
    """(..., M, N) → (..., M / rows, rows, N), a view."""
    return x.reshape(*x.shape[:-2], -1, rows, x.shape[-1])


def _cut_columns(x: Array, columns: int) -> Array:
    """(..., M, N) → (..., N / columns, M, columns), a view."""
    return x.reshape(*x.shape[:-1], -1, columns).swapaxes(-3, -2)
