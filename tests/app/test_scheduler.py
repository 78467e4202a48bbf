"""The scheduler over a real store and real processes, with workers that misbehave."""

import asyncio
import json
import sqlite3
import sys
from typing import Any

import pytest

from app.data_sets import DataSets
from app.errors import Conflict
from app.jobs import sharing
from app.jobs.fork import Wish
from app.jobs.local import LocalExecutor
from app.jobs.messages import Cancel, Pause, Paused, SaveDone
from app.jobs.queue import Level
from app.jobs.register import Register
from app.jobs.scheduler import PROGRESS_RUNS, Scheduler
from app.jobs.viewing import Viewing
from app.jobs.waits import PUBLISHED_RUNS, expected_starts
from app.live.hub import Hub
from app.metrics import Metrics
from app.people.classroom import Classroom
from app.runs import Run
from app.settings import Settings
from app.storage.database import Database
from app.trainings import Status
from engine import ExperimentConfig
from tests.app import crashing_worker
from tests.support import event_loop
from tests.support.experiments import ENDLESS, QUICK


class Lab:
    """A scheduler with all its parts except the web server."""

    def __init__(self, state_dir, *, executor, class_name="", **settings):
        settings = {"workers": 1, "checkpoint_seconds": 0.05, **settings}
        self.settings = Settings(state_dir=state_dir, **settings)
        self.database = Database(self.settings.database_path)
        self.hub = Hub(history=None, in_class=bool(class_name))
        self.classroom = Classroom(class_name, self.database, self.hub, max_people=9)
        self.register = Register(self.database, self.hub, self.classroom if class_name else None)
        self.metrics = Metrics()
        self.scheduler = Scheduler(
            self.settings,
            self.register,
            self.database,
            self.hub,
            self.metrics,
            executor,
            DataSets(self.settings, self.hub),
            Viewing(self.register, executor, self._replayed),
        )

    async def _replayed(self, *_):
        raise AssertionError("no view is watched")

    async def __aenter__(self):
        self.database.open()
        if self.classroom.name:
            await self.classroom.open(self.register.republish, self.scheduler.let_all_wait)
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
        """Loses every command, and kills the worker that is to cancel."""

        def send(self, training_id, command):
            if isinstance(command, Cancel):
                self.kill(training_id)

    async def scenario():
        async with Lab(state_dir, executor=Deaf()) as lab:
            endless = {**QUICK, "training": {"iterations": 1_000_000}}
            (run,) = await lab.scheduler.commands.launch([ExperimentConfig.from_dict(endless)])
            await lab.until(lambda: run.training.iteration > 0)
            await lab.scheduler.commands.cancel(run.id)
            await lab.until(lambda: run.training.status.finished)
            return run

    assert event_loop.run(scenario()).training.status is Status.CANCELLED


def test_a_run_that_was_asked_to_pause_is_paused_when_its_worker_dies_before_it_reports_that(state_dir):
    class Dying(LocalExecutor):
        """Kills the worker that is to pause."""

        def send(self, training_id, command):
            if isinstance(command, Pause):
                self.kill(training_id)
            else:
                super().send(training_id, command)

    async def scenario():
        async with Lab(state_dir, executor=Dying()) as lab:
            commands = lab.scheduler.commands
            (run,) = await commands.launch([config_of(0)])
            await lab.until(lambda: run.training.iteration > 0)
            await commands.pause(run.id)
            await lab.until(lambda: not lab.scheduler.busy)
            assert (run.training.status, lab.scheduler.queued) == (Status.PAUSED, 0)
            at = run.training.iteration
            await commands.resume(run.id)
            await lab.until(lambda: run.training.iteration > at)
            await commands.cancel(run.id)

    event_loop.run(scenario())


