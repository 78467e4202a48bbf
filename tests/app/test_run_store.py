import asyncio

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.runs import Run, RunStatus
from app.storage import run_store
from app.storage.database import Database

COLUMNS = ("iteration", "loss")
CONFIG = {"dataset": {"name": "digits"}}


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    database = Database(tmp_path_factory.mktemp("state") / "lab.sqlite3")
    database.open()
    yield database
    database.close()


def write(database, operation):
    return asyncio.run(database.write(operation))


def rows(first, count):
    iterations = np.arange(first + 1, first + count + 1, dtype=np.float32)
    return np.stack([iterations, 1 / iterations])


def store(database, run_id, chunks):
    """A run with chunks of the given sizes; returns all its rows."""
    run = Run(run_id, 0, "name", CONFIG, 100, created_at=1.5)

    def operation(connection):
        run_store.delete_run(connection, run_id)
        run_store.insert_run(connection, run)
        run_store.insert_stream(connection, run_id, "train", COLUMNS)
        first = 0
        for count in chunks:
            data = rows(first, count).tobytes()
            run_store.insert_chunk(connection, run_id, "train", first, count, data)
            first += count

    write(database, operation)
    return rows(0, sum(chunks))


@settings(max_examples=40, deadline=None)
@given(
    chunks=st.lists(st.integers(1, 9), max_size=8),
    after=st.integers(0, 80),
    limit=st.none() | st.integers(1, 30),
)
def test_reading_from_any_row_gives_what_was_stored(database, chunks, after, limit):
    everything = store(database, "any", chunks)

    found = database.read_now(lambda c: run_store.read_rows(c, "any", "train", after, limit=limit))

    expected = everything[:, after:][:, :limit]
    assert found.columns == COLUMNS
    np.testing.assert_array_equal(found.values, expected)
    assert database.read_now(lambda c: run_store.count_rows(c, "any", "train")) == sum(chunks)


def test_a_stream_that_has_not_begun_is_none(database):
    store(database, "silent", [])
    assert database.read_now(lambda c: run_store.read_rows(c, "silent", "evaluation")) is None


def test_runs_come_back_with_the_last_of_their_values(database):
    store(database, "back", [5, 5])
    write(database, lambda c: run_store.update_run(c, "back", {"status": "completed", "finished_at": 9.0}))

    (run,) = (run for run in database.read_now(run_store.load_runs) if run.id == "back")

    assert run.status is RunStatus.COMPLETED
    assert run.config == CONFIG
    assert run.iteration == 10
    assert run.latest == {"loss": pytest.approx(0.1)}
    assert (run.created_at, run.finished_at) == (1.5, 9.0)


def test_deleting_a_run_deletes_its_rows(database):
    store(database, "gone", [5])
    write(database, lambda c: run_store.delete_run(c, "gone"))

    for table in ("streams", "chunks"):
        count = f"SELECT COUNT(*) FROM {table} WHERE run_id = 'gone'"
        assert database.read_now(lambda c, count=count: c.execute(count).fetchone()[0]) == 0


def test_rows_that_come_after_their_run_was_deleted_leave_no_trace(database):
    store(database, "late", [5])
    write(database, lambda c: run_store.delete_run(c, "late"))

    write(database, lambda c: run_store.insert_stream(c, "late", "evaluation", COLUMNS))
    write(database, lambda c: run_store.insert_chunk(c, "late", "train", 5, 1, rows(5, 1).tobytes()))

    assert database.read_now(lambda c: run_store.read_rows(c, "late", "train")) is None


def test_numbers_are_never_used_twice(database):
    first = write(database, lambda c: run_store.insert_run(c, Run("one", 0, "", CONFIG, 1, 0.0)))
    write(database, lambda c: run_store.delete_run(c, "one"))

    second = write(database, lambda c: run_store.insert_run(c, Run("two", 0, "", CONFIG, 1, 0.0)))

    assert second > first
