"""The database: operations are committed in order, and a refused one or a fault of the disk harms no other."""

import asyncio
import contextlib
import shutil
import sqlite3
import threading

import numpy as np
import pytest

from app.errors import StoreUnavailable
from app.storage import database as database_module
from app.storage import (
    row_store,
    run_store,
    writer,
)
from app.storage.database import Database
from app.storage.schema import DatabaseError
from tests.support import event_loop
from tests.support.stored_runs import insert as insert_run
from tests.support.stored_runs import make_run, training_id
from tests.support.waiting import wait_until


@pytest.fixture
def database(tmp_path):
    database = Database(tmp_path / "lab.sqlite3")
    database.open()
    yield database
    database.close()


def insert(run_id):
    return lambda c: insert_run(c, make_run(run_id, {}))


def ids(connection):
    return [row["id"] for row in connection.execute("SELECT id FROM runs ORDER BY number")]


def test_reported_operations_can_be_read_by_any_connection(database):
    seen: list[str] = []
    reported = threading.Event()

    def done(result):
        with contextlib.closing(sqlite3.connect(database.path)) as other, other:
            seen.extend(row[0] for row in other.execute("SELECT id FROM runs"))
        reported.set()

    database.submit(insert("a"), done)

    assert reported.wait(10)
    assert seen == ["a"]


def test_operations_are_committed_in_the_order_they_were_handed_in(database):
    reported = []
    last = threading.Event()
    for number in range(2000):
        database.submit(insert(str(number)), lambda _, number=number: reported.append(number))
    database.submit(lambda c: None, lambda _: last.set())

    assert last.wait(30)
    assert reported == list(range(2000))
    assert database.read_now(ids) == [str(number) for number in range(2000)]


def test_a_refused_operation_fails_alone(database):
    async def write():
        return await asyncio.gather(
            database.write(insert("a")),
            database.write(insert("a")),
            database.write(insert("b")),
            return_exceptions=True,
        )

    results = event_loop.run(write())

    assert [type(result) for result in results] == [int, sqlite3.IntegrityError, int]
    assert database.read_now(ids) == ["a", "b"]


def test_closing_commits_what_is_waiting(tmp_path):
    database = Database(tmp_path / "lab.sqlite3")
    database.open()
    for number in range(500):
        database.submit(insert(str(number)), lambda _: None)
    database.close()

    with contextlib.closing(sqlite3.connect(tmp_path / "lab.sqlite3")) as other, other:
        assert other.execute("SELECT COUNT(*) FROM runs").fetchone() == (500,)


def test_a_disk_that_accepts_no_writes_is_named_and_waiting_operations_are_written_later(
    database, monkeypatch
):
    monkeypatch.setattr(writer, "RETRY_SECONDS", 0.01)
    broken = threading.Event()
    broken.set()
    committed = threading.Event()

    def operation(connection):
        if broken.is_set():
            raise sqlite3.OperationalError("database or disk is full")
        return insert("a")(connection)

    database.submit(operation, lambda _: committed.set())
    while database.fault is None:
        pass
    assert database.fault == "database or disk is full"
    with pytest.raises(StoreUnavailable, match="disk is full"):
        event_loop.run(database.write(insert("b")))
    assert not committed.is_set()

    broken.clear()

    assert committed.wait(10)
    assert database.read_now(ids) == ["a"]
    assert database.fault is None


def test_a_file_of_a_newer_version_is_refused_untouched(tmp_path):
    path = tmp_path / "lab.sqlite3"
    with contextlib.closing(sqlite3.connect(path)) as other, other:
        other.execute("PRAGMA user_version = 99")

    with pytest.raises(DatabaseError, match="schema 99"):
        Database(path).open()


def test_a_file_that_is_not_a_database_is_refused(tmp_path):
    path = tmp_path / "lab.sqlite3"
    path.write_bytes(b"this is not a database at all, and long enough to be looked at" * 100)

    with pytest.raises(DatabaseError, match="cannot open"):
        Database(path).open()


def test_a_file_whose_runs_or_trainings_are_damaged_is_refused_and_a_copy_is_advised(tmp_path):
    path = tmp_path / "lab.sqlite3"
    database = Database(path)
    database.open()
    run = make_run("a", {}, annotations=[{"iteration": 1, "text": "x" * 20_000}])
    event_loop.run(database.write(lambda connection: insert_run(connection, run)))
    database.close()
    content = bytearray(path.read_bytes())
    size = int.from_bytes(content[16:18], "big")
    # a page that only has text, after the number of the next one
    offset = next(at for at in range(0, len(content), size) if set(content[at + 4 : at + size]) == {ord("x")})
    content[offset : offset + 4] = b"\xff" * 4
    path.write_bytes(content)

    with pytest.raises(DatabaseError, match=r"cannot open.*lossroom restore"):
        Database(path).open()


