"""Files of earlier versions are migrated to the newest schema, with all that they hold."""

import contextlib
import functools
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from app.lessons.attempt import Attempt
from app.people.challenge import Challenge, Entry, Phase
from app.people.judging import Terms
from app.storage import attempt_store, challenge_store, people_store, row_store, run_store, training_store
from app.storage.database import Database
from app.storage.schema import SCHEMA_VERSION
from tests.support import event_loop
from tests.support.stored_runs import insert as insert_run
from tests.support.stored_runs import make_run


def insert(run_id):
    """A write that inserts a run."""
    return lambda c: insert_run(c, make_run(run_id, {}))


def schema(path):
    """All tables with their columns, references and indexes, and all triggers, as SQLite describes them."""
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        tables = {
            table: (
                {row[1]: row[2:6] for row in connection.execute(f"PRAGMA table_info({table})")},
                [row[2:7] for row in connection.execute(f"PRAGMA foreign_key_list({table})")],
                {row[1:] for row in connection.execute(f"PRAGMA index_list({table})")},
            )
            for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        }
        triggers = connection.execute(
            "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall()
    return tables, triggers


@contextlib.contextmanager
def file_of_version(version, path):
    """A connection to a new file with the tables of an earlier version."""
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.executescript((Path(__file__).parent / f"schema-{version}.sql").read_text())
        yield connection
        connection.execute(f"PRAGMA user_version = {version}")


def insert_class(connection):
    """The class 1-B with a student, as versions 9 and 10 stored it."""
    connection.execute(
        "INSERT INTO classes (id, name, code, made_at, salt, teacher_secret, projector_secret)"
        " VALUES ('c', '1-B', '123456', 1.5, '', '', '')"
    )
    connection.execute(
        "INSERT INTO people (id, class_id, number, nickname, role, joined_at, seen_at)"
        " VALUES ('p', 'c', 1, 'Ada', 'student', 1.5, 1.5)"
    )


def old_file(path, version):
    """A file of version 1 or 4 with two runs and their rows. A third run was deleted, so its number stays unused."""
    with file_of_version(version, path) as connection:
        for run_id, status in (("a", "completed"), ("b", "running"), ("c", "completed")):
            connection.execute(
                "INSERT INTO runs (id, name, status, lesson, config, iterations, created_at)"
                " VALUES (?, 'old run', ?, '2a', '{\"seed\": 0}', 2, 1.5)",
                (run_id, status),
            )
            connection.execute(
                "INSERT INTO streams VALUES (?, 'train', '[\"iteration\", \"loss\"]')", (run_id,)
            )
            connection.execute(
                "INSERT INTO chunks (run_id, stream, first, rows, data) VALUES (?, 'train', 0, 2, ?)",
                (run_id, VALUES.tobytes()),
            )
        connection.execute("DELETE FROM runs WHERE id = 'c'")


VALUES = np.array([[1, 2], [0.5, 0.25]], "<f4")
#: What only version 4 knows of a run and of its training.
REMARKS = {"color": 7, "starred": True, "archived": True, "tags": ["t"], "notes": "n", "group_id": "g"}
COMPUTED = {"crashes": 2, "crashed_at": 1, "attempt": 3, "started_at": 1.6, "finished_at": 1.7}


def open_old(path):
    """Open a file, which migrates it. Returns the database and the runs by id."""
    database = Database(path)
    database.open()
    trainings = {training.id: training for training in database.read_now(training_store.load_trainings)}
    for training in trainings.values():
        database.read_now(functools.partial(row_store.load_latest, training=training))
    runs = {run.id: run for run in database.read_now(lambda c: run_store.load_runs(c, trainings))}
    return database, runs


@pytest.mark.parametrize("version", [1, 4])
def test_a_file_of_an_earlier_version_is_migrated_with_its_runs_and_rows(tmp_path, version):
    old, new = tmp_path / "old.sqlite3", tmp_path / "new.sqlite3"
    old_file(old, version)
    if version == 4:
        with contextlib.closing(sqlite3.connect(old)) as connection, connection:
            stored = {
                **REMARKS,
                **COMPUTED,
                "tags": '["t"]',
                "annotations": '[{"kind": "dead", "iteration": 1}]',
            }
            stored["checkpoints"] = '[{"file": "a.1.2.npz", "iteration": 2, "evaluations": 0}]'
            connection.execute(
                f"UPDATE runs SET {', '.join(f'{column} = ?' for column in stored)} WHERE id = 'a'",
                list(stored.values()),
            )

    database, runs = open_old(old)
    run, running = runs["a"], runs["b"]
    rows = [
        database.read_now(lambda c, record=record: row_store.read_rows(c, record.training.id, "train"))
        for record in (run, running)
    ]
    new_number = event_loop.run(database.write(insert("new")))
    event_loop.run(database.write(lambda c: run_store.delete_run(c, "b")))
    left = {
        table: database.read_now(
            lambda c, table=table: c.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]
        )
        for table in ("trainings", "streams", "chunks")
    }
    database.close()
    Database(new).open()

    training = run.training
    assert (run.number, run.name, run.lesson, run.launched_at) == (1, "old run", "2a", 1.5)
    assert (training.status, training.iteration, training.latest) == ("completed", 2, {"loss": 0.25})
    assert (running.training.status, running.number) == ("running", 2)
    if version == 1:
        assert (run.starred, run.tags, run.notes, training.annotations, training.crashes) == (
            False,
            [],
            "",
            [],
            0,
        )
    else:
        assert {name: getattr(run, name) for name in REMARKS} == REMARKS
        assert {name: getattr(training, name) for name in COMPUTED} == COMPUTED
        assert training.annotations == [{"kind": "dead", "iteration": 1}]
        # the files of checkpoints are found by the name of their training
        assert [made["file"].split(".")[0] for made in training.checkpoints] == [training.id]
    for found in rows:
        np.testing.assert_array_equal(found.values, VALUES)
        assert found.times == []
    assert new_number == 4  # not 3, the number of the deleted run
    assert left == {"trainings": 2, "streams": 1, "chunks": 1}
    assert schema(old) == schema(new)
    with contextlib.closing(sqlite3.connect(old)) as connection, connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def test_a_file_from_before_there_were_forks_is_migrated(tmp_path):
    old, new = tmp_path / "old.sqlite3", tmp_path / "new.sqlite3"
    with file_of_version(6, old) as connection:
        connection.execute(
            "INSERT INTO trainings (id, status, config, iterations, created_at, annotations, fingerprint)"
            " VALUES ('t', 'paused', '{\"seed\": 0}', 2, 1.5, '[{\"kind\": \"dead\", \"iteration\": 1}]', 'f')"
        )
        connection.execute("INSERT INTO streams VALUES ('t', 'train', '[\"iteration\", \"loss\"]')")
        connection.execute(
            "INSERT INTO chunks (training_id, stream, first, rows, data) VALUES ('t', 'train', 0, 2, ?)",
            (VALUES.tobytes(),),
        )
        for run_id in "ab":
            connection.execute(
                "INSERT INTO runs (id, training_id, name, launched_at) VALUES (?, 't', 'old', 1.5)", (run_id,)
            )

    database, runs = open_old(old)
    database.close()
    Database(new).open()

    training = runs["a"].training
    assert (training, runs["a"].origin) == (runs["b"].training, None)
    assert (training.stretches, training.fingerprint, training.iteration) == ([], "f", 2)
    assert schema(old) == schema(new)


