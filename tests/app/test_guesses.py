"""How often a wrong code may be tried."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.people.guesses import BROWSER_SECONDS, FREE, MAX_PAUSE, OWN, Guesses


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def guess_for(seconds, clock):
    """Guess at every moment at which it is allowed; returns how many guesses were taken."""
    guesses, taken = Guesses(clock), 0
    while clock.now < seconds:
        guesses.note_wrong()
        taken += 1
        clock.now += guesses.pause()
    return taken


def test_a_class_may_mistype_and_one_that_goes_on_waits_longer_each_time(clock):
    guesses = Guesses(clock)
    pauses = []
    for _ in range(FREE + 40):
        guesses.note_wrong()
        pauses.append(guesses.pause())
        clock.now += pauses[-1]

    assert pauses[: FREE - 1] == [0] * (FREE - 1)
    waits = [pause for pause in pauses if pause]
    assert waits == sorted(waits)
    assert 1 <= waits[0] < 2


def test_who_only_guesses_takes_weeks_for_a_code(clock):
    an_hour = guess_for(3600, clock)

    assert an_hour < 1000
    assert 10**6 / an_hour > 24 * 30


def test_a_browser_that_guesses_waits_with_all_and_one_that_has_not_joins_at_once(clock):
    guesses = Guesses(clock)
    eve, ada = guesses.new_browser(), guesses.new_browser()
    for _ in range(OWN + 10 * FREE):
        guesses.note_wrong(eve)
    assert guesses.pause(eve) == guesses.pause() == MAX_PAUSE
    for _ in range(OWN):
        assert guesses.pause(ada) == 0
        guesses.note_wrong(ada)
    assert guesses.pause(ada) == MAX_PAUSE

    guesses.renew()  # the code
    assert guesses.knows(ada)
    assert guesses.pause(eve) == guesses.pause(ada) == 0


def test_tokens_that_are_made_up_or_changed_are_of_no_known_browser(clock):
    guesses = Guesses(clock)
    token = guesses.new_browser()
    others = [
        "",
        ".",
        "made-up",
        f"x{token}",
        token[:-1],
        token.partition(".")[0],
        Guesses(clock).new_browser(),
    ]
    assert guesses.knows(token)
    assert not any(map(guesses.knows, others))


def test_who_opens_the_page_again_and_again_without_cookies_still_takes_weeks_for_a_code(clock):
    guesses, taken = Guesses(clock), 0
    days = 2 * 86_400
    while clock.now < days:
        browser = guesses.new_browser()
        while not guesses.pause(browser):
            guesses.note_wrong(browser)
            taken += 1
        clock.now += min(guesses.pause(), BROWSER_SECONDS)
    assert 10**6 / (taken / 2) > 60


def test_wrong_codes_that_come_all_at_once_make_the_pause_no_longer_and_end_it_no_sooner(clock):
    guesses = Guesses(clock)
    for _ in range(10_000):
        guesses.note_wrong()
    assert guesses.pause() == MAX_PAUSE


@given(st.lists(st.floats(0, 1000), max_size=200))
def test_no_pause_is_long_and_each_ends(gaps):
    clock = Clock()
    guesses = Guesses(clock)
    for gap in gaps:
        clock.now += gap
        guesses.note_wrong()
        assert 0 <= guesses.pause() <= MAX_PAUSE
    clock.now += MAX_PAUSE
    assert guesses.pause() == 0
