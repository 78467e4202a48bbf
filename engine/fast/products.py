"""Products of matrices, in tiles where that is faster.

OpenBLAS copies ("packs") the matrices of a large product into an order that suits its kernels. On processors with
AVX-512 it has other kernels for small products, M·K·N ≤ 10⁶, which read the matrices where they lie. Where one side of
a product is short (40 units, 32 filters), packing costs more than it brings, and a row of small products is faster than
one large one: a step of Keras's CIFAR network takes 0.83 of the time. On other processors only the largest products
are cut, so that what is packed of them stays in the cache: a step of AlexNet takes 0.95 of the time.

Which product is cut, and where, depends on its shape and on the kind of processor only, never on a measurement: the
same machine always rounds the same way.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from engine.arrays import Array

#: Multiply-adds up to which OpenBLAS takes its kernels for small products (its `sgemm_small_matrix_permit`).
SMALL = 10**6

#: Products whose shorter side is longer than this lose nothing by packing; half as long where b lies transposed.
NARROW = 128

#: Rows of the thinnest tile that is worth it, and columns; these go through the processor 16 at a time, rows 4.
THIN_ROWS, THIN_COLUMNS, LANES, ROW_LANES = 8, 32, 16, 4

#: Columns up to which rows go through it 12 at a time: 24 registers of 16 sums are 12 rows of 32 columns.
FEW_COLUMNS, FEW_COLUMNS_LANES = 96, 12

#: K up to which a product reads and writes so much for each multiply-add that packing it, which is to read and write
#: it once more, is what costs most: a large layer and a small batch. Rows of its tiles.
SHALLOW, SHALLOW_ROWS = 32, 16

#: Rows of a large matrix that are multiplied with a few columns at a time, where small products have no kernels.
LARGE_ROWS = 128

#: Rows of a up to which, and numbers of b from which on, b is read from memory faster than it is multiplied.
FEW_ROWS, LARGE = 8, 1 << 20

#: Numbers of a part of a product that is one of a sum: a strip of a dozen stays in the second-level cache.
SUMMED = 1 << 15

#: Rows from which on turning b is worth it, which takes the time of as many multiply-adds for each of its numbers; and
#: numbers that its rows must not be a multiple of, or else all of a column competes for the same lines of the cache.
TURNED_ROWS, ALIASED = 64, 256

#: Most rows of a tile where b lies transposed: more of them are half as fast.
TURNED_TILE = 16

#: The names by which OpenBLAS calls the processors that it has these kernels for.
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
    """a (M, K) @ b (K, N), in `out`: few rows times a large b are multiplied with some rows of b after the other. A
    product goes down columns, which is no order to read memory in; so each part of b is first read from its beginning
    to its end, for nothing but that it is in the cache then: three fifths of the time. `scratch`: at least
    `few_rows_scratch` numbers."""
    (m, k), n = a.shape, b.shape[-1]
    depth = _few_rows_depth(m, k, n)
    if not depth:
        return multiply(a, b, out)
    product = scratch[: m * n].reshape(m, n)
    np.dot(a[:, :depth], b[:depth], out=out)
    for at in range(depth, k, depth):
        part = b[at : at + depth]
        flat = part.reshape(-1)
        np.dot(flat, flat)
        out += np.dot(a[:, at : at + depth], part, out=product)
    return out


def few_rows_scratch(m: int, k: int, n: int) -> int:
    """How many numbers of scratch `multiply_few_rows` needs."""
    return m * n if _few_rows_depth(m, k, n) else 0


def _few_rows_depth(m: int, k: int, n: int) -> int:
    """Rows of b that few rows of a are multiplied with at a time; 0: they are not."""
    if m > FEW_ROWS or k * n < LARGE or not has_small_kernels():
        return 0
    depth = SMALL // (m * n)
    return depth if depth >= THIN_ROWS else 0


def multiply_turned(a: Array, b: Array, out: Array, scratch: Array) -> Array:
    """a (M, K) @ bᵀ, b (N, K), in `out`. The kernels for small products want b the other way round: turned in a copy,
    it is a seventh faster. Where a has the fewer rows, b stays, and the product is turned: (b aᵀ)ᵀ. `scratch`:
    at least `turned_scratch` numbers."""
    (m, k), n = a.shape, len(b)
    if _turns_product(m, k, n):
        across = scratch[: (k + n) * m].reshape(k + n, m)
        np.copyto(across[:k], a.T)
        multiply(b, across[:k], across[k:])
        np.copyto(out, across[k:].T)
        return out
    if not _turns(m, k, n):
        return np.dot(a, b.T, out=out)
    turned = scratch[: k * n].reshape(k, n)
    np.copyto(turned, b.T)
    return multiply(a, turned, out)


def turned_scratch(m: int, k: int, n: int) -> int:
    """How many numbers of scratch `multiply_turned` needs."""
    if _turns_product(m, k, n):
        return (k + n) * m
    return k * n if _turns(m, k, n) else 0


def _turns_product(m: int, k: int, n: int) -> bool:
    return m < n and bool(tiles(n, k, m)[0])


def _turns(m: int, k: int, n: int) -> bool:
    return _pays_to_turn(m, k) and (m * k * n <= SMALL or bool(tiles(m, k, n)[0]))


def _pays_to_turn(m: int, k: int) -> bool:
    """Whether bᵀ, b (N, K), is better turned in a copy for a product with a (M, K)."""
    return m >= TURNED_ROWS and k % ALIASED > 0 and has_small_kernels()


def add_products(a: Array, b: Array, total: Array, scratch: Array) -> None:
    """Add the sum of a bᵀ over a stack to `total`. Some rows of all products at a time, which are added up while they
    are in the cache: two thirds of the time, where a product is a megabyte.

    Args:
        a: (..., M, K), S of them.
        b: (..., N, K), likewise.
        total: (M, N).
        scratch: at least `summed_scratch` numbers.
    """
    *stack, m, k = a.shape
    n = b.shape[-2]
    part, rows = summed_tiles(m, k, n)
    b = b.swapaxes(-1, -2)
    if _turns_summed(m, k, n):
        turned = scratch[: b.size].reshape(b.shape)
        np.copyto(turned, b)
        b, scratch = turned, scratch[b.size :]
    products = scratch[: math.prod(stack) * part * n].reshape(*stack, part, n)
    summed = scratch[products.size :][: part * n].reshape(part, n)
    for at in range(0, m, part):
        factor = a[..., at : at + part, :]
        if rows:
            np.matmul(_cut_rows(factor, rows), b[..., None, :, :], out=_cut_rows(products, rows))
        else:
            multiply(factor, b, products)
        total[at : at + part] += np.add.reduce(products.reshape(-1, part, n), axis=0, out=summed)


def _turns_summed(m: int, k: int, n: int) -> bool:
    fills_registers = n >= NARROW // 2 or (n == 2 * LANES and m % FEW_COLUMNS_LANES == 0)
    return fills_registers and _pays_to_turn(m, k)


def summed_scratch(stack: int, m: int, k: int, n: int) -> int:
    """How many numbers of scratch memory `add_products` needs for a stack of `stack` products."""
    turned = stack * k * n if _turns_summed(m, k, n) else 0
    return turned + (stack + 1) * summed_tiles(m, k, n)[0] * n


@lru_cache(maxsize=1024)
def summed_tiles(m: int, k: int, n: int) -> tuple[int, int]:
    """Rows of a product that are summed at a time, and of a tile; 0: of the usual ones."""
    if m * k * n > SMALL and _turns_summed(m, k, n):
        part = _part(m, max(SUMMED // n, 1), THIN_ROWS, 1) if m * n > SUMMED else m
        rows = _rows(part, min(SHALLOW_ROWS, SMALL // (k * n)), _lanes(n)) if part else 0
        if rows:
            return part, rows
    elif not has_small_kernels() and m * n > 4 * SUMMED:
        return _part(m, SUMMED // n, 4 * SHALLOW_ROWS, 1) or m, 0
    return m, 0


@lru_cache(maxsize=1024)
def tiles(m: int, k: int, n: int, turned: bool = False) -> tuple[int, int]:
    """Rows of a tile of the product of (m, k) and (k, n), or its columns; 0: not cut that way.

    Args:
        turned: the second one lies in memory as (n, k).
    """
    if m * k * n <= SMALL:
        return 0, 0
    if not has_small_kernels():
        return _rows_of_large(m, k, n), 0
    if n <= (NARROW // 2 if turned else NARROW):
        most = SMALL // (k * n)
        return _rows(m, min(most, TURNED_TILE)) if turned else _rows(m, most, _lanes(n)), 0
    if k <= SHALLOW and (rows := _rows(m, min(SHALLOW_ROWS, SMALL // (k * n)), _lanes(n))):
        return rows, 0
    if m <= NARROW:
        return 0, _part(n, SMALL // (m * k), THIN_COLUMNS, LANES)
    return 0, 0


def _rows_of_large(m: int, k: int, n: int) -> int:
    """Rows of a tile for kernels that pack, of a large product of two thin matrices and of a large matrix times a thin
    one: six to eight tenths of the time."""
    if k <= FEW_ROWS and m * n >= LARGE:
        return _rows(m, SHALLOW_ROWS)
    if n <= FEW_ROWS and m * k >= LARGE:
        return _rows(m, LARGE_ROWS)
    return 0


@lru_cache(maxsize=1)
def has_small_kernels() -> bool:
    """Whether NumPy's BLAS has kernels for small products on this processor."""
    from threadpoolctl import threadpool_info  # not for importing alone

    return any(library.get("architecture") in HAVE_SMALL_KERNELS for library in threadpool_info())


def _rows(m: int, most: int, lanes: int = ROW_LANES) -> int:
    """Rows of a tile: as many as may be, or somewhat fewer that are whole lanes."""
    largest = _part(m, most, THIN_ROWS, 1)
    whole = (_part(m, most, THIN_ROWS, multiple) for multiple in (lanes, ROW_LANES))
    return next((rows for rows in whole if 4 * rows >= 3 * largest), largest)


def _lanes(n: int) -> int:
    """How many rows of a tile with n columns the processor computes together."""
    return FEW_COLUMNS_LANES if n <= FEW_COLUMNS else ROW_LANES


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
