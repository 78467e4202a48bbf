"""Handwriting: digits that people draw in the lab. All together become a data set."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from app.answers.datasets import DrawingsAnswer
from app.errors import Conflict
from app.own_data import drawings as drawings_file
from app.people.classroom import Classroom
from app.people.person import Person
from app.storage import drawing_store
from app.storage.database import Database
from app.storage.drawing_store import Drawing
from engine.reasons import Reason


class Handwriting:
    """The drawings of a class, or of a lab without one. They are stored in the database until the class ends, or the
    person who drew them leaves or takes them back."""

    def __init__(self, database: Database, classroom: Classroom | None) -> None:
        self._database = database
        self._classroom = classroom

    @property
    def _class_id(self) -> str | None:
        return None if self._classroom is None else self._classroom.id

    async def give(self, person: Person, drawings: Sequence[Drawing]) -> DrawingsAnswer:
        """Store a person's drawings. They replace earlier drawings of this person."""
        now = time.time()
        await self._database.write(lambda c: drawing_store.replace_of(c, person.owner, drawings, now))
        return await self.counts(person)

    async def take_back(self, person: Person) -> DrawingsAnswer:
        """Delete a person's drawings."""
        await self._database.write(lambda c: drawing_store.delete_of(c, person.owner))
        return await self.counts(person)

    async def counts(self, person: Person) -> DrawingsAnswer:
        """The number of drawings of each digit, of people who drew them, and of this person's drawings."""
        class_id, owner = self._class_id, person.owner
        by_digit, mine, people = await self._database.read(lambda c: drawing_store.counts(c, class_id, owner))
        return {"counts": by_digit, "people": people, "mine": mine}

    async def load(self) -> list[Drawing]:
        """All drawings.

        Raises:
            Conflict: there are no drawings.
        """
        class_id = self._class_id
        stored = await self._database.read(lambda c: drawing_store.load(c, class_id))
        if not stored:
            reason = Reason("upload_drawings_none", "no one has given drawings yet")
            raise Conflict(reason, code="upload_drawings_none")
        return stored


def write_file(path: Path, drawings: Sequence[Drawing]) -> None:
    """Write drawings into a file, from which they are read like any own data that is uploaded."""
    side = drawings_file.SIDE
    pixels = np.frombuffer(b"".join(pixels for _, pixels in drawings), np.uint8).reshape(-1, side, side)
    drawings_file.write(path, pixels, np.array([digit for digit, _ in drawings], np.int64))
