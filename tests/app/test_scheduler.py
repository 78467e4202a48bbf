"""The scheduler over a real store and real processes, with workers that misbehave."""

import asyncio
import json
import sys
from typing import Any

import pytest

from app.data_sets import DataSets
from app.jobs.local import LocalExecutor
from app.jobs.register import Register
from app.jobs.scheduler import PROGRESS_RUNS, Scheduler
from app.jobs.waits import PUBLISHED_RUNS
from app.live.hub import Hub
from app.metrics import Metrics
from app.settings import Settings
from app.storage.database import Database
from app.trainings import Status
from engine import ExperimentConfig
from tests.app import crashing_worker
from tests.support import event_loop
from tests.support.experiments import ENDLESS, QUICK


class Lab:
    """A scheduler with all its parts except the web server."""

    def __init__(self, state_dir, **parts):
        self.settings = Settings(state_dir=state_dir, workers=1, checkpoint_seconds=0.05)
        self.database = Database(self.settings.database_path)
        self.hub = Hub(history=None)
        self.register = Register(self.database, self.hub)
        self.scheduler = Scheduler(
            self.settings,
            self.register,
            self.database,
            self.hub,
            Metrics(),
            data_sets=DataSets(self.settings, self.hub),
            **parts,
        )

    async def __aenter__(self):
        self.database.open()
        await self.scheduler.open()
        return self

    async def __aexit__(self, *_):
        await self.scheduler.close()
        self.database.close()

    async def until(self, condition):
        async with asyncio.timeout(60):
            while not condition():
                await asyncio.sleep(0.01)


@pytest.fixture
def state_dir(tmp_path):
    return tmp_path / "state"


def test_a_run_that_kills_its_worker_at_the_same_place_three_times_fails_with_the_reason(state_dir):
    async def scenario():
        async with Lab(state_dir, executor=LocalExecutor(entry=crashing_worker.main)) as lab:
            run, after = await lab.scheduler.commands.launch(
                [ExperimentConfig.from_dict(QUICK), ExperimentConfig.from_dict(QUICK)], fresh=True
            )
            await lab.until(lambda: run.training.status.finished)
            await lab.until(lambda: after.training.attempt > 1)  # its place is given to the next
            return run

    run = event_loop.run(scenario())

    assert run.training.status is Status.FAILED
    assert run.training.crashes == 3
    assert run.training.attempt >= 4
    assert f"died 3 times at iteration {run.training.iteration}" in run.training.reason
    assert "SIGKILL" in run.training.reason
    # rows up to the crash are stored, except the last ones, which may not have been sent
    assert run.training.iteration <= 100


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is one of Linux")
def test_a_run_that_wants_more_memory_than_it_may_hold_fails_and_says_so(state_dir):
    async def scenario():
        async with Lab(state_dir, executor=LocalExecutor(entry=crashing_worker.greedy)) as lab:
            (run,) = await lab.scheduler.commands.launch([ExperimentConfig.from_dict(QUICK)])
            await lab.until(lambda: run.training.status.finished)
            return run.training

    training = event_loop.run(scenario())

    assert (training.status, training.attempt, training.iteration) == (Status.FAILED, 1, 100)
    assert training.reason.code == "out_of_memory"


def test_a_cancelled_run_does_not_come_back_when_its_worker_dies_of_it(state_dir):
    class Deaf(LocalExecutor):
        """Loses every command and kills the worker."""

        def send(self, run_id, command):
            self.kill(run_id)

    async def scenario():
        async with Lab(state_dir, executor=Deaf()) as lab:
            endless = {**QUICK, "training": {"iterations": 1_000_000}}
            (run,) = await lab.scheduler.commands.launch([ExperimentConfig.from_dict(endless)])
            await lab.until(lambda: run.training.iteration > 0)
            await lab.scheduler.commands.cancel(run.id)
            await lab.until(lambda: run.training.status.finished)
            return run

    assert event_loop.run(scenario()).training.status is Status.CANCELLED


def test_runs_launched_together_are_a_group_and_one_alone_is_not(state_dir):
    async def scenario():
        async with Lab(state_dir, executor=LocalExecutor()) as lab:
            config = ExperimentConfig.from_dict(QUICK)
            return await lab.scheduler.commands.launch([config, config]), await lab.scheduler.commands.launch(
                [config]
            )

    (first, second), (alone,) = event_loop.run(scenario())

    assert first.group_id == second.group_id is not None
    assert alone.group_id is None


