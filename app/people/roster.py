"""The roster: the people of a class, and the browsers in which they are known. Lives in the event loop."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

from app.answers.classroom import PersonAnswer
from app.errors import Conflict, NotFound
from app.live.hub import Hub
from app.people.person import Person, Role
from app.people.sessions import Sessions
from app.storage import people_store
from app.storage.database import Database
from app.trainings import new_id


class Roster:
    """
    Attributes:
        sessions: the browsers.
    """

    def __init__(self, database: Database, hub: Hub) -> None:
        self._database = database
        self._hub = hub
        self._people: dict[str, Person] = {}  # by id, in the order in which they joined
        self.sessions = Sessions(database)

    async def open(self, class_id: str) -> None:
        """Read the people of a class and their browsers back, and publish them."""
        self.add(await self._database.read(lambda c: people_store.load_people(c, class_id)))
        await self.sessions.open(class_id)
        for person in self._people.values():
            self.publish(person)

    @property
    def people(self) -> list[Person]:
        """All who have joined, also those who were removed; with the teacher and the projector."""
        return list(self._people.values())

    @property
    def students(self) -> list[Person]:
        """The students who have not been removed, by their numbers."""
        return [
            person for person in self._people.values() if person.role is Role.STUDENT and not person.removed
        ]

    def find(self, person_id: str | None) -> Person | None:
        """The person of an id; None where this class has no such person."""
        return self._people.get(person_id or "")

    def student(self, person_id: str) -> Person:
        """The student of an id, or `NotFound`."""
        person = self.find(person_id)
        if person is None or person.role is not Role.STUDENT:
            raise NotFound(f"there is no person {person_id!r}", field="id")
        return person

    def person_of(self, token: str) -> Person | None:
        """The person of a browser's token, also one who was removed; None: the browser is not known."""
        return self.find(self.sessions.person_of(token))

    def add(self, people: Iterable[Person]) -> None:
        """Know people who are stored already."""
        self._people |= {person.id: person for person in people}

    def demand_free(self, nickname: str, *, but: Person | None = None, beside: Sequence[Person] = ()) -> None:
        """Refuse a nickname that a person has, other than `but`; or a person `beside` them, who is not stored yet.

        Raises:
            Conflict: it is taken.
        """
        wanted, others = nickname.casefold(), (*self._people.values(), *beside)
        if any(other.nickname.casefold() == wanted for other in others if other is not but):
            raise Conflict(f"the nickname {nickname!r} is taken", code="nickname_taken", field="nickname")

    def forget_sessions(self, role: Role) -> None:
        """Forget the browsers of a role; those in the store are deleted already."""
        gone = {person.id for person in self._people.values() if person.role is role}
        self.sessions.forget(gone)
        for person_id in gone:
            self._hub.dismiss(person_id)

    def publish(self, person: Person) -> None:
        """Send a student's state to them and to the teacher."""
        if person.role is Role.STUDENT:
            message = {"type": "person", "person": person_view(person)}
            self._hub.publish(f"person:{person.id}", message, audience=person.id)


def person_view(person: Person) -> PersonAnswer:
    """A person as the teacher sees them, and they themselves."""
    return {
        "id": person.id,
        "number": person.number,
        "nickname": person.nickname,
        "hand_at": person.hand_at,
        "removed": person.removed,
        "away": person.away,
        "joined_at": person.joined_at,
    }


def new_person(nickname: str, role: Role) -> Person:
    """A person who joins now. A student gets a number when they are stored."""
    now = time.time()
    return Person(id=new_id(), number=None, nickname=nickname, role=role, joined_at=now, seen_at=now)