def test_a_run_that_comes_to_its_end_by_steps_while_it_waits_for_a_place_is_completed(state_dir):
    training = {**QUICK["training"], "iterations": 3000, "evaluate_every": 1000}

    async def scenario():
        async with Lab(state_dir, executor=LocalExecutor()) as lab:
            commands = lab.scheduler.commands
            (run,) = await commands.launch([ExperimentConfig.from_dict({**QUICK, "training": training})])
            await commands.pause(run.id)
            await lab.until(lambda: run.training.status is Status.PAUSED)
            (other,) = await commands.launch([config_of(0)])  # it has the only place
            await commands.step(run.id, 3000)
            await commands.resume(run.id)
            assert run.training.status is Status.QUEUED
            await lab.until(lambda: run.training.status.finished)
            await commands.cancel(other.id)
            return run.training, lab.scheduler.queued

    ended, queued = event_loop.run(scenario())
    assert (ended.status, ended.iteration, queued) == (Status.COMPLETED, 3000, 0)


def test_a_run_that_is_paused_twice_at_once_goes_on_after_one_resume(state_dir):
    class Noting(LocalExecutor):
        """Notes what it sends."""

        def __init__(self):
            super().__init__()
            self.sent = []

        def send(self, training_id, command):
            self.sent.append(command)
            super().send(training_id, command)

    async def scenario():
        executor = Noting()
        async with Lab(state_dir, executor=executor) as lab:
            commands = lab.scheduler.commands
            (run,) = await commands.launch([config_of(0)])
            await asyncio.gather(commands.pause(run.id), commands.pause(run.id))
            await lab.until(lambda: run.training.status is Status.PAUSED)
            await commands.resume(run.id)
            lab.scheduler.on_event(run.training.id, Paused())  # a report that is older than the resume
            assert (run.training.status, lab.scheduler.busy) == (Status.RUNNING, 1)
            await commands.cancel(run.id)
            return executor.sent.count(Pause())

    assert event_loop.run(scenario()) == 1


@pytest.mark.parametrize("bound", ["max_paused", "max_paused_per_person"])
def test_runs_that_are_asked_to_pause_at_once_are_no_more_than_may_be_paused(state_dir, bound):
    async def scenario():
        bounds = {"workers": 3, bound: 1}
        async with Lab(state_dir, class_name="1-B", executor=Idle(), **bounds) as lab:
            commands = lab.scheduler.commands
            ada, _ = await lab.classroom.entrance.join(lab.classroom.entrance.code, "Ada", "")
            cancelled, first, second = await commands.launch(
                [config_of(seed) for seed in range(3)], owner=ada.id
            )
            await commands.cancel(
                cancelled.id
            )  # not reported yet: its training is about to end, not to pause
            asked = [commands.pause(run.id) for run in (first, second)]
            outcomes = await asyncio.gather(*asked, return_exceptions=True)
            assert [type(outcome) for outcome in outcomes] == [Run, Conflict]
            await commands.pause(first.id)  # it was asked already
            lab.scheduler.on_event(first.training.id, Paused())
            with pytest.raises(Conflict):
                await commands.pause(second.id)
            await commands.resume(first.id)
            await commands.pause(second.id)

    event_loop.run(scenario())


def test_runs_that_could_not_be_stored_are_not_counted_as_launched(state_dir):
    async def scenario():
        async with Lab(state_dir, executor=Idle()) as lab:
            full = "CREATE TRIGGER full BEFORE INSERT ON runs BEGIN SELECT RAISE(ABORT, 'full'); END"
            await lab.database.write(lambda connection: connection.execute(full))
            with pytest.raises(sqlite3.IntegrityError):
                await lab.scheduler.commands.launch([config_of(0)])
            return sum(
                sample.value
                for family in lab.metrics.registry.collect()
                for sample in family.samples
                if sample.name == "lossroom_launched_runs_total"
            )

    assert event_loop.run(scenario()) == 0


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
    # of the far ones, what was published is rounded, and what an answer says is not
    assert exact == list(range(78))


