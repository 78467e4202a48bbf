"""The scheduler over a real store and real processes, with workers that misbehave."""

import asyncio

import pytest

from app.jobs.local import LocalExecutor
from app.jobs.register import Register
from app.jobs.scheduler import Scheduler
from app.live.hub import Hub
from app.metrics import Metrics
from app.settings import Settings
from app.storage.database import Database
from app.trainings import Status
from engine import ExperimentConfig
from tests.app import crashing_worker
from tests.support import event_loop
from tests.support.experiments import QUICK


class Lab:
    """A scheduler with all its parts except the web server."""

    def __init__(self, state_dir, **parts):
        self.settings = Settings(state_dir=state_dir, workers=1, checkpoint_seconds=0.05)
        self.database = Database(self.settings.database_path)
        self.hub = Hub(history=None)
        self.register = Register(self.database, self.hub)
        self.scheduler = Scheduler(self.settings, self.register, self.database, self.hub, Metrics(), **parts)

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
            run, after = await lab.scheduler.launch(
                [ExperimentConfig.from_dict(QUICK), ExperimentConfig.from_dict(QUICK)]
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


def test_a_cancelled_run_does_not_come_back_when_its_worker_dies_of_it(state_dir):
    class Deaf(LocalExecutor):
        """Loses every command and kills the worker."""

        def send(self, run_id, command):
            self.kill(run_id)

    async def scenario():
        async with Lab(state_dir, executor=Deaf()) as lab:
            endless = {**QUICK, "training": {"iterations": 1_000_000}}
            (run,) = await lab.scheduler.launch([ExperimentConfig.from_dict(endless)])
            await lab.until(lambda: run.training.iteration > 0)
            await lab.scheduler.cancel(run.id)
            await lab.until(lambda: run.training.status.finished)
            return run

    assert event_loop.run(scenario()).training.status is Status.CANCELLED


def test_runs_launched_together_are_a_group_and_one_alone_is_not(state_dir):
    async def scenario():
        async with Lab(state_dir, executor=LocalExecutor()) as lab:
            config = ExperimentConfig.from_dict(QUICK)
            return await lab.scheduler.launch([config, config]), await lab.scheduler.launch([config])

    (first, second), (alone,) = event_loop.run(scenario())

    assert first.group_id == second.group_id is not None
    assert alone.group_id is None


def test_only_checkpoints_that_were_replaced_are_deleted(state_dir):
    def made(iteration):
        return {"file": f"{iteration}.npz", "iteration": iteration, "evaluations": 0}

    async def scenario():
        async with Lab(state_dir, executor=LocalExecutor()) as lab:
            (run,) = await lab.scheduler.launch([ExperimentConfig.from_dict(QUICK)])
            await lab.until(lambda: run.training.status.finished and not lab.scheduler.busy)
            folder = lab.settings.checkpoint_dir
            await lab.until(lambda: not list(folder.glob(f"{run.training.id}*")))
            folder.mkdir(exist_ok=True)
            # the worker has written 3 and is writing 4, but its report is still on the way
            for name in ("1.npz", "2.npz", "3.npz", "4.npz.part"):
                (folder / name).touch()
            run.training.checkpoints = []
            lab.scheduler.on_checkpoints(run.training.id, [made(1)])
            lab.scheduler.on_checkpoints(run.training.id, [made(2), made(1)])
            lab.scheduler.on_checkpoints(run.training.id, [made(3), made(2)])
            await lab.until(lambda: not (folder / "1.npz").exists())
            return sorted(path.name for path in folder.iterdir())

    assert event_loop.run(scenario()) == ["2.npz", "3.npz", "4.npz.part"]
