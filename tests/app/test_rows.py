"""Rows that are joined, thinned, or summarized by the extremes of bins."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.rows import MAX_TIMES, Extremes, Rows, join, thin


def made(first, count):
    values = np.arange(first, first + count, dtype=np.float32)[None]
    return Rows(("iteration",), first, values, [(first + count, float(first + count), 0.5)])


@given(
    st.lists(st.integers(1, 9), min_size=1, max_size=6), st.integers(0, 60), st.none() | st.integers(1, 20)
)
def test_joined_rows_can_be_cut_anywhere(counts, row, at_most):
    parts, first = [], 10
    for count in counts:
        parts.append(made(first, count))
        first += count

    whole = join(parts)
    cut = whole.since(row, at_most)

    expected = np.arange(max(10, row), first)[:at_most]
    np.testing.assert_array_equal(cut.values[0], expected)
    assert (cut.first, cut.count) == (max(10, row), len(expected))
    assert cut.times == [time for time in whole.times if cut.first < time[0] <= cut.end]


def test_a_long_list_of_times_is_thinned_and_keeps_its_last():
    times = [(row, float(row), float(row)) for row in range(1, 10_001)]

    kept = thin(times)

    assert len(kept) <= MAX_TIMES
    assert kept[-1] == times[-1]
    assert kept == sorted(kept)


@given(
    st.lists(st.floats(width=32) | st.sampled_from([np.nan, np.inf]), min_size=1, max_size=60),
    st.integers(1, 20),
    st.integers(1, 9),
)
def test_an_overview_has_the_extremes_of_every_bin_however_its_rows_came(values, size, block):
    values = np.array([np.arange(1, len(values) + 1), values], np.float32)
    found = Extremes(size)
    for first in range(0, values.shape[1], block):
        found.add(Rows(("iteration", "loss"), first, values[:, first : first + block], []))

    overview = found.overview()

    assert found.rows == values.shape[1]
    iterations, losses = overview.values
    for index, first in enumerate(range(0, values.shape[1], size)):
        of_bin = values[:, first : first + size]
        finite = of_bin[1][np.isfinite(of_bin[1])]
        two = losses[2 * index : 2 * index + 2]
        assert iterations[2 * index : 2 * index + 2].tolist() == [of_bin[0, 0], of_bin[0, -1]]
        assert sorted(two) == [finite.min(), finite.max()] if len(finite) else np.isnan(two).all()
    assert overview.count == 2 * -(-values.shape[1] // size)
