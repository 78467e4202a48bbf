import asyncio
import sqlite3
import threading

import pytest

from app.errors import StoreUnavailable
from app.storage import database as module
from app.storage.database import Database, DatabaseError


@pytest.fixture
def database(tmp_path):
    database = Database(tmp_path / "lab.sqlite3")
    database.open()
    yield database
    database.close()


def insert(run_id):
    return lambda c: (
        c.execute(
            "INSERT INTO runs (id, name, status, config, iterations, created_at) VALUES (?, '', 'queued', '{}', 1, 0)",
            (run_id,),
        ).lastrowid
    )


def ids(connection):
    return [row["id"] for row in connection.execute("SELECT id FROM runs ORDER BY number")]


def test_what_is_reported_can_be_read_by_anyone(database):
    seen = []
    reported = threading.Event()

    def done(result):
        with sqlite3.connect(database.path) as other:
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

    results = asyncio.run(write())

    assert [type(result) for result in results] == [int, sqlite3.IntegrityError, int]
    assert database.read_now(ids) == ["a", "b"]


def test_closing_commits_what_is_waiting(tmp_path):
    database = Database(tmp_path / "lab.sqlite3")
    database.open()
    for number in range(500):
        database.submit(insert(str(number)), lambda _: None)
    database.close()

    with sqlite3.connect(tmp_path / "lab.sqlite3") as other:
        assert other.execute("SELECT COUNT(*) FROM runs").fetchone() == (500,)


def test_a_disk_that_takes_no_writes_is_named_and_what_waited_is_written_later(database, monkeypatch):
    monkeypatch.setattr(module, "RETRY_SECONDS", 0.01)
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
        asyncio.run(database.write(insert("b")))
    assert not committed.is_set()

    broken.clear()

    assert committed.wait(10)
    assert database.read_now(ids) == ["a"]
    assert database.fault is None


def test_a_file_of_a_newer_version_is_refused_untouched(tmp_path):
    path = tmp_path / "lab.sqlite3"
    with sqlite3.connect(path) as other:
        other.execute("PRAGMA user_version = 99")

    with pytest.raises(DatabaseError, match="schema 99"):
        Database(path).open()


def test_a_file_that_is_no_database_is_refused(tmp_path):
    path = tmp_path / "lab.sqlite3"
    path.write_bytes(b"this is not a database at all, and long enough to be looked at" * 100)

    with pytest.raises(DatabaseError, match="cannot open"):
        Database(path).open()


def test_opening_again_keeps_what_is_there(tmp_path):
    for name in ("a", "b"):
        database = Database(tmp_path / "lab.sqlite3")
        database.open()
        asyncio.run(database.write(insert(name)))
        database.close()

    with sqlite3.connect(tmp_path / "lab.sqlite3") as other:
        assert other.execute("SELECT id FROM runs ORDER BY number").fetchall() == [("a",), ("b",)]
