"""Which views a worker is asked for, with an executor that only notes it."""

import base64
from types import SimpleNamespace
from typing import Any

from app.jobs.viewing import Viewing
from app.trainings import Status
from engine import ExperimentConfig
from tests.support import event_loop
from tests.support.experiments import QUICK
from tests.support.stored_runs import make_run


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
