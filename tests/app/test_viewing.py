"""Which views a worker is asked for, with an executor that only notes it."""

import asyncio
import base64
from types import SimpleNamespace
from typing import Any

from app.errors import QueueFull
from app.jobs.viewing import Viewing
from app.trainings import Status
from engine import ConfigError, ExperimentConfig
from tests.support import event_loop
from tests.support.experiments import QUICK
from tests.support.stored_runs import make_run
from tests.support.waiting import TIMEOUT


class Page:
    """It sees all runs."""

    def may_see(self, _):
        return True

    def offer_view(self, *_):
        pass

    def forget_view(self, _):
        pass


async def replayed(*_):
    raise AssertionError("the training has a worker")


def pixels(level):
    return {"pixels": base64.b64encode(bytes([level]) * 64).decode()}


def test_views_that_took_long_are_asked_for_seldom_and_those_of_other_kinds_do_not_wait_for_them():
    async def scenario():
        run = make_run("a", ExperimentConfig.from_dict(QUICK).to_dict(), iterations=200, at=20)
        run.training.status = Status.RUNNING
        asked = []
        register: Any = SimpleNamespace(find_run=lambda _: run, find=lambda _: run.training)
        executor: Any = SimpleNamespace(send=lambda _, look: asked.append(look))
        page: Any = Page()
        viewing = Viewing(register, executor, replayed)

        def watch(view, options, *, seconds):
            """Whether the worker is asked at once; it takes so long."""
            before = len(asked)
            viewing.watch(page, run.id, view, options)
            for look in asked[before:]:
                viewing.on_view(look.ticket, seconds, b"")
            return len(asked) > before

        # quick ones, such as for a class that draws, come at once, until they have used up their share of the time
        quick = [watch("digit", pixels(level), seconds=0.0005) for level in range(40)]
        assert quick[:2] == [True, True]
        assert not quick[-1]
        # what takes a second is not asked for again soon, with whatever options
        assert watch("weights", {"layer": 1}, seconds=1.0)
        assert watch("weights", {"layer": 1, "count": 2}, seconds=1.0)
        assert not watch("weights", {"layer": 1, "count": 3}, seconds=1.0)
        assert watch("units", {}, seconds=0.001)
        # a worker that starts again has used nothing
        viewing.on_exit(run.training.id)
        assert watch("digit", pixels(200), seconds=0.0005)
        viewing.close()

    event_loop.run(scenario())


def test_a_run_that_gets_a_training_of_its_own_is_watched_there_and_the_others_go_on():
    async def scenario():
        run, other = (
            make_run(name, ExperimentConfig.from_dict(QUICK).to_dict(), iterations=200, at=20)
            for name in "ab"
        )
        shared, alone = run.training, other.training
        other.training = shared
        for training in (shared, alone):
            training.status = Status.RUNNING
        asked = []
        runs = {shown.id: shown for shown in (run, other)}
        trainings = {training.id: training for training in (shared, alone)}
        register: Any = SimpleNamespace(find_run=runs.get, find=trainings.get)
        executor: Any = SimpleNamespace(send=lambda training_id, _: asked.append(training_id))
        page: Any = Page()
        viewing = Viewing(register, executor, replayed)
        viewing.watch(page, other.id, "units", {})
        assert asked == [shared.id]

        other.training = alone  # it was changed by hand
        await wait_for(lambda: alone.id in asked)
        count = len(asked)
        await wait_for(lambda: len(asked) > count + 1)
        assert set(asked[1:]) == {alone.id}
        viewing.close()

    event_loop.run(scenario())


def test_a_view_that_cannot_be_made_now_is_made_later_and_one_that_never_can_gives_the_reason():
    async def scenario():
        run = make_run("a", ExperimentConfig.from_dict(QUICK).to_dict(), iterations=200, at=20)
        run.training.status = Status.COMPLETED
        register: Any = SimpleNamespace(find_run=lambda _: run, find=lambda _: run.training)
        answers: list[Any] = [QueueFull("many wait"), b"a view", ConfigError("memory", "dtype", "too large")]
        shown = []

        async def answer(*_):
            given = answers.pop(0)
            if isinstance(given, Exception):
                raise given
            return given

        page: Any = Page()
        page.offer_view = lambda key, frame, _: shown.append(frame)
        viewing = Viewing(register, SimpleNamespace(send=None), answer)
        viewing.watch(page, run.id, "units", {})
        await wait_for(lambda: shown)
        assert b"a view" in shown[0]
        viewing.watch(page, run.id, "digit", pixels(7))
        await wait_for(lambda: len(shown) == 2)
        assert "too large" in shown[1]
        assert answers == []
        viewing.close()

    event_loop.run(scenario())


async def wait_for(condition):
    async with asyncio.timeout(TIMEOUT):
        while not condition():
            await asyncio.sleep(0.01)
