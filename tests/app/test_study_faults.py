"""Studies over a real store that refuses some writes."""

import asyncio
import contextlib
import sqlite3

import pytest

from app.data_sets import DataSets
from app.errors import Conflict
from app.jobs.local import LocalExecutor
from app.people.person import ANYONE
from app.storage import database as database_module
from app.storage import study_store
from app.studies import admission
from app.studies.stored import StoredStudy, StoredTrial
from app.studies.studies import Studies
from app.studies.study import Status
from app.trainings import Status as RunStatus
from engine.studies import StudyConfig
from tests.app.test_damage import CONFIG
from tests.app.test_scheduler import Idle, Lab, config_of
from tests.support import event_loop
from tests.support.reasons import reason_in
from tests.support.stored_runs import insert, make_run

DOCUMENT = {
    "experiment": {
        "dataset": {"name": "digits", "train_size": 200, "validation_size": 100},
        "network": {"preset": "mlp", "hidden": [8]},
        "training": {"iterations": 12, "batch_size": 16, "evaluate_every": 12},
    },
    "space": {"optimizer.learning_rate": {"choices": [0.01, 0.3]}},
}


@contextlib.asynccontextmanager
async def opened(lab, measure=None):
    """The studies of a lab, which are measured by `measure`."""

    async def at_once(*_):
        return 0.5

    data_sets = DataSets(lab.settings, lab.hub)
    studies = Studies(
        lab.settings, lab.database, lab.hub, lab.register, lab.scheduler, data_sets, measure or at_once
    )
    async with asyncio.timeout(10):
        await studies.open()
    yield studies
    await studies.close()


async def begun(studies, seeds):
    study = await studies.check(ANYONE, {**DOCUMENT, "seeds": seeds})
    await studies.begin(study)
    return study


async def refuse(lab, *writes):
    """Let the store refuse some writes, such as "DELETE ON trials"."""
    for number, write in enumerate(writes):
        trigger = f"CREATE TRIGGER no_{number} BEFORE {write} BEGIN SELECT RAISE(ABORT, 'refused'); END"
        await lab.database.write(lambda c, trigger=trigger: c.execute(trigger))


async def allow(lab, *writes):
    for number in range(len(writes)):
        await lab.database.write(lambda c, number=number: c.execute(f"DROP TRIGGER no_{number}"))


def test_a_study_that_cannot_even_be_paused_keeps_no_other_from_going_on_and_goes_on_when_it_is_resumed(
    tmp_path,
):
    async def scenario():
        async with Lab(tmp_path, executor=LocalExecutor()) as lab, opened(lab) as studies:
            broken = await begun(studies, [1, 2, 3, 4])
            await lab.until(lambda: broken.training)
            of_it = f"ON trials WHEN %s.study_id = '{broken.id}'"
            writes = (f"INSERT {of_it % 'NEW'}", f"DELETE {of_it % 'OLD'}")
            await refuse(lab, *writes)
            await lab.until(lambda: broken.is_stuck)
            assert (broken.status, broken.reason) == (Status.PAUSED, "refused")
            whole = await begun(studies, [9])
            await lab.until(lambda: whole.status is Status.COMPLETED)
            await allow(lab, *writes)
            await studies.resume(broken)
            await lab.until(lambda: broken.status is Status.COMPLETED)
            assert broken.ended == 8

    event_loop.run(scenario())


def test_a_study_that_could_not_be_deleted_is_still_measured(tmp_path):
    async def scenario():
        goes_on = asyncio.Event()

        async def measure(*_):
            await goes_on.wait()
            return 0.5

        async with Lab(tmp_path, executor=LocalExecutor()) as lab, opened(lab, measure) as studies:
            study = await begun(studies, [1])
            await lab.until(lambda: study.status is Status.MEASURING)
            await refuse(lab, "DELETE ON studies")
            with pytest.raises(sqlite3.IntegrityError):
                await studies.delete(study)
            goes_on.set()
            await lab.until(lambda: study.status is Status.COMPLETED)
            await allow(lab, "DELETE ON studies")
            await studies.delete(study)
            assert studies.seen_by(ANYONE) == []

    event_loop.run(scenario())


