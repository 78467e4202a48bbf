"""The process that replays moments: it is bounded, can be withdrawn from, and may die."""

import asyncio
import errno
import os
import signal
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.data_sets import DataSets
from app.errors import Conflict
from app.jobs import replayer as replayer_module
from app.jobs import worker
from app.jobs.held_trainings import HeldTraining, HeldTrainings
from app.jobs.messages import Job
from app.jobs.past import Past
from app.jobs.replay_messages import (
    Ask,
    AskLandscape,
    AskRate,
    Failed,
    Progress,
    RateFound,
    Seen,
    Surveyed,
    TooLong,
    Written,
)
from app.jobs.replayer import MAX_QUESTIONS, ReplayBusy, ReplayDied, Replayer
from app.live.hub import Hub
from app.settings import Settings
from app.storage.database import Database
from engine import ExperimentConfig, Trainer, views
from tests.support import event_loop
from tests.support.experiments import ENDLESS, QUICK
from tests.support.reasons import reason_in
from tests.support.stored_runs import make_run
from tests.support.waiting import wait_until


def job(folder, experiment, **others):
    values = {
        "training": "one",
        "attempt": 1,
        "config": ExperimentConfig.from_dict(experiment).to_dict(),
        "stretches": [],
        "data_dir": str(folder),
        "cache_dir": str(folder / "cache"),
        "own_dir": str(folder / "own-data"),
        "checkpoint_place": str(folder),
        "checkpoint_seconds": 3.0,
        "checkpoints": [],
        "kept_bytes": 0,
        "memory_bytes": 1 << 30,
        "stored": 0,
        "seconds": 0.0,
        "changes": [],
        "wanted": [],
        "dead": False,
    }
    return Job(**{**values, **others})


def ask(folder, iteration, experiment=QUICK, *, expected=0.0, bound=60.0, loss=None, **others):
    return Ask(
        job=job(folder, experiment, **others),
        iteration=iteration,
        loss=loss,
        file=str(folder / f"{iteration}.npz"),
        seconds_per_iteration=expected,
        bound_seconds=bound,
    )


def with_replayer(scenario, **options):
    """Run a scenario with a replayer, whose process has ended afterwards."""

    async def run():
        replayer = Replayer(**options)
        try:
            return await scenario(replayer)
        finally:
            await replayer.close()

    return event_loop.run(run())


def pid(replayer):
    return replayer._helper._process.pid


def gone(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"


async def until(condition):
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.01)


def test_a_killed_process_is_replaced_and_the_question_asked_again_but_not_for_ever(tmp_path):
    async def scenario(replayer):
        assert await replayer.answer(ask(tmp_path, 5)) == Written()
        first = pid(replayer)
        own = os.getpriority(os.PRIO_PROCESS, 0)
        assert os.getpriority(os.PRIO_PROCESS, first) > min(own + worker.NICENESS, 18)  # trainings come first
        slow = asyncio.create_task(replayer.answer(ask(tmp_path, 900_000, ENDLESS)))
        await until(replayer._turn.locked)
        os.kill(first, signal.SIGKILL)
        await until(lambda: replayer._helper is not None and pid(replayer) != first)
        second = pid(replayer)
        os.kill(second, signal.SIGKILL)
        with pytest.raises(ReplayDied, match="twice"):
            await slow
        assert await replayer.answer(ask(tmp_path, 6)) == Written()
        third = pid(replayer)
        assert len({first, second, third}) == 3
        return third

    last = with_replayer(scenario)
    wait_until(lambda: gone(last), "its end with the server")


def test_a_process_that_is_silent_is_replaced_but_not_asked_again(tmp_path, monkeypatch):
    monkeypatch.setattr(replayer_module, "GRACE_SECONDS", 0.1)

    async def scenario(replayer):
        assert await replayer.answer(ask(tmp_path, 5)) == Written()
        silent = pid(replayer)
        os.kill(silent, signal.SIGSTOP)
        with pytest.raises(ReplayDied) as refused:
            await replayer.answer(ask(tmp_path, 6, bound=0.1))
        assert reason_in(refused.value.message).code == "replay_silent"
        assert gone(silent)
        assert await replayer.answer(ask(tmp_path, 7)) == Written()

    with_replayer(scenario)


def test_a_process_that_cannot_be_started_is_named(tmp_path):
    def no_process(*_):
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    async def scenario(replayer):
        replayer._processes.start = no_process
        with pytest.raises(ReplayDied, match="could not be started") as refused:
            await replayer.answer(ask(tmp_path, 5))
        assert reason_in(refused.value.message).code == "replay_not_started"

    with_replayer(scenario)


