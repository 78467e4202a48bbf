"""Attendance: who of the class is there, how many have launched a run, and the end of the class after its days."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from app.errors import LabError
from app.live.hub import Hub
from app.people.classroom import Classroom
from app.storage import people_store
from app.storage.database import Database

log = logging.getLogger(__name__)

#: A person is away when none of their pages has been open for this time.
AWAY_SECONDS = 30.0
TICK_SECONDS = 1.0
#: Seconds between two times that `seen_at` of the persons is stored.
SEEN_SECONDS = 60.0
#: Seconds between two looks for a link that a command beside the lab has made.
LINKS_SECONDS = 3.0


class Attendance:
    """Checks the class once a second. Lives in the event loop.

    Args:
        owners: returns the ids of all who have launched a run.
        days: after this number of days the class ends.
    """

    def __init__(
        self,
        classroom: Classroom,
        database: Database,
        hub: Hub,
        owners: Callable[[], set[str | None]],
        days: float,
    ) -> None:
        self._classroom = classroom
        self._database = database
        self._hub = hub
        self._owners = owners
        self._class_seconds = days * 86_400
        self._seen_stored_at = self._storing_tried_at = time.time()
        self._links_checked_at = time.time()
        self._ticker: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Begin to look."""
        self._ticker = asyncio.create_task(self._tick())

    async def close(self) -> None:
        """Stop, and store when each person was seen last."""
        if self._ticker is not None:
            self._ticker.cancel()
            await self._tried(self._store_seen)

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_SECONDS)
            await self._tried(self._look)

    async def _tried(self, act: Callable[[], Awaitable[None]]) -> None:
        """Do something; log why the lab could not."""
        try:
            await act()
        except LabError as error:
            log.warning("who is in the class could not be read or stored: %s", error)

    async def _look(self) -> None:
        classroom, now = self._classroom, time.time()
        present = self._hub.people()
        for person in classroom.people:
            if person.id in present:
                person.seen_at = now
            away = now - person.seen_at > AWAY_SECONDS
            if away != person.away:
                person.away = away
                classroom.roster.publish(person)
        owners = self._owners()
        classroom.note_launched(sum(student.id in owners for student in classroom.students))
        if now > classroom.made_at + self._class_seconds:
            await classroom.end()
        if abs(now - self._links_checked_at) > LINKS_SECONDS:
            self._links_checked_at = now
            await classroom.links.look_for_new()
        if abs(now - self._storing_tried_at) > SEEN_SECONDS:
            await self._store_seen()

    async def _store_seen(self) -> None:
        self._storing_tried_at = begun = time.time()
        seen = {
            person.id: person.seen_at
            for person in self._classroom.people
            if person.seen_at >= self._seen_stored_at
        }
        if seen:
            await self._database.write(lambda c: people_store.store_seen(c, seen))
        self._seen_stored_at = begun  # after a failed write, they are stored with the next one
