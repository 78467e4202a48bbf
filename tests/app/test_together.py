"""Wishes that are fulfilled in groups, and states that are published in their turns."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from app.live.throttle import Throttle
from app.together import MAX_GROUP, Together
from tests.support import event_loop


class Odd(Exception):
    """A refusal."""


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 3)), max_size=40))
def test_each_gets_the_result_of_its_own_wish_whoever_asks_at_the_same_time(wishes):
    """After some turns of the loop each; odd ones are refused."""

    async def fulfil(group):
        groups.append(group)
        await asyncio.sleep(0)
        return [Odd(wish) if wish % 2 else wish * 10 for wish in group]

    async def ask(together, wish, turns):
        for _ in range(turns):
            await asyncio.sleep(0)
        return await together.ask(wish)

    async def scenario():
        together = Together(asyncio.Lock(), fulfil)
        asked = [ask(together, wish, turns) for wish, turns in wishes]
        return await asyncio.gather(*asked, return_exceptions=True)

    groups: list[list[int]] = []
    results = event_loop.run(scenario())

    for (wish, _), result in zip(wishes, results, strict=True):
        assert result.args == (wish,) if wish % 2 else result == wish * 10
    assert sorted(wish for group in groups for wish in group) == sorted(wish for wish, _ in wishes)


def test_those_who_ask_while_a_group_is_stored_are_the_next_group():
    groups = []

    async def fulfil(group):
        groups.append(len(group))
        await asyncio.sleep(0.01)
        return group

    async def scenario():
        together = Together(asyncio.Lock(), fulfil)
        await asyncio.gather(*(together.ask(number) for number in range(MAX_GROUP + 50)))

    event_loop.run(scenario())
    assert groups == [1, MAX_GROUP, 49]


def test_a_failure_reaches_all_of_its_group_and_no_others():
    fails = True

    async def fulfil(group):
        await asyncio.sleep(0)
        if fails:
            raise Odd
        return group

    async def scenario():
        nonlocal fails
        together = Together(asyncio.Lock(), fulfil)
        first = await asyncio.gather(*(together.ask(number) for number in range(3)), return_exceptions=True)
        fails = False
        return first, await together.ask(7)

    first, later = event_loop.run(scenario())
    assert [type(error) for error in first] == [Odd] * 3
    assert later == 7


def test_one_who_goes_away_takes_no_others_along():
    async def fulfil(group):
        await asyncio.sleep(0.01)
        return group

    async def scenario():
        together = Together(asyncio.Lock(), fulfil)
        asked = [asyncio.create_task(together.ask(number)) for number in range(3)]
        await asyncio.sleep(0)
        asked[1].cancel()
        done = await asyncio.gather(*asked, return_exceptions=True)
        return done[0], done[2], await together.ask(9)

    assert event_loop.run(scenario()) == (0, 2, 9)


def test_a_throttle_calls_at_once_and_once_more_after_many_wishes():
    async def scenario():
        called, state = [], {"value": 0}
        wish = Throttle(0.02, lambda: called.append(state["value"]))
        for state["value"] in range(100):
            wish()
        at_once = list(called)
        await asyncio.sleep(0.05)
        assert called == [0, 99]
        await asyncio.sleep(0.05)
        wish()
        return at_once, called

    at_once, called = event_loop.run(scenario())
    assert at_once == [0]
    assert called == [0, 99, 99]
