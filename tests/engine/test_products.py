"""Products in tiles equal the plain product, whichever side is cut and however the matrices are laid out in memory."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.fast import products
from engine.fast.products import (
    SMALL,
    add_products,
    few_rows_scratch,
    multiply,
    multiply_few_rows,
    multiply_transposed,
    summed_scratch,
    summed_tiles,
    tiles,
    transposed_scratch,
)

CACHES = (tiles, summed_tiles)


@pytest.fixture(params=[True, False], ids=["small kernels", "no small kernels"])
def small_kernels(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[bool]:
    """Runs a test as on a processor with OpenBLAS's kernels for small products, and as on one without them."""
    monkeypatch.setattr(products, "has_small_kernels", lambda: request.param)
    for cached in CACHES:
        cached.cache_clear()
    yield request.param
    for cached in CACHES:
        cached.cache_clear()


def matrix(rows: int, columns: int, transposed: bool, seed: int) -> np.ndarray:
    generator = np.random.default_rng(seed)
    return (
        generator.standard_normal((columns, rows)).T
        if transposed
        else generator.standard_normal((rows, columns))
    )


SHAPES = [
    (100, 784, 40),  # rows are cut
    (784, 100, 40),
    (32, 288, 960),  # columns are cut
    (100, 4320, 100),  # long
    (2048, 8, 1024),  # large and shallow
    (16, 600, 1000),  # few rows
    (8, 1100, 1000),  # fewer rows, times a large matrix
    (97, 1009, 101),  # prime numbers: nothing can be cut
    (5, 7, 3),
]


@pytest.mark.usefixtures("small_kernels")
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("transposed", [(False, False), (True, False), (False, True)], ids=str)
def test_products_in_tiles_are_the_plain_product(
    shape: tuple[int, int, int], transposed: tuple[bool, bool]
) -> None:
    m, k, n = shape
    a, b = matrix(m, k, transposed[0], 1), matrix(k, n, transposed[1], 2)
    expected = a @ b
    for product in (
        multiply(a, b, np.empty((m, n))),
        multiply_few_rows(a, b, np.empty((m, n)), np.empty(few_rows_scratch(m, k, n))),
        multiply_transposed(
            a, np.ascontiguousarray(b.T), np.empty((m, n)), np.empty(transposed_scratch(m, k, n))
        ),
    ):
        np.testing.assert_allclose(product, expected, rtol=1e-12, atol=1e-11)


@pytest.mark.usefixtures("small_kernels")
@pytest.mark.parametrize("shape", [(32, 288, 960), (384, 2304, 104), (8, 1100, 1000)], ids=str)
def test_stacks_of_products_in_tiles_are_the_plain_products(shape: tuple[int, int, int]) -> None:
    m, k, n = shape
    generator = np.random.default_rng(3)
    kernel, windows = generator.standard_normal((m, k)), generator.standard_normal((3, k, n))
    product = multiply(kernel, windows, np.empty((3, m, n)))
    np.testing.assert_allclose(product, kernel @ windows, rtol=1e-12, atol=1e-10)


@pytest.mark.usefixtures("small_kernels")
@pytest.mark.parametrize(
    "shape",
    [
        (288, 960, 32),  # in tiles of a dozen rows
        (800, 300, 32),  # in tiles, without transposing a factor
        (3456, 104, 384),  # some rows of all products at a time
        (75, 1024, 64),  # rows of 4 KB
        (1000, 100, 90),
        (25, 600, 30),  # small
    ],
    ids=str,
)
def test_products_are_added_to_the_total(shape: tuple[int, int, int]) -> None:
    m, k, n = shape
    generator = np.random.default_rng(4)
    a, b = generator.standard_normal((3, m, k)), generator.standard_normal((3, n, k))
    total = generator.standard_normal((m, n))
    expected = total + np.einsum("smk,snk->mn", a, b, optimize=True)
    add_products(a, b, total, np.empty(summed_scratch(3, m, k, n)))
    np.testing.assert_allclose(total, expected, rtol=1e-12, atol=1e-10)


@given(m=st.integers(1, 3000), k=st.integers(1, 3000), n=st.integers(1, 3000))
@settings(max_examples=300)
def test_every_tile_is_a_part_and_a_small_product(m: int, k: int, n: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(products, "has_small_kernels", lambda: True)
        rows, columns = tiles.__wrapped__(m, k, n)
        part, summed_rows = summed_tiles.__wrapped__(m, k, n)
    assert m % part == 0
    if summed_rows:
        assert part % summed_rows == 0
        assert summed_rows * k * n <= SMALL
    assert not (rows and columns)
    if rows:
        assert m % rows == 0
        assert rows * k * n <= SMALL
    if columns:
        assert n % columns == 0
        assert m * k * columns <= SMALL


def test_a_processor_without_small_kernels_cuts_only_products_larger_than_its_cache(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(products, "has_small_kernels", lambda: False)
    assert tiles.__wrapped__(100, 784, 40) == (0, 0)
    assert summed_tiles.__wrapped__(288, 960, 32) == (288, 0)
    assert summed_tiles.__wrapped__(3456, 104, 384) == (72, 0)
    assert tiles.__wrapped__(9216, 8, 4096) == (16, 0)
    assert tiles.__wrapped__(9216, 4096, 8) == (128, 0)
