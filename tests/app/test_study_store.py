"""Studies in the database: what is stored is read back, and a training stays as long as a run or a trial shows it."""

import contextlib
import sqlite3
from functools import partial

import pytest

from app.mistake import Failure, Mistake
from app.storage import run_store, study_store, training_store
from app.storage.database import Database
from app.storage.prune import OldRuns
from app.studies.stored import StoredStudy, StoredTrial
from app.trainings import Status
from engine.reasons import Reason
from tests.support import event_loop
from tests.support.stored_runs import insert, make_run

STUDY = StoredStudy("s", "λ", {"seeds": [1]}, "running", 5.0, configurations=[[{"seed": 1}], [{"seed": 2}]])


@pytest.fixture
def database(tmp_path):
    database = Database(tmp_path / "lossroom.sqlite3")
    database.open()
    yield database
    database.close()


def write(database, operation, *arguments, **named):
    return event_loop.run(database.write(lambda c: operation(c, *arguments, **named)))


def trainings(database):
    return {training.id: training for training in database.read_now(training_store.load_trainings)}


def test_a_study_and_its_trials_are_read_back_as_they_were_stored(database):
    run = make_run("a", {})
    write(database, insert, run)
    assert write(database, study_store.insert, STUDY) == 1
    reason = Reason("study_budget", "its budget of 5 s is spent", seconds=5)
    test = {"configuration": 2, "scores": [0.5, None]}
    changes = {"status": "completed", "reason": reason, "finished_at": 9.0, "shared": True, "test": test}
    write(database, study_store.update, "s", changes)
    begun = [StoredTrial(1, run.training.id, False), StoredTrial(2, None, True, "failed", reason="no")]
    write(database, study_store.put_trials, study_id="s", trials=begun)
    ended = StoredTrial(1, run.training.id, False, "completed", 0.25, 1.5, 40)
    write(database, study_store.put_trials, study_id="s", trials=[ended])
    assert database.read_now(study_store.load_ids) == ["s"]
    found = database.read_now(partial(study_store.load, study_id="s"))
    assert (found.number, found.name, found.configurations) == (1, "λ", STUDY.configurations)
    assert (found.status, found.shared, found.finished_at, found.test) == ("completed", True, 9.0, test)
    assert (found.reason, found.reason.why) == (reason, reason.why)
    assert found.trials == [ended, begun[1]]
    (trial,) = database.read_now(
        partial(study_store.load_trial_runs, study_id="s", trainings=trainings(database))
    )
    assert (trial.study, trial.number, trial.training.id) == ("s", 1, run.training.id)


def test_a_training_stays_as_long_as_a_run_or_a_trial_shows_it(database):
    both, alone = make_run("a", {}), make_run("b", {})
    write(database, insert, both)
    write(database, training_store.insert_trainings, [alone.training], ())
    write(database, study_store.insert, STUDY)
    shown = [StoredTrial(1, both.training.id, True), StoredTrial(2, alone.training.id, False)]
    write(database, study_store.put_trials, study_id="s", trials=shown)
    write(database, run_store.delete_run, "a")
    assert trainings(database).keys() == {both.training.id, alone.training.id}
    write(database, study_store.delete_trials, study_id="s", numbers=[2])
    assert trainings(database).keys() == {both.training.id}
    write(database, study_store.delete, study_id="s")
    assert trainings(database) == {}
    assert database.read_now(study_store.load_ids) == []


def test_old_runs_and_studies_are_pruned_together_or_not_at_all(database):
    write(database, insert, make_run("old", {}, at=5.0, status=Status.COMPLETED, finished_at=10.0))
    write(database, study_store.insert, STUDY)
    write(database, study_store.update, "s", {"finished_at": 10.0})
    full = "CREATE TRIGGER full BEFORE DELETE ON studies BEGIN SELECT RAISE(ABORT, 'full'); END"
    write(database, lambda connection: connection.execute(full))
    database.close()
    with OldRuns(database.path, before=50.0, keep_starred=False) as old:
        before = old.count()
        with pytest.raises(Failure, match="cannot be pruned: full"):
            old.delete()
        assert (before.runs, before.studies) == (1, 1)
        assert old.count() == before
    database.open()


def test_a_database_of_a_newer_version_is_not_pruned_and_nobody_is_told_to_migrate_it(database):
    database.close()
    with contextlib.closing(sqlite3.connect(database.path)) as connection:
        connection.execute("PRAGMA user_version = 1000")
    with (
        pytest.raises(Mistake, match=r"has schema 1000; this version of Lossroom reads up to schema \d+$"),
        OldRuns(database.path, before=50.0, keep_starred=False),
    ):
        pass


def test_old_studies_are_pruned_with_what_only_they_have_trained(database, tmp_path):
    kept = make_run("a", {})
    write(database, insert, kept)
    for name, finished_at in (("old", 10.0), ("new", 90.0), ("going", None)):
        run = make_run(name, {})
        write(database, training_store.insert_trainings, [run.training], ())
        write(database, study_store.insert, StoredStudy(name, name, {}, "running", 5.0))
        write(database, study_store.update, name, {"finished_at": finished_at})
        trials = [StoredTrial(1, run.training.id, False), StoredTrial(2, kept.training.id, True)]
        write(database, study_store.put_trials, study_id=name, trials=trials)
    database.close()
    with OldRuns(tmp_path / "lossroom.sqlite3", before=50.0, keep_starred=False) as old:
        assert old.count().studies == 1
        old.delete()
    with contextlib.closing(sqlite3.connect(tmp_path / "lossroom.sqlite3")) as connection:
        assert [row[0] for row in connection.execute("SELECT id FROM studies ORDER BY id")] == [
            "going",
            "new",
        ]
        assert connection.execute("SELECT COUNT(*) FROM trainings").fetchone() == (3,)
    database.open()
