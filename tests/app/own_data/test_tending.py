"""Looking after own data while the lab runs."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

from app.errors import StoreUnavailable
from app.own_data import tending
from app.own_data.tending import Tending
from app.settings import Settings
from app.storage.database import Database
from tests.support import event_loop
from tests.support.waiting import TIMEOUT


class FullDisk:
    """Own data on a disk that takes no writes at first."""

    def __init__(self) -> None:
        self.tries = 0

    async def forget_people(self, *_: Any) -> None:
        self.tries += 1
        if self.tries < 3:
            raise StoreUnavailable("the disk is full")

    async def nothing(self) -> None: ...

    open = look = expire = nothing


def test_data_of_a_class_that_ended_while_the_disk_was_full_is_deleted_later(tmp_path, monkeypatch):
    monkeypatch.setattr(tending, "EVERY", 0.001)
    disk, classroom = FullDisk(), SimpleNamespace(ended_at=None)
    database = Database(Settings(state_dir=tmp_path).database_path)
    database.open()

    async def scenario():
        work = Tending(*cast(Any, (disk, disk, disk, database, classroom)))
        await work.open()
        classroom.ended_at = 1.5
        async with asyncio.timeout(TIMEOUT):
            while disk.tries < 3:
                await asyncio.sleep(0.001)
        await asyncio.sleep(0.02)
        assert disk.tries == 3
        work.close()

    event_loop.run(scenario())
    database.close()
