"""The stores of runs and their rows, in a real SQLite file."""

import dataclasses
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import NotFound
from app.jobs.first_rows import FirstRows
from app.jobs.messages import Machine
from app.storage import row_store, run_store, training_store
from app.storage.database import Database
from app.trainings import Status
from tests.support import event_loop
from tests.support.stored_runs import insert, make_run, training_id

COLUMNS = ("iteration", "loss")
CONFIG = {"dataset": {"name": "digits"}}


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    database = Database(tmp_path_factory.mktemp("state") / "lab.sqlite3")
    database.open()
    yield database
    database.close()


def write(database, operation):
    return event_loop.run(database.write(operation))


def rows(first, count):
    iterations = np.arange(first + 1, first + count + 1, dtype=np.float32)
    return np.stack([iterations, 1 / iterations])


def store(database, run_id, chunks):
    """A run with chunks of the given sizes; returns all its rows."""
    training = training_id(run_id)

    def operation(connection):
        run_store.delete_run(connection, run_id)
        insert(connection, make_run(run_id, CONFIG))
        row_store.open_stream(connection, training, "train", COLUMNS)
        first = 0
        for count in chunks:
            row_store.append_rows(
                connection, training, "train", first, rows(first, count), at=float(first), seconds=first / 4
            )
            first += count

    write(database, operation)
    return rows(0, sum(chunks))


@settings(max_examples=40)
@given(
    chunks=st.lists(st.integers(1, 9), max_size=8),
    after=st.integers(0, 80),
    limit=st.none() | st.integers(1, 30),
)
def test_reading_from_any_row_gives_what_was_stored(database, chunks, after, limit):
    everything = store(database, "any", chunks)

    found = database.read_now(
        lambda c: row_store.read_rows(c, training_id("any"), "train", after, limit=limit)
    )

    expected = everything[:, after:][:, :limit]
    assert found.columns == COLUMNS
    np.testing.assert_array_equal(found.values, expected)
    assert database.read_now(lambda c: row_store.count_rows(c, training_id("any"), "train")) == sum(chunks)


def test_a_stream_that_has_not_begun_is_none(database):
    store(database, "silent", [])
    assert database.read_now(lambda c: row_store.read_rows(c, training_id("silent"), "evaluation")) is None


def test_runs_come_back_with_the_last_of_their_values(database):
    store(database, "back", [5, 5])
    write(
        database,
        lambda c: training_store.update_training(
            c, training_id("back"), {"status": "completed", "finished_at": 9.0}
        ),
    )

    training = loaded(database, "back")
    totals = database.read_now(lambda c: row_store.load_latest(c, training))

    assert totals == {"train": 10}
    assert training.status is Status.COMPLETED
    assert training.config == CONFIG
    assert training.iteration == 10
    assert training.latest == {"loss": pytest.approx(0.1)}
    assert (training.created_at, training.finished_at) == (1.5, 9.0)


def test_deleting_a_run_deletes_its_rows(database):
    store(database, "gone", [5])
    write(database, lambda c: run_store.delete_run(c, "gone"))

    for table, column in (("trainings", "id"), ("streams", "training_id"), ("chunks", "training_id")):
        count = f"SELECT COUNT(*) FROM {table} WHERE {column} = '{training_id('gone')}'"
        assert database.read_now(lambda c, count=count: c.execute(count).fetchone()[0]) == 0


def test_first_rows_of_a_training_that_is_deleted_meanwhile_are_not_found(database):
    store(database, "gone", [3, 3])
    whole = FirstRows(database, training_id("gone"), "train", 6)
    assert whole.until(4).count == 4
    write(database, lambda c: run_store.delete_run(c, "gone"))
    with pytest.raises(NotFound):
        whole.until(4)
    with pytest.raises(NotFound):
        FirstRows(database, training_id("gone"), "train", 6)


