"""The worker's end of the pipe: what arrives is what was added, as float32."""

from multiprocessing import Pipe

import numpy as np
import pytest

from app.jobs import link
from app.jobs.link import ROWS, Link


@pytest.fixture
def ends():
    here, there = Pipe()
    out = Link(there)
    out.open("train", ["iteration", "loss"], 7)
    assert here.recv_bytes()[:1] == b"J"
    with here, there:
        yield out, here


def rows_of(message):
    assert message[:1] == b"R"
    stream, first, rows, columns = ROWS.unpack_from(message, 1)
    return stream, first, np.frombuffer(message, "<f4", offset=1 + ROWS.size).reshape(rows, columns)


def test_rows_arrive_as_the_float32_that_they_were_added_as_and_in_their_places(ends):
    out, here = ends
    out.add("train", (8, 0.1))
    out.add("train", (9, np.float32(1 / 3)))
    assert out.rows_of("train") == 9
    out.flush()
    stream, first, values = rows_of(here.recv_bytes())
    assert (stream, first) == (0, 7)
    np.testing.assert_array_equal(values, np.float32([[8, 0.1], [9, 1 / 3]]))

    out.flush()  # nothing is left
    out.add("train", (10, 0.0))
    out.flush()
    assert rows_of(here.recv_bytes())[1] == 9


def test_what_is_no_float32_arrives_as_infinity_or_nan(ends):
    out, here = ends
    out.add("train", (8, 1e300))
    out.add("train", (9, -1e300))
    out.add("train", (10, float("nan")))
    out.flush()
    np.testing.assert_array_equal(rows_of(here.recv_bytes())[2][:, 1], [np.inf, -np.inf, np.nan])


def test_a_full_buffer_is_flushed_by_itself(ends, monkeypatch):
    monkeypatch.setattr(link, "BUFFER_ROWS", 3)
    out, here = ends
    for iteration in range(4):
        out.add("train", (iteration, 0.0))
    assert len(rows_of(here.recv_bytes())[2]) == 3
    assert not here.poll()
