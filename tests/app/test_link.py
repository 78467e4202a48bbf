"""The worker's end of the pipe: what arrives is what was added, as float32."""

from multiprocessing import Pipe

import numpy as np
import pytest

from app.jobs import link
from app.jobs.link import ROWS, Link, parts_of
from app.jobs.messages import Died, decode_event


@pytest.fixture
def ends():
    server_end, worker_end = Pipe()
    out = Link(worker_end)
    out.open("train", ["iteration", "loss"], 7)
    assert [part[:1] for part in parts_of(server_end.recv_bytes())] == [b"J"]
    with server_end, worker_end:
        yield out, server_end


def rows_of(message):
    (part,) = parts_of(message)
    assert part[:1] == b"R"
    stream, first, rows, columns, _ = ROWS.unpack_from(part, 1)
    return stream, first, np.frombuffer(part, "<f4", offset=1 + ROWS.size).reshape(rows, columns)


def test_what_is_due_together_is_one_message_with_the_rows_first(ends):
    out, here = ends
    out.note(Died(7))
    out.add("train", (8, 0.1))
    assert not here.poll()
    out.report(Died(8))
    rows, *events = parts_of(here.recv_bytes())
    assert rows[:1] == b"R"
    assert [decode_event(part[1:]) for part in events] == [Died(7), Died(8)]
    assert not here.poll()


def test_rows_arrive_as_the_float32_that_they_were_added_as_and_in_their_places(ends):
    out, here = ends
    out.add("train", (8, 0.1))
    out.add("train", (9, np.float32(1 / 3)))
    assert out.rows_of("train") == 9
    out.flush()
    stream, first, values = rows_of(here.recv_bytes())
    assert (stream, first) == (0, 7)
    np.testing.assert_array_equal(values, np.array([[8, 0.1], [9, 1 / 3]], np.float32))

    out.flush()  # nothing is left
    out.add("train", (10, 0.0))
    out.flush()
    assert rows_of(here.recv_bytes())[1] == 9


def test_values_outside_float32_arrive_as_infinity_or_nan(ends):
    out, here = ends
    out.add("train", (8, 1e300))
    out.add("train", (9, -1e300))
    out.add("train", (10, float("nan")))
    out.flush()
    np.testing.assert_array_equal(rows_of(here.recv_bytes())[2][:, 1], [np.inf, -np.inf, np.nan])


def test_a_row_says_when_to_flush_at_first_and_before_the_time_is_over(monkeypatch, request):
    now = 0.0
    monkeypatch.setattr(link, "monotonic", lambda: now)
    out, here = request.getfixturevalue("ends")

    def due_at(time):
        nonlocal now
        now = time
        return out.add("train", (8, 0.0))

    assert due_at(0.0)
    out.flush()
    # after the last one, another iteration of 12 ms would end after the 50
    assert [due_at(time) for time in (0.01, 0.02, 0.029, 0.041)] == [False, False, False, True]
    out.flush()
    assert [len(rows_of(here.recv_bytes())[2]) for _ in range(2)] == [1, 4]
    assert due_at(10.0)
    out.flush()
    now = 10.02
    out.resume_clock()  # waited for the disk, say: that was not training
    assert not due_at(10.03)


def test_rows_that_no_viewer_shows_are_collected_for_longer_and_none_is_lost(monkeypatch, request):
    now = 0.0
    monkeypatch.setattr(link, "monotonic", lambda: now)
    out, here = request.getfixturevalue("ends")

    def rows_until(end):
        """Train with 64 iterations in a second; the number of rows in each message."""
        nonlocal now
        sizes = []
        while now < end:
            now += 1 / 64
            if out.add("train", (8, 0.0)):
                out.flush_if_due()
            if here.poll():
                sizes.append(len(rows_of(here.recv_bytes())[2]))
        return sizes

    assert rows_until(10 / 64) == [1, 3, 3, 3]
    out.is_watched = False
    assert rows_until(40 / 64) == [15, 15]
    out.is_watched = True
    assert rows_until(43 / 64) == [3]
    assert out.rows_of("train") == 7 + 43


def test_waiting_is_not_counted_as_training(monkeypatch, request):
    now = 100.0
    monkeypatch.setattr(link, "monotonic", lambda: now)
    out, here = request.getfixturevalue("ends")

    def seconds_after(training, waiting):
        nonlocal now
        now += training
        out.add("train", (8, 0.1))
        now += waiting  # for the server, for the disk, for a command
        out.flush()
        out.resume_clock()
        (part,) = parts_of(here.recv_bytes())
        return ROWS.unpack_from(part, 1)[-1]

    assert [seconds_after(1.5, 60), seconds_after(2, 3600), seconds_after(0.25, 0)] == [1.5, 3.5, 3.75]
