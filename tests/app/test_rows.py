import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.rows import MOST_TIMES, Rows, join, thin


def made(first, count):
    values = np.arange(first, first + count, dtype=np.float32)[None]
    return Rows(("iteration",), first, values, [(first + count, float(first + count))])


@given(
    st.lists(st.integers(1, 9), min_size=1, max_size=6), st.integers(0, 60), st.none() | st.integers(1, 20)
)
def test_what_was_joined_can_be_cut_anywhere(counts, row, at_most):
    parts, first = [], 10
    for count in counts:
        parts.append(made(first, count))
        first += count

    whole = join(parts)
    cut = whole.since(row, at_most)

    expected = np.arange(max(10, row), first)[:at_most]
    np.testing.assert_array_equal(cut.values[0], expected)
    assert (cut.first, cut.count) == (max(10, row), len(expected))
    assert cut.times == [(end, at) for end, at in whole.times if cut.first < end <= cut.end]


def test_a_long_list_of_times_is_thinned_and_keeps_its_last():
    times = [(row, float(row)) for row in range(1, 10_001)]

    kept = thin(times)

    assert len(kept) <= MOST_TIMES
    assert kept[-1] == times[-1]
    assert kept == sorted(kept)