def test_only_checkpoints_that_were_replaced_are_deleted(state_dir):
    def made(iteration):
        return {"file": f"{iteration}.npz", "iteration": iteration, "evaluations": 0}

    async def scenario():
        async with Lab(state_dir, executor=LocalExecutor()) as lab:
            (run,) = await lab.scheduler.commands.launch([ExperimentConfig.from_dict(QUICK)], fresh=True)
            await lab.until(lambda: run.training.status.finished and not lab.scheduler.busy)
            folder = lab.settings.checkpoint_dir
            await lab.until(lambda: not list(folder.glob(f"{run.training.id}.*")))
            folder.mkdir(exist_ok=True)
            # the worker has written 3 and is writing 4, but its report is still on the way
            for name in ("1.npz", "2.npz", "3.npz", "4.npz.part"):
                (folder / name).touch()
            run.training.checkpoints = []
            lab.scheduler.on_checkpoints(run.training.id, [made(1)])
            lab.scheduler.on_checkpoints(run.training.id, [made(2), made(1)])
            lab.scheduler.on_checkpoints(run.training.id, [made(3), made(2)])
            await lab.until(lambda: not (folder / "1.npz").exists())
            return sorted(path.name for path in folder.iterdir() if path.is_file())

    assert event_loop.run(scenario()) == ["2.npz", "3.npz", "4.npz.part"]


def test_a_training_has_the_fingerprint_of_the_data_that_it_began_with(state_dir):
    """The files may be replaced after the launch; and what began with others is no longer known."""

    class Replaced(DataSets):
        def digest(self, name):
            return "of the files before"

    config = ExperimentConfig.from_dict(ENDLESS)

    async def scenario():
        parts = {"executor": LocalExecutor()}
        async with Lab(state_dir, **parts) as lab:
            lab.scheduler.commands._data_sets = Replaced(lab.settings, lab.hub)
            (run,) = await lab.scheduler.commands.launch([config])
            launched = run.training.fingerprint
            await lab.until(lambda: run.training.iteration > 0)
            begun = run.training.fingerprint
            lab.scheduler.commands._data_sets = DataSets(lab.settings, lab.hub)
            (again,) = await lab.scheduler.commands.launch([config])
        database = Database(lab.settings.database_path)
        database.open()
        await database.write(lambda c: c.execute("UPDATE trainings SET fingerprint = 'of another machine'"))
        database.close()
        async with Lab(state_dir, **parts) as lab:
            (training,) = lab.register.trainings
            await lab.until(lambda: training.fingerprint != "of another machine")
            for shown in (run, again):
                await lab.scheduler.commands.delete(shown.id)
            return launched, begun, again.training is run.training, training.fingerprint

    launched, begun, shared, resumed = event_loop.run(scenario())

    assert launched != begun
    assert shared
    assert resumed is None


def test_the_progress_of_many_runs_is_published_in_turns(state_dir):
    config = ExperimentConfig.from_dict(ENDLESS)

    async def scenario():
        async with Lab(state_dir, executor=LocalExecutor()) as lab:
            runs = [run for _ in range(5) for run in await lab.scheduler.commands.launch([config] * 20)]
            await lab.until(lambda: runs[0].training.iteration > 0)
            viewer = lab.hub.join()
            progress: list[list[dict[str, Any]]] = []
            async with asyncio.timeout(60):
                while len({run["id"] for message in progress for run in message}) < len(runs):
                    messages = [json.loads(m) for m in await viewer.next_messages() if isinstance(m, str)]
                    # after the list of all runs, which has `more`
                    progress += [m["runs"] for m in messages if m["type"] == "runs" and "more" not in m]
                    await asyncio.sleep(0.05)
            await lab.scheduler.commands.cancel(runs[0].id)
            for run in runs:
                await lab.scheduler.commands.delete(run.id)
            return len({run.training.id for run in runs[1:]}), progress

    trainings, progress = event_loop.run(scenario())

    assert trainings == 1
    assert max(len(message) for message in progress) <= PROGRESS_RUNS


def test_the_places_of_runs_that_wait_are_published_as_they_change_some_at_a_time(state_dir):
    config = ExperimentConfig.from_dict(ENDLESS)

    async def scenario():
        async with Lab(state_dir, executor=LocalExecutor()) as lab:
            first, *waiting = await lab.scheduler.commands.launch([config] * 80, fresh=True)
            viewer = lab.hub.join()
            places: dict[str, int] = {}
            messages: list[list[dict[str, Any]]] = []

            async def take():
                for message in await viewer.next_messages():
                    found = json.loads(message) if isinstance(message, str) else {}
                    if found.get("type") == "runs" and "more" not in found:
                        messages.append(found["runs"])
                        places.update((r["id"], r["place"]["ahead"]) for r in found["runs"] if r["place"])
                await asyncio.sleep(0.02)

            async with asyncio.timeout(60):
                while [places.get(run.id) for run in waiting] != list(range(79)):
                    await take()
                most = max(map(len, messages))
                await lab.scheduler.commands.cancel(first.id)
                while [places.get(run.id) for run in waiting[1:11]] != list(range(10)):
                    await take()
            exact = [run.listed()["place"]["ahead"] for run in waiting[1:]]
            for run in waiting:
                await lab.scheduler.commands.delete(run.id)
            return most, exact

    most, exact = event_loop.run(scenario())

    assert most <= PUBLISHED_RUNS + PROGRESS_RUNS < len(exact)
    assert exact == list(
        range(78)
    )  # of the far ones, what was published is rounded, and what an answer says is not