def test_while_the_file_is_locked_requested_writes_are_refused_at_once_and_reported_ones_wait(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(writer, "RETRY_SECONDS", 0.01)
    monkeypatch.setattr(database_module, "BUSY_SECONDS", 0.05)
    database = Database(tmp_path / "lab.sqlite3")
    database.open()
    happened = threading.Event()

    async def ask():
        asked = [asyncio.create_task(database.write(insert(f"asked {number}"))) for number in range(20)]
        database.submit(insert("happened"), lambda _: happened.set())
        return await asyncio.gather(*asked, return_exceptions=True), await database.check_writable()

    with contextlib.closing(sqlite3.connect(database.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        refused, proof = event_loop.run(ask())
        assert {type(refusal) for refusal in refused} == {StoreUnavailable}
        assert refused[0].message.values["why"].code == "store_locked"
        assert proof.code == "store_locked"
        assert not happened.is_set()
        other.execute("ROLLBACK")

    assert happened.wait(10)
    assert database.read_now(ids) == ["happened"]
    assert event_loop.run(database.check_writable()) is None
    database.close()


def test_a_requested_write_that_waits_for_room_in_the_queue_is_refused_when_the_disk_gets_a_fault(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(writer, "RETRY_SECONDS", 0.01)
    database = Database(tmp_path / "lab.sqlite3", capacity=2)
    database.open()
    begun, may_fail, is_over = threading.Event(), threading.Event(), threading.Event()

    def fails(connection):
        begun.set()
        assert may_fail.wait(10)
        if not is_over.is_set():
            raise sqlite3.OperationalError("database or disk is full")

    async def ask():
        asked = asyncio.create_task(database.write(insert("asked")))
        await asyncio.sleep(0.1)  # it waits for room now
        may_fail.set()
        async with asyncio.timeout(10):
            with pytest.raises(StoreUnavailable, match="disk is full"):
                await asked
        is_over.set()

    database.submit(fails, lambda _: None)
    assert begun.wait(10)
    for number in range(2):
        database.submit(insert(f"happened {number}"), lambda _: None)

    event_loop.run(ask())

    database.close()
    with contextlib.closing(sqlite3.connect(database.path)) as other:
        assert other.execute("SELECT id FROM runs ORDER BY id").fetchall() == [
            ("happened 0",),
            ("happened 1",),
        ]


def test_a_fault_clears_itself_when_nothing_waits(tmp_path, monkeypatch):
    monkeypatch.setattr(writer, "RETRY_SECONDS", 0.01)
    monkeypatch.setattr(database_module, "BUSY_SECONDS", 0.05)
    database = Database(tmp_path / "lab.sqlite3")
    database.open()

    with contextlib.closing(sqlite3.connect(database.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable):
            event_loop.run(database.write(insert("a")))
        assert database.fault is not None
        other.execute("ROLLBACK")

    wait_until(lambda: database.fault is None, "the end of the fault")
    database.close()


def test_a_clean_end_leaves_one_whole_file_whoever_has_read(tmp_path):
    database = Database(tmp_path / "lab.sqlite3")
    database.open()

    async def work():
        for number in range(50):
            await database.write(insert(str(number)))
            await asyncio.gather(*(database.read(ids) for _ in range(4)))

    event_loop.run(work())
    database.close()

    assert [path.name for path in tmp_path.iterdir()] == ["lab.sqlite3"]
    (tmp_path / "copy").mkdir()
    shutil.copy(database.path, tmp_path / "copy" / "lab.sqlite3")
    with contextlib.closing(sqlite3.connect(tmp_path / "copy" / "lab.sqlite3")) as copy:
        assert copy.execute("SELECT COUNT(*) FROM runs").fetchone() == (50,)


def test_opening_again_keeps_what_is_there(tmp_path):
    for name in ("a", "b"):
        database = Database(tmp_path / "lab.sqlite3")
        database.open()
        event_loop.run(database.write(insert(name)))
        database.close()

    with contextlib.closing(sqlite3.connect(tmp_path / "lab.sqlite3")) as other, other:
        assert other.execute("SELECT id FROM runs ORDER BY number").fetchall() == [("a",), ("b",)]


def test_deleting_runs_makes_the_file_smaller_while_the_lab_runs(database):
    def fill(connection):
        insert("large")(connection)
        insert("small")(connection)
        row_store.open_stream(connection, training_id("large"), "train", ("iteration",))
        for first in range(0, 2_000_000, 100_000):
            values = np.arange(first + 1, first + 100_001, dtype=np.float32)[np.newaxis]
            row_store.append_rows(
                connection, training_id("large"), "train", first, values, at=1.0, seconds=1.0
            )

    def size(connection):
        pages, of_bytes = (
            connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size")
        )
        return pages * of_bytes

    event_loop.run(database.write(fill))
    before = database.read_now(size)
    event_loop.run(database.write(lambda c: run_store.delete_run(c, "large")))

    wait_until(lambda: database.read_now(size) < before / 4, "a smaller database")
    database.close()
    assert database.path.stat().st_size < before / 4
    with contextlib.closing(sqlite3.connect(database.path)) as other:
        assert other.execute("PRAGMA integrity_check").fetchone() == ("ok",)
