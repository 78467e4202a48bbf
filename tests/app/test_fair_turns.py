"""People take turns in the queue: how long they wait, and how many seconds they get, in a simulated lab."""

import heapq
from collections import Counter, defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.jobs.queue import Level, Queue

PEOPLE = ["a", "b", "c"]


def owned_by(person):
    return {person: Level.CLASS}


class SimulatedLab:
    """A lab whose trainings take known seconds, with a clock of its own, so that thousands of cases take seconds.

    Attributes:
        seconds: of each training.
        time: seconds since the start.
        running: (when it ends, training).
        started: (training, when), in order.
    """

    def __init__(self, workers, seconds, expected=None):
        self.queue = Queue(100_000, (expected or seconds).__getitem__)
        self.seconds = seconds
        self.workers = workers
        self.time = 0.0
        self.running = []
        self.started = []

    def fill(self):
        """Start trainings on the workers that are free."""
        while len(self.running) < self.workers and (training := self.queue.take()) is not None:
            self.started.append((training, self.time))
            heapq.heappush(self.running, (self.time + self.seconds[training], training))

    def until(self, time=float("inf")):
        """Let the time pass up to this; by default, until nothing waits and nothing trains."""
        self.fill()
        while self.running and self.running[0][0] <= time:
            self.time, ended = heapq.heappop(self.running)
            self.queue.settle(ended, self.seconds[ended])
            self.fill()
            if not self.queue and not self.running:
                self.queue.rest()
        self.time = max(self.time, time) if time != float("inf") else self.time

    def when(self, training):
        """When a training has started."""
        return next(time for started, time in self.started if started == training)


lengths = st.integers(1, 50).map(float)
launches = st.lists(
    st.tuples(st.sampled_from(PEOPLE), st.integers(1, 6), lengths, st.integers(0, 60)),
    min_size=1,
    max_size=12,
)


def simulated(workers, given, *, before=()):
    """A lab in which people have launched: (person, how many runs, seconds of each, seconds since the last launch)."""
    seconds: dict[str, float] = {}
    lab, names = SimulatedLab(workers, seconds), Counter[str]()
    for person, count, length, pause in [*before, *given]:
        lab.until(lab.time + pause)
        for _ in range(count):
            name = f"{person}{names[person]}"
            names[person] += 1
            seconds[name] = length
            lab.queue.add(name, owned_by(person))
        lab.fill()
    return lab


@given(st.integers(1, 3), launches, lengths, lengths, st.integers(0, 60))
def test_a_thousand_runs_of_one_person_delay_anothers_first_run_by_at_most_one_of_them(
    workers, others, long, own, pause
):
    """Whatever the others have queued. With one worker, the delay is no longer than one of these runs."""
    lab = simulated(workers, others, before=[("greedy", 1000, long, 0)])
    lab.until(lab.time + pause)
    come, before = lab.time, len(lab.started)
    left = sum(end - come for end, training in lab.running if training.startswith("greedy"))
    lab.seconds["new"] = own
    lab.queue.add("new", owned_by("new"))
    lab.fill()
    while "new" not in (names := [training for training, _ in lab.started[before:]]):
        lab.until(lab.running[0][0])
    begun = sum(name.startswith("greedy") for name in names[: names.index("new")])
    assert begun <= 1
    assert workers > 1 or left + begun * long <= long


@given(lengths, lengths, st.floats(0.001, 1.0, exclude_max=True))
def test_alone_with_a_thousand_runs_a_person_waits_for_the_rest_of_the_one_that_trains(long, own, part):
    lab = simulated(1, [("greedy", 1000, long, 0)])
    lab.until(long * part)
    lab.seconds["new"] = own
    lab.queue.add("new", owned_by("new"))
    lab.until(2 * long)
    assert lab.when("new") == pytest.approx(long)


@given(st.integers(1, 3), launches)
def test_no_owner_starves_and_every_training_starts_once(workers, given):
    lab = simulated(workers, given)
    lab.until()
    assert Counter(training for training, _ in lab.started) == Counter(lab.seconds.keys())
    assert not lab.queue


@given(
    st.integers(1, 3),
    st.lists(st.lists(lengths, min_size=1, max_size=30), min_size=2, max_size=5),
    st.randoms(use_true_random=False),
)
def test_people_who_wait_all_the_time_get_seconds_that_differ_by_no_more_than_two_runs(
    workers, wanted, random
):
    """In any order of launching, until one of them has no more trainings that wait."""
    seconds = {f"{i}:{j}": length for i, own in enumerate(wanted) for j, length in enumerate(own)}
    lab = SimulatedLab(workers, seconds)
    names = list(seconds)
    random.shuffle(names)
    for name in names:
        lab.queue.add(name, owned_by(name.split(":")[0]))
    waits = Counter(name.split(":")[0] for name in names)
    got, longest = Counter[str](), max(seconds.values())
    while True:
        training = lab.queue.take()
        owner = training.split(":")[0]
        got[owner] += seconds[training]
        waits[owner] -= 1
        assert max(got.values()) - min(got[str(i)] for i in range(len(wanted))) <= 2 * longest
        if not waits[owner]:
            break


@given(st.lists(st.tuples(st.sampled_from(PEOPLE), lengths, lengths), min_size=1, max_size=40))
def test_what_was_expected_too_short_or_too_long_is_corrected_at_the_end(given):
    """People with wrong estimates of any kind get equal seconds while all wait, but for two runs."""
    names = [f"{person}{i}" for i, (person, *_) in enumerate(given)]
    real = {name: length for name, (_, length, _) in zip(names, given, strict=True)}
    expected = {name: length for name, (*_, length) in zip(names, given, strict=True)}
    lab = SimulatedLab(1, real, expected)
    waits = Counter(name[0] for name in names)
    for name in names:
        lab.queue.add(name, owned_by(name[0]))
    got, people = Counter[str](), set(waits)
    while all(waits[person] for person in people):
        training = lab.queue.take()
        lab.queue.settle(training, real[training])
        got[training[0]] += real[training]
        waits[training[0]] -= 1
        assert max(got.values()) - min(got[person] for person in people) <= 2 * max(real.values())


def test_who_waited_long_ago_or_trained_alone_owes_nothing_and_has_saved_nothing():
    seconds: dict[str, float] = defaultdict(lambda: 10.0)
    lab = SimulatedLab(1, seconds)
    for number in range(20):
        lab.queue.add(f"a{number}", owned_by("a"))
    lab.until()  # alone for 200 s
    for number in range(20, 23):
        lab.queue.add(f"a{number}", owned_by("a"))
        lab.queue.add(f"b{number}", owned_by("b"))
    assert [name[0] for name in lab.queue.order()] == ["a", "b"] * 3