def test_a_withdrawn_question_ends_at_once_and_the_next_one_is_answered_by_the_same_process(tmp_path):
    async def scenario(replayer):
        assert await replayer.answer(ask(tmp_path, 5)) == Written()
        before = pid(replayer)
        slow = asyncio.create_task(replayer.answer(ask(tmp_path, 900_000, ENDLESS, training="two")))
        waiting = asyncio.create_task(replayer.answer(ask(tmp_path, 900_001, ENDLESS, training="two")))
        await until(replayer._turn.locked)
        waiting.cancel()
        slow.cancel()
        await asyncio.wait([slow, waiting])
        assert slow.cancelled()
        assert await replayer.answer(ask(tmp_path, 7)) == Written()
        assert pid(replayer) == before

    with_replayer(scenario)
    assert not (tmp_path / "900000.npz").exists()


def test_a_learning_rate_is_found_or_withdrawn_or_given_up_at_the_bound_by_the_same_process(tmp_path):
    def find(iterations, bound=600.0):
        config = ExperimentConfig.from_dict(QUICK).to_dict()
        folders = {"data_dir": str(tmp_path), "cache_dir": str(tmp_path / "cache"), "own_dir": str(tmp_path)}
        return AskRate(config=config, **folders, iterations=iterations, bound_seconds=bound)

    async def scenario(replayer):
        found = await replayer.answer(find(60))
        assert isinstance(found, RateFound)
        assert len(found.found["rates"]) == len(found.found["losses"]) <= 60
        before = pid(replayer)
        endless = asyncio.create_task(replayer.answer(find(1_000_000)))
        await until(replayer._turn.locked)
        endless.cancel()
        await asyncio.wait([endless])
        late = await replayer.answer(find(1_000_000, bound=0.1))
        assert isinstance(late, TooLong)
        assert late.expected_seconds > 0.1
        assert await replayer.answer(ask(tmp_path, 5)) == Written()
        assert pid(replayer) == before

    with_replayer(scenario)


def test_a_landscape_tells_its_progress_and_can_be_withdrawn_or_given_up_at_the_bound(
    tmp_path,
):
    def survey(size, *, fewer=False, bound=600.0):
        return AskLandscape(
            jobs=[job(tmp_path, QUICK)],
            iterations=[[0, 5, 20]],
            losses=[None],
            options={"directions": "paths", "seed": 0, "size": size, "images": 300},
            fewer=fewer,
            bound_seconds=bound,
        )

    async def scenario(replayer):
        reports: list[Progress] = []
        done = await replayer.answer(survey(5), reports.append)
        assert isinstance(done, Surveyed)
        assert done.landscape["images"] == 300
        assert [report.done for report in reports][:3] == [1, 2, 3]
        assert {report.total for report in reports} == {25 + 2 * 3}
        before = pid(replayer)
        endless = asyncio.create_task(replayer.answer(survey(2001), reports.append))
        await until(lambda: reports[-1].total > 4_000_000)
        endless.cancel()
        await asyncio.wait([endless])
        fewer: list[Progress] = []
        late = await replayer.answer(survey(2001, fewer=True, bound=3), fewer.append)
        assert late == TooLong(3)  # also with the fewest images
        assert await replayer.answer(ask(tmp_path, 5)) == Written()
        assert pid(replayer) == before

    with_replayer(scenario)


def test_what_takes_longer_than_the_bound_is_given_up_before_it_or_at_it_and_goes_on_from_there(tmp_path):
    async def scenario(replayer):
        first = await replayer.answer(ask(tmp_path, 900_000, ENDLESS, expected=0.001, bound=10))
        assert isinstance(first, TooLong)
        assert first.expected_seconds == pytest.approx(900.05)
        for _ in range(100):  # on a busy machine the time may be over before an iteration is
            at_it = await replayer.answer(ask(tmp_path, 900_000, ENDLESS, bound=0.2))
            assert isinstance(at_it, TooLong)
            then = await replayer.answer(ask(tmp_path, 900_000, ENDLESS, expected=0.001, bound=1))
            assert isinstance(then, TooLong)
            if then.expected_seconds < first.expected_seconds:
                break
        assert then.expected_seconds < first.expected_seconds

    with_replayer(scenario)


def test_more_questions_than_may_wait_are_refused(tmp_path):
    async def scenario(replayer):
        waiting = [
            asyncio.create_task(replayer.answer(ask(tmp_path, 900_000, ENDLESS)))
            for _ in range(MAX_QUESTIONS)
        ]
        await until(replayer._turn.locked)
        with pytest.raises(ReplayBusy, match=f"{MAX_QUESTIONS} questions are waiting"):
            await replayer.answer(ask(tmp_path, 1))
        for waiter in waiting:
            waiter.cancel()
        await asyncio.wait(waiting)
        assert await replayer.answer(ask(tmp_path, 1)) == Written()

    with_replayer(scenario)


def test_an_idle_process_ends_and_the_next_question_starts_another(tmp_path):
    async def scenario(replayer):
        assert await replayer.answer(ask(tmp_path, 1)) == Written()
        first = pid(replayer)
        await until(lambda: replayer._helper is None)
        await until(lambda: gone(first))
        assert await replayer.answer(ask(tmp_path, 2)) == Written()

    with_replayer(scenario, idle_seconds=0.1)


