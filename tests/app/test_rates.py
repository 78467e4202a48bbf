"""How often a student may ask: a bucket for each, by a clock that the test sets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.people.refusals import TooOften
from app.security.rates import RATES, Rates


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@given(st.lists(st.integers(0, 30), min_size=1, max_size=80), st.sampled_from(sorted(RATES)))
def test_in_any_time_no_more_is_allowed_than_a_full_bucket_and_what_runs_in(pauses, action):
    clock, rate = Clock(), RATES[action]
    rates, allowed = Rates(clock), []
    for pause in pauses:
        clock.now += pause / 10
        try:
            rates.take("a", action)
        except TooOften as refused:
            # it is allowed after the seconds that it says, and not a second before it
            seconds = refused.bounds["seconds"]
            later = Rates(clock)
            later._full_at = dict(rates._full_at)
            clock.now += seconds
            later.take("a", action)
            clock.now -= seconds
        else:
            allowed.append(clock.now)
    for first in range(len(allowed)):
        for last in range(first, len(allowed)):
            passed = allowed[last] - allowed[first]
            assert last - first + 1 <= rate.burst + passed / rate.seconds + 1e-6


def test_one_person_and_one_action_do_not_use_up_anothers():
    rates = Rates(Clock())
    for _ in range(RATES["import"].burst):
        rates.take("a", "import")
    with pytest.raises(TooOften) as refused:
        rates.take("a", "import")
    assert refused.value.status == 429
    assert refused.value.code == "too_often"
    rates.take("a", "launch")
    rates.take("b", "import")


@given(st.lists(st.integers(1, RATES["run"].burst), max_size=20))
def test_many_things_at_once_count_as_many(counts):
    rates, taken = Rates(Clock()), 0
    for count in counts:
        if taken + count <= RATES["run"].burst:
            rates.take("a", "run", count)
            taken += count
        else:
            with pytest.raises(TooOften):
                rates.take("a", "run", count)


def test_who_has_not_asked_for_long_is_forgotten():
    clock = Clock()
    rates = Rates(clock)
    for number in range(10_000):
        clock.now += 1.0
        rates.take(f"person {number}", "launch")
    assert len(rates._full_at) < 100
