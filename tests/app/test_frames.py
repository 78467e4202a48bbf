"""Frames: the binary messages with rows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.live import frames
from app.rows import Rows


@given(
    st.integers(0, 2**40),
    st.integers(0, 50),
    st.lists(st.text(max_size=20), min_size=1, max_size=5, unique=True),
)
def test_decoding_gives_back_what_was_encoded(first, rows, names):
    values = np.arange(len(names) * rows, dtype=np.float32).reshape(len(names), rows)

    header, decoded = frames.decode(
        frames.encode("run", "train", Rows(tuple(names), first, values, [(first + rows, 1.5, 0.5)]))
    )

    assert header == {
        "v": 1,
        "run": "run",
        "stream": "train",
        "first": first,
        "rows": rows,
        "columns": names,
        "times": [[first + rows, 1.5, 0.5]],
    }
    np.testing.assert_array_equal(decoded, values)


@given(st.text(max_size=30))
def test_floats_start_at_a_multiple_of_four(run_id):
    frame = frames.encode(run_id, "train", Rows(("loss",), 0, np.zeros((1, 3), np.float32), []))

    assert (len(frame) - 3 * 4) % 4 == 0


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=10), st.integers(0, 5))
def test_a_readdressed_frame_equals_one_that_was_encoded_for_the_other_run(first, second, column, count):
    rows = Rows((column, ',"stream":'), 7, np.ones((2, count), np.float32), [(7 + count, 1.5, 0.5)])

    frame = frames.readdressed(frames.encode(first, "train", rows), second)

    assert frame == frames.encode(second, "train", rows)


def test_values_that_are_not_finite_are_decoded_as_they_were():
    values = np.array([[np.nan, np.inf, -np.inf]], np.float32)

    _, decoded = frames.decode(frames.encode("run", "train", Rows(("loss",), 0, values, [])))

    np.testing.assert_array_equal(decoded, values)


def test_columns_follow_each_other_in_the_frame():
    frame = frames.encode("run", "train", Rows(("a", "b"), 0, np.array([[1, 2], [3, 4]], np.float32), []))

    np.testing.assert_array_equal(np.frombuffer(frame[-16:], "<f4"), [1, 2, 3, 4])


@pytest.mark.parametrize("frame", [b"", b"\x01", b"\x02\x00\x00\x00{}"])
def test_bytes_that_are_not_a_frame_are_refused(frame):
    with pytest.raises((ValueError, KeyError)):
        frames.decode(frame)