def test_a_lab_whose_disk_takes_no_writes_opens_also_with_a_study_that_cannot_go_on(tmp_path, monkeypatch):
    async def scenario():
        async with Lab(tmp_path, executor=LocalExecutor()) as lab:
            async with opened(lab) as studies:
                study = await studies.check(ANYONE, {**DOCUMENT, "seeds": [1]})
                stored = study.stored()
                stored.configurations = [[{"optimizer.learning_rate": 0.5}]]  # other ones would be drawn now
                await lab.database.write(lambda c: study_store.insert(c, stored))
            with contextlib.closing(sqlite3.connect(lab.database.path, isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                async with opened(lab) as studies:
                    (restored,) = studies.seen_by(ANYONE)
                    assert restored.status is Status.FAILED
                other.execute("ROLLBACK")

    monkeypatch.setattr(database_module, "BUSY_SECONDS", 0.05)
    event_loop.run(scenario())


def fill(connection):
    """A run, and 30 ended studies on many pages. Each has 60 failed trials, and one that shows the run's training."""
    run = make_run("a", CONFIG, status=RunStatus.COMPLETED)
    insert(connection, run)
    document = StudyConfig.from_dict({**DOCUMENT, "seeds": 30}).to_dict()
    for number in range(30):
        study = StoredStudy(f"s{number}", f"named {number}.", document, "cancelled", 1.5)
        study_store.insert(connection, study)
        trials = [
            StoredTrial(i, None, False, "failed", reason=f"failed in {number}. ".ljust(200, "x"))
            for i in range(2, 62)
        ]
        trials.append(StoredTrial(1, run.training.id, True, "completed", 0.5))
        study_store.put_trials(connection, study.id, trials)


@pytest.mark.parametrize("text", ["named 20.", "failed in 20."])
def test_a_damaged_page_costs_the_studies_that_lie_on_it_and_keeps_no_lab_closed(tmp_path, text):
    async def scenario():
        async with Lab(tmp_path, executor=LocalExecutor()) as lab:
            await lab.database.write(fill)
        damage(lab.database.path, text.encode())
        async with Lab(tmp_path, executor=LocalExecutor()) as lab, opened(lab) as studies:
            assert [run.id for run in lab.register.runs] == ["a"]
            found = {study.name for study in studies.seen_by(ANYONE)}
            assert "named 20." not in found
            assert len(found) >= 20
            assert all(lab.register.trials_of(study.id) for study in studies.seen_by(ANYONE))
            assert "malformed" in lab.database.damage

    event_loop.run(scenario())


@pytest.mark.parametrize(
    ("changes", "left"),
    [
        # other configurations would be drawn now: it fails, and what trains goes on to its end
        ({"configurations": [[{"optimizer.learning_rate": 0.5}]]}, [1]),
        # another start may read it, such as one with the data sets that it needs: that one trains the others
        ({"document": {"of": "another version"}}, [1]),
    ],
)
def test_no_trial_waits_for_a_study_that_cannot_go_on_after_a_restart_and_what_trains_goes_on(
    tmp_path, changes, left
):
    async def scenario():
        async with Lab(tmp_path, executor=Idle()) as lab:
            async with opened(lab) as studies:
                study = await begun(studies, [1, 2])
                await lab.until(lambda: len(study.training) == 4)
                await lab.database.write(lambda c: study_store.update(c, study.id, changes))
            assert lab.scheduler.waits_for(None) == 3
            async with opened(lab):
                assert [run.number for run in lab.register.trials_of(study.id)] == left
                assert lab.scheduler.waits_for(None) == 0
                (stored_id,) = lab.database.read_now(study_store.load_ids)
                stored = lab.database.read_now(lambda c: study_store.load(c, stored_id))
                assert [trial.number for trial in stored.trials] == left

    event_loop.run(scenario())


def test_a_damaged_page_of_what_the_lab_can_do_without_does_not_keep_it_closed(tmp_path):
    async def scenario():
        async with Lab(tmp_path, class_name="1-B", executor=Idle()) as lab:
            first, second, third = await lab.scheduler.commands.launch([config_of(seed) for seed in range(3)])
            await lab.scheduler.order_by_hand.put_first(third.training.id)
        for table in ("queue_places", "shared_views", "studies", "trials"):
            damage_all_of(lab.database.path, table)
        async with Lab(tmp_path, class_name="1-B", executor=Idle()) as lab, opened(lab) as studies:
            await lab.classroom.views.open(lab.classroom.id, lab.register.find_run)
            assert [run.id for run in lab.register.runs] == [first.id, second.id, third.id]
            assert studies.seen_by(ANYONE) == []
            assert "malformed" in lab.database.damage

    event_loop.run(scenario())


def damage_all_of(path, table):
    """Damage the page by which SQLite finds all others of a table, by an invalid type byte."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        query = "SELECT rootpage FROM sqlite_master WHERE name = ?"
        (number,) = connection.execute(query, (table,)).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    with path.open("r+b") as file:
        file.seek((number - 1) * size)
        file.write(b"\xff" * 8)


def damage(path, text):
    """Damage the first page of a table that has this text, by an invalid type byte."""
    content = bytearray(path.read_bytes())
    size = int.from_bytes(content[16:18], "big")
    is_leaf = 0x0D
    offset = next(
        offset
        for offset in range(0, len(content), size)
        if content[offset] == is_leaf and text in content[offset : offset + size]
    )
    content[offset : offset + 8] = b"\xff" * 8
    path.write_bytes(content)


def test_all_studies_of_a_student_together_leave_half_of_the_students_places_in_the_queue(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("LOSSROOM_MAX_QUEUED_PER_PERSON", "10")

    async def scenario():
        async with Lab(tmp_path, class_name="1-B", executor=Idle()) as lab, opened(lab) as studies:
            entrance = lab.classroom.entrance
            ada, _ = await entrance.join(entrance.code, "Ada", "")
            first = await studies.check(ada, {**DOCUMENT, "seeds": list(range(10))})
            await studies.begin(first)
            await lab.until(lambda: lab.scheduler.waits_for(ada.id) >= 4)
            second = await studies.check(ada, {**DOCUMENT, "seeds": list(range(10, 20))})
            await studies.begin(second)
            for _ in range(9):
                for study in (first, second):
                    async with study.order:
                        await studies._progress.feed(study)
            assert lab.scheduler.waits_for(ada.id) == 5

    event_loop.run(scenario())


def test_studies_that_begin_at_the_same_moment_are_no_more_than_there_may_be(tmp_path, monkeypatch):
    monkeypatch.setattr(admission, "MAX_STUDIES_PER_PERSON", 2)

    async def scenario():
        async with Lab(tmp_path, class_name="1-B", executor=Idle()) as lab, opened(lab) as studies:
            entrance = lab.classroom.entrance
            ada, _ = await entrance.join(entrance.code, "Ada", "")
            checked = [await studies.check(ada, {**DOCUMENT, "seeds": [seed]}) for seed in range(4)]
            results = await asyncio.gather(*map(studies.begin, checked), return_exceptions=True)
            assert [getattr(result, "code", result) for result in results] == [
                None,
                None,
                "too_many_studies",
                "too_many_studies",
            ]
            assert len(studies.seen_by(ada)) == len(lab.database.read_now(study_store.load_ids)) == 2

    event_loop.run(scenario())


def test_a_student_hears_which_bound_on_studies_is_met(tmp_path, monkeypatch):
    monkeypatch.setattr(admission, "MAX_STUDIES_PER_PERSON", 1)
    monkeypatch.setattr(admission, "MAX_STUDIES", 2)

    async def scenario():
        async with Lab(tmp_path, class_name="1-B", executor=Idle()) as lab, opened(lab) as studies:
            entrance = lab.classroom.entrance
            names = ("Ada", "Bob", "Cleo")
            ada, bob, cleo = [(await entrance.join(entrance.code, name, ""))[0] for name in names]
            for begins, refused, most in ((ada, ada, 1), (bob, cleo, 2)):
                await studies.begin(await studies.check(begins, DOCUMENT))
                with pytest.raises(Conflict) as error:
                    await studies.check(refused, DOCUMENT)
                assert reason_in(error.value.message).values == {"most": most}

    event_loop.run(scenario())