def test_a_moment_whose_loss_is_not_the_recorded_one_is_refused(tmp_path):
    trainer = Trainer(ExperimentConfig.from_dict(QUICK))
    loss = float(np.float32([trainer.step().loss for _ in range(3)][-1]))

    async def scenario(replayer):
        assert await replayer.answer(ask(tmp_path, 3, loss=loss)) == Written()
        other = await replayer.answer(
            ask(tmp_path, 3, loss=float(np.nextafter(np.float32(loss), np.float32(9))))
        )
        assert isinstance(other, Failed)
        assert other.why["code"] == "replay_other"

    with_replayer(scenario)


def test_what_is_held_stays_within_its_bound(tmp_path):
    """The trainings that were not asked for longest go first; one is always held."""
    size = HeldTraining(job(tmp_path, QUICK)).bytes
    held = HeldTrainings(cache_bytes=3 * size)
    for name in "abcabda":
        held.take(job(tmp_path, QUICK, training=name))
    assert held.ids == ["b", "d", "a"]
    small = HeldTrainings(cache_bytes=1)
    for name in "ab":
        small.take(job(tmp_path, QUICK, training=name))
    assert small.ids == ["b"]


def test_a_fork_counts_the_memory_of_the_experiment_that_needs_most_of_its_own_and_those_before_it(tmp_path):
    large = {**QUICK, "training": {**QUICK["training"], "batch_size": 1000}}
    config = ExperimentConfig.from_dict(large).to_dict()
    forked = job(tmp_path, QUICK, stretches=[{"until": 5, "config": config, "seed": None}])
    alone = HeldTraining(job(tmp_path, large)).bytes
    assert HeldTraining(forked).bytes == alone > HeldTraining(job(tmp_path, QUICK)).bytes


def test_a_moment_at_a_checkpoint_takes_no_iteration_unless_the_last_step_is_to_be_seen(tmp_path):
    trainer = Trainer(ExperimentConfig.from_dict(QUICK))
    weights = [trainer.network.vector.copy() for _ in range(20) if trainer.step()]
    (tmp_path / "there.npz").write_bytes(trainer.checkpoint())
    with_checkpoint = job(tmp_path, QUICK, checkpoints=[{"iteration": 20, "file": "there.npz"}])
    held = HeldTrainings(cache_bytes=1 << 30).take(with_checkpoint)

    assert held.nearest(20, with_step=False) == 20
    restored = held.at(20, lambda: True, with_step=False)  # would be cancelled before the first iteration
    assert np.array_equal(restored.network.vector, weights[19])
    assert held.before is None

    assert held.nearest(20, with_step=True) == 0
    held.at(20, lambda: False, with_step=True)
    assert np.array_equal(held.before, weights[18])
    assert held.nearest(20, with_step=True) == 20  # it has the step now
    held.at(20, lambda: True, with_step=True)
    held.at(3, lambda: False, with_step=False)
    assert np.array_equal(held.before, weights[1])  # this one was trained anyway
    held.at(20, lambda: True, with_step=False)
    assert held.before is None
    held.at(20, lambda: False, with_step=True)
    assert np.array_equal(held.before, weights[18])

    async def scenario(replayer):
        see = replace(ask(tmp_path, 20, expected=1.0, bound=10), job=with_checkpoint, file=None)
        for view in ("units", "weights"):
            options = views.check(view, {}, trainer.config)
            answer = await replayer.answer(replace(see, view=view, options=options))
            assert isinstance(answer, TooLong if view == "units" else Seen)

    with_replayer(scenario)


class Ready:
    """In the place of a replayer: always has the same answer."""

    def __init__(self, answer):
        self._answer = answer
        self.asked = []

    async def answer(self, asked):
        self.asked.append(asked)
        return self._answer


def with_past(folder, replayer, scenario, **options):
    """Run a scenario with the past of a training that has done 5 iterations."""
    settings = Settings(state_dir=folder)
    database = Database(settings.database_path)
    database.open()
    past = Past(settings, database, DataSets(settings, Hub(history=None)), replayer, **options)
    config = ExperimentConfig.from_dict(QUICK).to_dict()
    event_loop.run(scenario(past, make_run("a", config, iteration=5).training))
    database.close()


def test_the_views_that_are_kept_take_no_more_than_their_bound_with_their_options(tmp_path):
    ready = Ready(Seen(bytes(100)))

    async def scenario(past, training):
        for number in (*range(20), 19, 0):
            await past.view(training, 5, "digit", {"pixels": f"{number:02}" * 500})

    with_past(tmp_path, ready, scenario, kept_bytes=10_000)
    drawn = [int(asked.options["pixels"][:2]) for asked in ready.asked]
    assert drawn == [*range(20), 0]  # the newest was kept, the oldest was not


def test_what_takes_longer_than_its_bound_is_refused_with_that_bound(tmp_path):
    async def scenario(past, training):
        with pytest.raises(Conflict, match="at most 2 s") as refused:
            await past.measure_test(training, 5, bound_seconds=2.0)
        assert refused.value.bounds["bound_seconds"] == 2.0

    with_past(tmp_path, Ready(TooLong(9.0)), scenario)
