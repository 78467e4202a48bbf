"""A damaged page of the database: one run loses rows, the others are not affected."""

import asyncio
import functools
import re

import numpy as np
import pytest

from app.errors import StoreDamaged
from app.jobs.register import Register
from app.live.hub import Hub
from app.storage import row_store
from app.storage.database import Database
from app.storage.history import StoredHistory
from tests.support import event_loop
from tests.support.reasons import reason_in
from tests.support.stored_runs import insert, make_run, training_id

COLUMNS = ("iteration", "loss")
#: This many rows, in chunks of one row as from a slow network, fill hundreds of pages of the file.
ROWS = 3000
LOSSES = {"sick": 1.2345, "sound": 5.4321}
CONFIG = {
    "dataset": {"name": "digits"},
    "network": {"layers": [], "initializer": {"name": "normal"}},
    "optimizer": {"name": "sgd", "learning_rate": 0.1},
    "regularization": {"l1": 0, "l2": 0},
    "training": {"batch_size": 32},
    "seed": 0,
}


def append(run_id, first, count=1):
    iterations = np.arange(first + 1, first + count + 1)
    values = np.stack([iterations, np.full(count, LOSSES[run_id])]).astype(np.float32)
    return lambda c: row_store.append_rows(
        c, training_id(run_id), "train", first, values, at=1.0, seconds=1.0
    )


def fill(connection, run_id):
    insert(connection, make_run(run_id, CONFIG, name=run_id, iterations=ROWS))
    row_store.open_stream(connection, training_id(run_id), "train", COLUMNS)
    for first in range(ROWS):
        append(run_id, first)(connection)


def damage(path, run_id, where):
    """Damage a page of a run's rows by an invalid type byte; `where` from 0, the first page, to 1, the last."""
    content = bytearray(path.read_bytes())
    size = int.from_bytes(content[16:18], "big")
    loss = np.float32(LOSSES[run_id]).tobytes()
    pages = [
        offset for offset in range(0, len(content), size) if content[offset : offset + size].count(loss) > 1
    ]
    assert len(pages) > 20
    offset = pages[round(where * (len(pages) - 1))]
    content[offset : offset + 8] = b"\xff" * 8
    path.write_bytes(content)


@pytest.fixture
def database(request, tmp_path):
    """Two runs; a page of one of them is damaged, in the middle unless the test says otherwise."""
    path = tmp_path / "lab.sqlite3"
    database = Database(path)
    database.open()
    for run_id in LOSSES:
        event_loop.run(database.write(functools.partial(fill, run_id=run_id)))
    database.close()
    damage(path, "sick", getattr(request, "param", 0.5))
    database = Database(path)
    database.open()
    yield database
    database.close()


def read(run_id):
    return lambda c: row_store.read_rows(c, training_id(run_id), "train")


def test_the_rows_of_other_runs_are_read_and_the_damage_is_named(database):
    with pytest.raises(StoreDamaged, match="malformed") as refused:
        database.read_now(read("sick"))

    assert reason_in(refused.value.message).code == "store_damaged"
    assert database.damage == refused.value.message
    assert database.read_now(read("sound")).count == ROWS


def test_damage_met_by_one_operation_does_not_stop_the_others_from_being_written(database):
    async def write_all():
        return await asyncio.gather(
            database.write(append("sound", ROWS)),
            database.write(append("sick", 0, ROWS)),  # compared with what is stored
            database.write(append("sound", ROWS + 1)),
            return_exceptions=True,
        )

    first, refused, second = event_loop.run(write_all())

    assert isinstance(refused, StoreDamaged)
    assert (first.end, second.end) == (ROWS + 1, ROWS + 2)
    assert database.fault is None
    assert database.read_now(read("sound")).count == ROWS + 2


def test_a_viewer_gets_the_undamaged_rows_and_one_notice_of_the_damage(database):
    asked = []

    class Asked(StoredHistory):
        async def rows(self, training_id, *rest):
            asked.append(training_id)
            return await super().rows(training_id, *rest)

    async def look():
        hub = Hub(history=Asked(database, note_damage=lambda *noted: register.note_damage(*noted)))
        register = Register(database, hub)
        await register.open()
        viewer = hub.join()
        viewer.subscribe("sick", {})
        viewer.subscribe("sound", {})
        messages = []
        for _ in range(20):
            hub.publish("lab", {"type": "lab"})
            messages += await viewer.next_messages()
        return messages, register.get("sick").training

    messages, sick = event_loop.run(look())

    frames = [message for message in messages if isinstance(message, bytes)]
    assert [re.findall(rb'"run": ?"(\w+)"', frame) for frame in frames] == [[b"sound"]]
    assert sorted(asked) == [training_id("sick"), training_id("sound")]
    assert sick.reason.code == "store_damaged"
    assert any('"store_damaged"' in message for message in messages if isinstance(message, str))


@pytest.mark.parametrize("database", [1.0], indirect=True)
def test_a_run_whose_newest_rows_cannot_be_read_is_listed_beside_the_others(database):
    async def load():
        register = Register(database, Hub(history=None))
        await register.open()
        return {run.id: run.training for run in register.runs}

    runs = event_loop.run(load())

    assert runs["sick"].reason.code == "store_damaged"
    assert runs["sound"].reason is None
    assert runs["sound"].iteration == ROWS
