"""The places in the queue and the times until the start, against labs whose trainings take known seconds."""

import dataclasses
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.jobs.queue import Level, Queue
from app.jobs.speed import RECENT, Speed
from app.jobs.waits import RunningShares, expected_starts, rounded_up
from tests.support.stored_runs import make_run

CONFIG = {
    "dataset": {"name": "digits"},
    "optimizer": {"name": "adam"},
    "network": {"layers": [{"type": "dense", "units": 4}]},
}
CONVOLUTIONS = {**CONFIG, "network": {"layers": [{"type": "conv2d", "filters": 4}]}}


def queue_of(lengths, owner=lambda name: name[0]):
    queue = Queue(1000, lengths.__getitem__)
    for name in lengths:
        queue.add(name, {owner(name): Level.CLASS})
    return queue


def test_trainings_start_in_their_order_on_the_first_free_worker_after_those_that_train():
    lengths = {"a3": 3.0, "a4": 8.0, "a5": 1.0}
    starts = expected_starts(queue_of(lengths), [(4.0, "a"), (10.0, "a")], 2, lengths.__getitem__)
    assert starts == [("a3", 4.0), ("a4", 7.0), ("a5", 10.0)]


def test_an_owner_with_as_many_running_as_allowed_waits_for_one_of_them():
    lengths = {"a0": 5.0, "a1": 5.0, "b0": 5.0}
    starts = expected_starts(
        queue_of(lengths),
        [(3.0, "a")],
        3,
        lengths.__getitem__,
        max_running=lambda owner: 1 if owner == "a" else 9,
    )
    assert starts == [("b0", 0.0), ("a0", 3.0), ("a1", 8.0)]


def test_trainings_that_end_together_leave_their_places_before_the_next_one_is_taken():
    lengths = {"a0": 1.0, "b0": 1.0, "b1": 1.0, "a1": 1.0}
    starts = expected_starts(queue_of(lengths), [], 2, lengths.__getitem__, max_running=lambda owner: 1)
    assert starts == [("a0", 0.0), ("b0", 0.0), ("b1", 1.0), ("a1", 1.0)]


@given(
    st.dictionaries(
        st.tuples(st.sampled_from("abc"), st.integers(0, 99)).map(lambda pair: f"{pair[0]}{pair[1]}"),
        st.integers(1, 50).map(float),
        max_size=20,
    ),
    st.integers(1, 3),
    st.integers(1, 2),
)
def test_the_expected_starts_are_those_that_come_true_if_every_training_takes_what_is_expected(
    lengths, workers, limit
):
    """Also with a limit for each person: against a lab that plays second by second."""
    starts = expected_starts(
        queue_of(lengths), [], workers, lengths.__getitem__, max_running=lambda owner: limit
    )
    queue, now = queue_of(lengths), 0.0
    running: list[tuple[float, str]] = []
    come_true = []
    while queue or running:
        running = [(end, name) for end, name in running if end > now]
        while len(running) < workers:
            owners = [name[0] for _, name in running]
            name = queue.take(lambda owner, owners=owners: owners.count(owner) < limit)
            if name is None:
                break
            come_true.append((name, now))
            running.append((now + lengths[name], name))
        now += 1
    assert starts == come_true


def test_behind_a_training_of_unknown_length_the_place_is_known_and_the_time_is_not():
    lengths = {"a0": 1.0, "a1": 1.0}
    ((one, first), (two, second)) = expected_starts(
        queue_of(lengths), [(math.inf, "a")], 1, lengths.__getitem__
    )
    assert (one, two) == ("a0", "a1")
    assert math.isinf(first)
    assert math.isinf(second)


def test_while_a_lab_has_no_places_those_that_wait_have_their_order_and_no_times():
    """A cluster without machines, or out of reach: what it was training counts as running, on places that are gone."""
    lengths = {"a0": 1.0, "b0": 1.0, "a1": 1.0}
    waiting = [("a0", math.inf), ("b0", math.inf), ("a1", math.inf)]
    for running in ([], [(4.0, "a"), (math.inf, "a")]):
        assert expected_starts(queue_of(lengths), running, 0, lengths.__getitem__) == waiting


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_a_shown_time_is_never_too_short_nor_much_too_long(one, other):
    assert one <= rounded_up(one) <= max(one + 1, one * 1.5)
    assert one > other or rounded_up(one) <= rounded_up(other)
    assert rounded_up(rounded_up(one)) == rounded_up(one)


def training(name, *, expected=10.0, seconds=0.0, iteration=0, config=CONFIG):
    made = make_run(name, config).training
    return dataclasses.replace(made, expected_seconds=expected, seconds=seconds, iteration=iteration)


def test_without_a_measurement_the_estimate_stands():
    assert Speed().left(training("new", expected=7.0)) == 7.0


def test_what_trainings_of_the_same_kind_have_taken_corrects_the_estimate_and_else_what_all_have():
    speed = Speed()
    for number in range(3):
        speed.measure(training(f"dense {number}", seconds=20.0, iteration=100))
    assert speed.left(training("new")) == pytest.approx(20.0)
    assert speed.left(training("other kind", config=CONVOLUTIONS)) == pytest.approx(20.0)
    speed.measure(training("convolution", seconds=50.0, iteration=100, config=CONVOLUTIONS))
    assert speed.left(training("other kind", config=CONVOLUTIONS)) == pytest.approx(50.0)
    assert speed.left(training("new")) == pytest.approx(20.0)


def test_the_speed_follows_a_machine_that_becomes_slower():
    speed = Speed()
    for number in range(5 * RECENT):
        speed.measure(training(f"fast {number}", seconds=10.0, iteration=100))
    for number in range(RECENT):
        speed.measure(training(f"slow {number}", seconds=40.0, iteration=100))
    assert speed.left(training("new")) == pytest.approx(40.0)


def test_a_training_that_runs_is_expected_to_go_on_as_it_went_and_counts_for_others():
    speed = Speed()
    runs = training("runs", seconds=6.0, iteration=25)
    speed.measure(runs)
    assert speed.left(runs) == pytest.approx(18.0)
    assert speed.left(training("new")) == pytest.approx(24.0)


def test_the_time_of_a_workers_start_and_end_is_added():
    speed = Speed()
    for seconds in (0.4, 0.5, 9.0):
        speed.measure_extra(seconds)
    assert speed.left(training("new", expected=2.0)) == 2.5


def test_nothing_is_known_of_a_training_without_an_estimate():
    assert math.isinf(Speed().left(training("old", expected=None)))


def test_the_slowness_of_the_machine_is_that_of_all_kinds_in_two_digits():
    speed = Speed()
    assert speed.slowness == 1.0
    for number, seconds in enumerate((12.345, 12.351, 99.0)):
        speed.measure(training(f"run {number}", seconds=seconds, iteration=100))
    assert speed.slowness == 1.2


def test_thirds_of_three_trainings_are_a_whole_one():
    shares = RunningShares([("a", "b", "c")] * 3)
    assert not shares.leave_room("a", 1)
    assert shares.leave_room("a", 2)
