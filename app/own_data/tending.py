"""Tending: own data is looked after while the lab runs."""

from __future__ import annotations

import asyncio
import logging

from app.errors import LabError
from app.own_data.found_files import FoundFiles
from app.own_data.library import OwnData
from app.own_data.uploads import Uploads
from app.people.classroom import Classroom
from app.people.person import Role
from app.storage import people_store
from app.storage.database import Database

log = logging.getLogger(__name__)

#: Seconds between two looks at the folder: others write there too.
EVERY = 2.0


class Tending:
    """Looks at the folder of own data sets again, removes old uploads, and what is left of classes that have ended."""

    def __init__(
        self,
        own_data: OwnData,
        uploads: Uploads,
        files: FoundFiles,
        database: Database,
        classroom: Classroom | None,
    ) -> None:
        self._own_data = own_data
        self._files = files
        self._uploads = uploads
        self._database = database
        self._classroom = classroom
        self._forgotten: float | None = None  # `ended_at` of the class whose people were forgotten last
        self._tasks: list[asyncio.Task[None]] = []

    async def open(self) -> None:
        """Look for the first time, and begin to look again."""
        await self._own_data.open()
        await self._uploads.open()
        await self._forget()
        self._tasks = [asyncio.create_task(self._tick()), asyncio.create_task(self._read_files())]

    def close(self) -> None:
        """Stop looking."""
        for task in self._tasks:
            task.cancel()

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(EVERY)
            try:
                await self._own_data.look()
                await self._uploads.expire()
                if self._classroom is not None and self._classroom.ended_at != self._forgotten:
                    await self._forget()
            except (LabError, OSError) as error:
                log.warning("own data could not be looked after: %s", error)

    async def _read_files(self) -> None:
        """By itself, as reading a large file takes a while."""
        while True:
            try:
                await self._files.look()
            except (LabError, OSError) as error:
                log.warning("the files of own data could not be read: %s", error)
            await asyncio.sleep(EVERY)

    async def _forget(self) -> None:
        ended_at = None if self._classroom is None else self._classroom.ended_at
        ended = await self._database.read(people_store.load_ended)
        students = {one for one, role in ended.items() if role is Role.STUDENT}
        try:
            await self._own_data.forget_people(students, ended.keys() - students)
        except LabError as error:  # a disk that takes no writes: another time
            log.warning("own data of a class that has ended could not be deleted: %s", error)
        else:
            self._forgotten = ended_at