def test_rows_stay_until_the_last_run_that_shows_them_is_deleted(database):
    store(database, "shared", [5])
    other = dataclasses.replace(make_run("shared", CONFIG), id="also shared")
    write(database, lambda c: run_store.insert_run(c, other))

    def left():
        return database.read_now(lambda c: row_store.count_rows(c, training_id("shared"), "train"))

    write(database, lambda c: run_store.delete_run(c, "shared"))
    assert left() == 5
    write(database, lambda c: run_store.delete_run(c, "also shared"))
    assert left() == 0


def test_rows_that_come_after_their_run_was_deleted_leave_no_trace(database):
    store(database, "late", [5])
    write(database, lambda c: run_store.delete_run(c, "late"))

    write(database, lambda c: row_store.open_stream(c, training_id("late"), "evaluation", COLUMNS))
    write(
        database,
        lambda c: row_store.append_rows(c, training_id("late"), "train", 5, rows(5, 1), at=0, seconds=0),
    )

    assert database.read_now(lambda c: row_store.read_rows(c, training_id("late"), "train")) is None


def test_numbers_are_never_used_twice(database):
    first = write(database, lambda c: insert(c, make_run("one", CONFIG)))
    write(database, lambda c: run_store.delete_run(c, "one"))

    second = write(database, lambda c: insert(c, make_run("two", CONFIG)))

    assert second > first


def appended(database, run_id, first, values, at=0.0):
    return write(
        database,
        lambda c: row_store.append_rows(c, training_id(run_id), "train", first, values, at, seconds=0),
    )


@settings(max_examples=40)
@given(starts=st.lists(st.integers(0, 30), max_size=8), count=st.integers(1, 12))
def test_rows_that_are_repeated_from_anywhere_are_stored_once(database, starts, count):
    expected = store(database, "again", [3])
    for start in starts:
        # a worker continues at the end of the stored rows, or before it
        first = min(start, expected.shape[1])
        found = appended(database, "again", first, rows(first, count))
        new = max(0, first + count - expected.shape[1])
        assert (found.count if found else 0) == new
        expected = rows(0, expected.shape[1] + new)

    stored = database.read_now(lambda c: row_store.read_rows(c, training_id("again"), "train"))

    np.testing.assert_array_equal(stored.values, expected)


def test_rows_after_a_hole_are_refused(database):
    store(database, "hole", [5])

    with pytest.raises(row_store.Refused, match="has 5 rows; row 7 cannot follow"):
        appended(database, "hole", 7, rows(7, 1))


def test_repeated_rows_that_differ_in_their_last_digit_are_refused(database):
    store(database, "lie", [5])
    other = rows(3, 4)
    other[1, 0] = np.nextafter(other[1, 0], np.float32(1))

    with pytest.raises(row_store.Refused, match="is not the stored one"):
        appended(database, "lie", 3, other)

    assert database.read_now(lambda c: row_store.count_rows(c, training_id("lie"), "train")) == 5


def test_on_another_kind_of_processor_the_stored_rows_stay_and_new_ones_follow(database):
    store(database, "moved", [5])
    other = rows(3, 4)
    other[1, 0] = np.nextafter(other[1, 0], np.float32(1))

    def trained_on(arithmetic):
        machine = Machine(host="hall", processor="a model", arithmetic=arithmetic)
        return write(database, lambda c: training_store.add_machine(c, training_id("moved"), machine))

    assert trained_on("one") == trained_on("one")
    with pytest.raises(row_store.Refused, match="is not the stored one"):
        appended(database, "moved", 3, other)
    assert [(machine["iteration"], machine["arithmetic"]) for machine in trained_on("other")] == [
        (5, "one"),
        (5, "other"),
    ]
    assert appended(database, "moved", 3, other).count == 2
    stored = database.read_now(lambda c: row_store.read_rows(c, training_id("moved"), "train"))
    np.testing.assert_array_equal(stored.values, rows(0, 7))