class Idle(LocalExecutor):
    """Its workers never begin, so what waits in the queue stays there."""

    def start(self, training_id, job):
        pass

    def send(self, training_id, command):
        pass


def config_of(seed):
    return ExperimentConfig.from_dict({**ENDLESS, "seed": seed})


def test_a_run_that_is_pushed_behind_those_whose_places_are_known_shows_no_place_any_more(
    state_dir, monkeypatch
):
    monkeypatch.setattr("app.jobs.waits.KNOWN", 2)

    async def scenario():
        async with Lab(state_dir, executor=Idle()) as lab:
            _, *waiting = await lab.scheduler.commands.launch([config_of(seed) for seed in range(4)])
            viewer = lab.hub.join()
            places: dict[str, int | None] = {}

            async def until(*expected):
                async with asyncio.timeout(60):
                    while [places.get(run.id) for run in waiting] != list(expected):
                        for message in await viewer.next_messages():
                            found = json.loads(message) if isinstance(message, str) else {}
                            for run in found["runs"] if found.get("type") == "runs" else ():
                                places[run["id"]] = run["place"] and run["place"]["ahead"]
                        await asyncio.sleep(0.02)

            await until(0, 1, None)
            await lab.scheduler.order_by_hand.put_first(waiting[2].training.id)
            await until(1, None, 0)

    event_loop.run(scenario())


def test_of_the_lesson_that_is_shown_only_what_is_not_trained_anyway_comes_before_the_turns(state_dir):
    """Neither what is trained again nor what was changed by hand: else one student could keep all others waiting."""

    async def scenario():
        async with Lab(state_dir, class_name="1-B", executor=Idle()) as lab:
            room, commands, places = lab.classroom, lab.scheduler.commands, lab.scheduler._places
            (ada, _), (bob, _) = [
                await room.entrance.join(room.entrance.code, name, "") for name in ("Ada", "Bob")
            ]
            await commands.launch([config_of(0)], owner=bob.id)  # it has the only place
            (other,) = await commands.launch([config_of(1)], owner=bob.id)
            (earlier,) = await commands.launch([config_of(3)], owner=ada.id)
            (first,) = await commands.launch([config_of(2)], lesson="1a", owner=ada.id)
            (same,) = await commands.launch([config_of(2)], lesson="1a", owner=bob.id)
            assert same.training is first.training
            assert places.queue.order()[0] == earlier.training.id

            await room.set(shown={"kind": "lesson", "lesson": "1a", "step": None})
            assert places.queue.order()[0] == first.training.id
            for _ in range(5):
                await commands.launch([config_of(2)], lesson="1a", fresh=True, owner=ada.id)
            changed = await commands.change_live(first.id, {"learning_rate": 0.5}, by=ada.id)
            assert changed.training is not same.training
            order = places.queue.order()
            assert order[0] == same.training.id
            assert order.index(other.training.id) <= 2
            assert places.owners(changed.training) == {ada.id: Level.CLASS}

            await room.set(shown=None)
            assert all(
                set(places.owners(training).values()) == {Level.CLASS} for training in lab.register.trainings
            )

    event_loop.run(scenario())


def test_while_launching_is_held_a_change_by_hand_makes_no_new_training_of_a_student(state_dir):
    async def scenario():
        async with Lab(state_dir, class_name="1-B", executor=Idle()) as lab:
            room, commands = lab.classroom, lab.scheduler.commands
            ada, _ = await room.entrance.join(room.entrance.code, "Ada", "")
            teacher = next(person for person in room.people if person.is_teacher)
            (mine,) = await commands.launch([config_of(0)], owner=ada.id)
            (theirs,) = await commands.launch([config_of(0)], owner=teacher.id)
            await room.set(held=True)
            with pytest.raises(Conflict) as refused:
                await commands.change_live(mine.id, {"learning_rate": 0.5}, by=ada.id)
            assert refused.value.code == "held"
            assert mine.training is theirs.training
            await commands.change_live(theirs.id, {"learning_rate": 0.5}, by=teacher.id)
            assert mine.training is not theirs.training
            # the other run has a training of its own by now
            await commands.change_live(mine.id, {"learning_rate": 0.5}, by=ada.id)

    event_loop.run(scenario())