def test_runs_from_before_there_were_classes_have_no_owner(tmp_path):
    old, new = tmp_path / "old.sqlite3", tmp_path / "new.sqlite3"
    with file_of_version(7, old) as connection:
        connection.execute(
            "INSERT INTO trainings (id, status, config, iterations, created_at) VALUES ('t', 'completed', '{}', 2, 1.5)"
        )
        connection.execute(
            "INSERT INTO runs (id, training_id, name, launched_at, origin) VALUES ('a', 't', 'old', 1.5, ?)",
            ('{"run": "b", "number": 1, "name": "n", "iteration": 0, "seed": null}',),
        )

    database, runs = open_old(old)
    database.close()
    Database(new).open()

    run = runs["a"]
    assert (run.owner, run.shared, run.name, run.origin["name"]) == (None, False, "old", "n")
    assert schema(old) == schema(new)


def test_a_class_from_before_there_were_challenges_has_none_and_keeps_its_people(tmp_path):
    old, new = tmp_path / "old.sqlite3", tmp_path / "new.sqlite3"
    with file_of_version(9, old) as connection:
        insert_class(connection)

    database, _ = open_old(old)
    (person,) = database.read_now(lambda c: people_store.load_people(c, "c"))
    challenge = Challenge("x", "Best", Terms("digits", 300, max_seconds=1.5), 2.5)
    event_loop.run(database.write(lambda c: challenge_store.insert(c, "c", challenge)))
    challenge.phase, challenge.entries = Phase.OPENING, (Entry("p", 1, "r", 7, 20, 0.5),)
    event_loop.run(database.write(lambda c: challenge_store.update(c, challenge)))
    assert database.read_now(lambda c: challenge_store.find_current(c, "c")) == challenge
    event_loop.run(database.write(lambda c: challenge_store.end(c, challenge, 3.5)))
    assert database.read_now(lambda c: challenge_store.find_current(c, "c")) is None
    assert database.read_now(lambda c: challenge_store.find_all(c, "c")) == [challenge]
    database.close()
    Database(new).open()

    assert (person.nickname, person.number) == ("Ada", 1)
    assert schema(old) == schema(new)


def test_a_class_from_before_people_predicted_has_no_attempts_and_goes_on(tmp_path):
    old, new = tmp_path / "old.sqlite3", tmp_path / "new.sqlite3"
    with file_of_version(10, old) as connection:
        insert_class(connection)

    database, _ = open_old(old)
    found = database.read_now(lambda c: people_store.find_class(c, "1-B"))
    assert (found["id"], found["vote"]) == ("c", None)
    attempt = Attempt("x", "p", "1a", 2.5, "guess", False, "digits", {"ahead": "relu"}, {"ReLU": "r"})
    event_loop.run(database.write(lambda c: attempt_store.insert(c, attempt)))
    assert database.read_now(lambda c: attempt_store.load_newest(c, "c")) == [attempt]
    assert database.read_now(lambda c: attempt_store.load_newest(c, None)) == []
    database.close()
    Database(new).open()

    assert schema(old) == schema(new)


def test_a_copy_is_kept_before_each_migration_and_only_the_newest(tmp_path):
    path = tmp_path / "lab.sqlite3"
    for number in range(5):
        path.unlink(missing_ok=True)
        with file_of_version(1, path) as connection:
            connection.execute(
                "INSERT INTO runs (id, name, status, config, iterations, created_at)"
                f" VALUES ('a', 'run {number}', 'completed', '{{}}', 2, 1.5)"
            )
        database = Database(path)
        database.open()
        database.close()

    kept = []
    for file in sorted((tmp_path / "backups").glob("schema-1-*.sqlite3")):
        with contextlib.closing(sqlite3.connect(file)) as copy:
            assert copy.execute("PRAGMA user_version").fetchone() == (1,)
            kept += [name for (name,) in copy.execute("SELECT name FROM runs")]
    assert kept == ["run 2", "run 3", "run 4"]