def test_a_run_that_got_a_training_of_its_own_may_go_on_on_another_kind_of_processor(database):
    store(database, "together", [5])
    machine = Machine(host="hall", processor="a model", arithmetic="one")
    write(database, lambda c: training_store.add_machine(c, training_id("together"), machine))
    own = loaded(database, "together").copy(Status.PAUSED, training_id("alone"))
    write(
        database,
        lambda c: run_store.separate_run(c, "together", training_id("together"), own, {"train": 5}),
    )
    other = rows(3, 4)
    other[1, 0] = np.nextafter(other[1, 0], np.float32(1))

    assert loaded(database, "together").machines == own.machines
    moved = Machine(host="attic", processor="a model", arithmetic="other")
    write(database, lambda c: training_store.add_machine(c, own.id, moved))
    assert appended(database, "alone", 3, other).count == 2


def test_a_stream_of_other_columns_is_refused(database):
    store(database, "wider", [5])

    with pytest.raises(row_store.Refused, match="other columns"):
        write(
            database,
            lambda c: row_store.open_stream(c, training_id("wider"), "train", (*COLUMNS, "accuracy")),
        )


def test_rows_have_the_times_at_which_they_arrived(database):
    store(database, "when", [2, 3])

    found = database.read_now(lambda c: row_store.read_rows(c, training_id("when"), "train"))
    part = database.read_now(lambda c: row_store.read_rows(c, training_id("when"), "train", 2, limit=2))

    assert found.times == [(2, 0.0, 0.0), (5, 2.0, 0.5)]
    assert part.times == []  # the time of the chunk is that of a later row


def test_annotations_and_checkpoints_come_back_in_their_order(database):
    store(database, "notes", [5])
    for iteration in (1, 2, 3):
        change = {"kind": "live", "iteration": iteration, "changes": {"l2": [0, 0.1]}}
        write(
            database, lambda c, change=change: training_store.add_annotation(c, training_id("notes"), change)
        )
        made = {"file": f"{iteration}.npz", "iteration": iteration, "evaluations": 0}
        kept = write(
            database, lambda c, made=made: training_store.add_checkpoint(c, training_id("notes"), made)
        )

    training = loaded(database, "notes")

    assert [annotation["iteration"] for annotation in training.annotations] == [1, 2, 3]
    assert training.annotations[0]["changes"] == {"l2": [0, 0.1]}
    assert kept == training.checkpoints
    assert [made["file"] for made in training.checkpoints] == ["3.npz", "2.npz"]


def loaded(database, run_id):
    """The training of a run, as after a restart."""
    trainings = {training.id: training for training in database.read_now(training_store.load_trainings)}
    (run,) = [
        run for run in database.read_now(lambda c: run_store.load_runs(c, trainings)) if run.id == run_id
    ]
    database.read_now(lambda c: row_store.load_latest(c, run.training))
    return run.training


def test_times_of_an_earlier_version_count_from_the_start_and_never_go_below_zero(database):
    """That version stored no seconds of training; a run's length came from the clock, which may have been set back."""
    store(database, "earlier", [2, 3, 4])

    def set_back(connection):
        connection.execute(
            "UPDATE trainings SET started_at = 100, finished_at = 50 WHERE id = ?", [training_id("earlier")]
        )
        for first, at in ((0, 102.5), (2, 90), (5, 107)):
            times = json.dumps([[first + 2, at]])
            connection.execute(
                "UPDATE chunks SET times = ? WHERE training_id = ? AND first = ?",
                (times, training_id("earlier"), first),
            )

    write(database, set_back)
    found = database.read_now(lambda c: row_store.read_rows(c, training_id("earlier"), "train"))
    assert [seconds for _, _, seconds in found.times] == [2.5, 0.0, 7.0]
    training = loaded(database, "earlier")
    assert training.seconds == 7.0

    write(
        database,
        lambda c: c.execute("UPDATE chunks SET times = '[]' WHERE training_id = ?", [training_id("earlier")]),
    )
    training = loaded(database, "earlier")
    assert training.seconds == 0.0