def test_a_new_run_shows_the_training_that_has_come_farthest(state_dir):
    async def scenario():
        async with Lab(state_dir, executor=Idle()) as lab:
            trainings = [
                run.training for run in await lab.scheduler.commands.launch(3 * [config_of(0)], fresh=True)
            ]
            for training, iteration in zip(trainings, (20, 90, 40), strict=True):
                training.status, training.iteration = Status.RUNNING, iteration
            (shown,) = await lab.scheduler.commands.launch([config_of(0)])
            assert shown.training is trainings[1]

    event_loop.run(scenario())


def test_whoever_waits_for_a_checkpoint_hears_of_it_after_another_has_given_up(state_dir, monkeypatch):
    async def scenario():
        async with Lab(state_dir, executor=Idle()) as lab:
            run, _ = [(await lab.scheduler.commands.launch([config_of(0)]))[0] for _ in range(2)]
            run.training.status = Status.RUNNING
            waits = []
            for seconds in (0.01, 60):
                monkeypatch.setattr(sharing, "SAVE_SECONDS", seconds)
                waits.append(asyncio.create_task(lab.scheduler._sharing.save(run.training)))
                await asyncio.sleep(0)
            await waits[0]
            lab.scheduler.on_event(run.training.id, SaveDone())
            async with asyncio.timeout(10):
                await waits[1]

    event_loop.run(scenario())


def test_runs_of_people_who_are_not_known_any_more_share_one_turn(state_dir):
    """In a lab after its class, and in another class."""

    async def scenario(class_name):
        async with Lab(state_dir, class_name=class_name, executor=Idle()) as lab:
            places = lab.scheduler._places
            if not lab.register.runs:
                people = [
                    (await lab.classroom.entrance.join(lab.classroom.entrance.code, name, ""))[0]
                    for name in ("Ada", "Bob")
                ]
                for seed, person in enumerate(people):
                    (run,) = await lab.scheduler.commands.launch([config_of(seed)], owner=person.id)
                    assert places.owners(run.training) == {person.id: Level.CLASS}
            return [places.owners(run.training) for run in lab.register.runs]

    event_loop.run(scenario("1-B"))
    for class_name in ("", "2-C"):
        assert event_loop.run(scenario(class_name)) == [{None: Level.CLASS}] * 2


def test_whoever_asks_what_a_fork_would_be_waits_for_no_launch(state_dir):
    async def scenario():
        async with Lab(state_dir, executor=Idle()) as lab:
            commands = lab.scheduler.commands
            (run,) = await commands.launch([config_of(0)])
            # a launch holds this lock while it is stored
            async with (
                asyncio.timeout(60),
                lab.scheduler._sharing.order,
            ):
                found = await commands.forking.check(run.id, Wish(0, {"training": {"iterations": 7}}))
            assert found.config.iterations == 7

    event_loop.run(scenario())


def test_the_order_of_the_queue_is_computed_for_the_places_alone(state_dir, monkeypatch):
    """However often the wall asks: a long queue takes long."""
    computed = []

    def compute(*given, **named):
        computed.append(given)
        return expected_starts(*given, **named)

    monkeypatch.setattr("app.jobs.places.expected_starts", compute)

    async def scenario():
        async with Lab(state_dir, executor=Idle()) as lab:
            _, *waiting = await lab.scheduler.commands.launch([config_of(seed) for seed in range(4)])
            await lab.until(lambda: len(lab.scheduler.expected_starts()) == 3)
            before = len(computed)
            assert all(
                [training_id for training_id, _ in lab.scheduler.expected_starts()]
                == [run.training.id for run in waiting]
                for _ in range(50)
            )
            assert len(computed) == before

    event_loop.run(scenario())
