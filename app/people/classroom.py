"""The class: its people, the browsers in which they are known, its code, and what the teacher has set for all.

Lives in the event loop. A change is stored first, and then published to the viewers.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
import unicodedata
from typing import Any

from app.errors import Conflict, Invalid, NotFound
from app.live.hub import Hub
from app.people.guesses import Guesses
from app.people.person import Person, Role
from app.people.refusals import Forbidden, TooOften
from app.people.tokens import equal, hash_of, new_code, new_token
from app.storage import people_store
from app.storage.database import Database
from app.trainings import new_id
from engine.reasons import Reason

log = logging.getLogger(__name__)

#: The longest nickname.
LONGEST_NICKNAME = 24
#: Two tabs of one browser that join within so many seconds are the same person.
TOGETHER_SECONDS = 10.0


class Classroom:
    """The people of one lab.

    Attributes:
        id: of this class; another class of the same name has another one.
        code: the digits with which people join.
        held: whether students cannot launch now.
        shown: the teacher's view that all screens show; None: each shows its own.
        numbers_only: whether the projector shows no nicknames.
        ended_at: when the class has ended, in Unix seconds.
        new_secret: the secret of the teacher's link, once, of a class that has just begun.
    """

    def __init__(self, name: str, database: Database, hub: Hub, *, max_people: int) -> None:
        self.name = name
        self.id = ""
        self.code = ""
        self.held = False
        self.shown: dict[str, Any] | None = None
        self.numbers_only = True
        self.ended_at: float | None = None
        self.new_secret: str | None = None
        self._database = database
        self._hub = hub
        self._max_people = max_people
        self._people: dict[str, Person] = {}
        self._sessions: dict[str, str] = {}  # hash of the token → person
        self._recent: dict[
            str, tuple[float, str]
        ] = {}  # hash of a browser's first token → when it joined, as whom
        self._order = asyncio.Lock()  # held while a person is made, so that no nickname is given twice
        self._guesses = Guesses()

    async def open(self) -> None:
        """Go on with the class of this name, or begin one. Other classes end."""
        found = await self._database.read(lambda c: people_store.find_class(c, self.name))
        if found is None:
            found = await self._begin()
        self.id, self.code = found["id"], found["code"]
        self.held, self.shown = bool(found["held"]), found["shown"]
        self.numbers_only = bool(found["numbers_only"])
        await self._database.write(lambda c: people_store.end_others(c, self.id, time.time()))
        people = await self._database.read(lambda c: people_store.load_people(c, self.id))
        self._people = {person.id: person for person in people}
        self._sessions = await self._database.read(lambda c: people_store.load_sessions(c, self.id))
        self._publish()

    async def _begin(self) -> dict[str, Any]:
        self.new_secret = new_token()
        now = time.time()
        values = {
            "id": new_id(),
            "name": self.name,
            "code": new_code(),
            "made_at": now,
            "salt": secrets.token_hex(16),
            "teacher_secret": hash_of(self.new_secret),
            "projector_secret": hash_of(new_token()),  # of no link, until one is made
        }
        first = [_person("", role, now) for role in (Role.TEACHER, Role.PROJECTOR)]
        await self._database.write(lambda c: people_store.insert_class(c, values, first))
        return {**values, "held": 0, "shown": None, "numbers_only": 1}

    # -- who is who --------------------------------------------------------------------------------

    @property
    def people(self) -> list[Person]:
        """Everybody who has joined, also those who were removed; with the teacher and the projector."""
        return list(self._people.values())

    @property
    def students(self) -> list[Person]:
        """The students who have not been removed, by their numbers."""
        return [one for one in self._people.values() if one.role is Role.STUDENT and not one.removed]

    def find(self, person_id: str | None) -> Person | None:
        """The person of an id; None where this class has no such person."""
        return self._people.get(person_id or "")

    def get(self, person_id: str) -> Person:
        """The person of an id, or `NotFound`."""
        person = self.find(person_id)
        if person is None:
            raise NotFound(f"there is no person {person_id!r}", field="id")
        return person

    def person_of(self, token: str) -> Person | None:
        """The person of a browser's token, also one who was removed; None: the browser is not known.

        It is found by the token's hash, so how long this takes says nothing about tokens that are known.
        """
        return self.find(self._sessions.get(hash_of(token))) if token else None

    @property
    def shown_runs(self) -> list[str]:
        """The runs of the view that all screens show: everybody sees them meanwhile."""
        return [] if self.shown is None else list(self.shown.get("runs", ()))

    # -- coming and going --------------------------------------------------------------------------

    async def join(self, code: str, nickname: str, browser: str) -> tuple[Person, str]:
        """A new person, and the token with which their browser is known.

        Args:
            browser: the token that the browser had before; two tabs of one browser that join at the same moment are one
                person.

        Raises:
            LabError: the code is wrong, the class has ended or is full, or the nickname is taken.
        """
        self._demand_open()
        name = _nickname(nickname)
        self._demand_code(code)
        async with self._order:
            recent = self._joined_recently(browser)
            person = recent or await self._add(name)
            token = await self._know(person)
            if browser and recent is None:
                self._recent[hash_of(browser)] = (time.monotonic(), person.id)
        self._publish_person(person)
        self._publish()
        return person, token

    async def _add(self, nickname: str) -> Person:
        if len(self.students) >= self._max_people:
            most = self._max_people
            text = f"the class has {most} people already; more cannot join"
            raise Conflict(Reason("class_full", text, most=most), code="class_full", bounds={"maximum": most})
        self._demand_free(nickname)
        person = _person(nickname, Role.STUDENT, time.time())
        await self._database.write(lambda c: people_store.insert_person(c, self.id, person))
        self._people[person.id] = person
        return person

    async def enter(self, secret: str) -> tuple[Person, str]:
        """The teacher or the projector, by the secret of their link, and the token of their browser."""
        hashes = await self._database.read(lambda c: people_store.secrets_of(c, self.id))
        given = hash_of(secret)
        # both are compared, whatever the first comparison says
        fitting = [role for role, stored in hashes.items() if equal(given, stored)]
        if not fitting:
            raise Forbidden(
                "this link does not open the class; a newer one may have been made", code="wrong_secret"
            )
        person = next(one for one in self._people.values() if one.role is fitting[0])
        return person, await self._know(person)

    async def leave(self, token: str) -> None:
        """Forget the browser of a token."""
        hashed = hash_of(token)
        await self._database.write(lambda c: people_store.delete_session(c, hashed))
        self._sessions.pop(hashed, None)

    async def _know(self, person: Person) -> str:
        """A new token, by which one more browser is known as the person's."""
        token = new_token()
        hashed = hash_of(token)
        forgotten = await self._database.write(
            lambda c: people_store.insert_session(c, hashed, person.id, time.time())
        )
        self._sessions[hashed] = person.id
        for old in forgotten:
            self._sessions.pop(old, None)
        return token

    def _joined_recently(self, browser: str) -> Person | None:
        now = time.monotonic()
        self._recent = {
            token: joined for token, joined in self._recent.items() if now - joined[0] < TOGETHER_SECONDS
        }
        joined = self._recent.get(hash_of(browser)) if browser else None
        return self.find(joined[1]) if joined else None

    def _demand_open(self) -> None:
        if self.ended_at is not None:
            raise Conflict("the class has ended", code="class_ended")

    def _demand_code(self, code: str) -> None:
        """Refuse a wrong code, and every code for a while after many wrong ones."""
        seconds = round(self._guesses.pause() + 0.499)
        if seconds:
            text = f"too many wrong codes were tried; nobody can join for {seconds} s"
            raise TooOften(
                Reason("too_many_codes", text, seconds=seconds), field="code", bounds={"seconds": seconds}
            )
        if not equal(_digits(code), self.code):
            self._guesses.note_wrong()
            raise Forbidden("no class here has this code", code="wrong_code", field="code")

    def _demand_free(self, nickname: str, but: Person | None = None) -> None:
        wanted = nickname.casefold()
        if any(one.nickname.casefold() == wanted for one in self._people.values() if one is not but):
            raise Conflict(f"the nickname {nickname!r} is taken", code="nickname_taken", field="nickname")

    # -- what the teacher does ---------------------------------------------------------------------

    async def set(self, **changes: Any) -> None:
        """Store and publish `held`, `shown`, `code` or `numbers_only`."""
        await self._database.write(lambda c: people_store.update_class(c, self.id, changes))
        for name, value in changes.items():
            setattr(self, name, value)
        self._publish()

    async def change(self, person: Person, **changes: Any) -> None:
        """Store and publish a changed `nickname`, `hand_at` or `removed` of a person."""
        async with self._order:
            if "nickname" in changes:
                changes["nickname"] = _nickname(changes["nickname"])
                self._demand_free(changes["nickname"], but=person)
            await self._database.write(lambda c: people_store.update_person(c, person.id, changes))
            for name, value in changes.items():
                setattr(person, name, value)
        self._publish_person(person)
        self._publish()

    # -- how it looks ------------------------------------------------------------------------------

    def view(self) -> dict[str, Any]:
        """What everybody in the class may know of it."""
        return {
            "name": self.name,
            "ended": self.ended_at is not None,
            "held": self.held,
            "shown": self.shown,
            "numbers_only": self.numbers_only,
            "people": len(self.students),
        }

    def _publish(self) -> None:
        self._hub.publish("class", {"type": "class", **self.view()})

    def _publish_person(self, person: Person) -> None:
        if person.role is Role.STUDENT:
            message = {"type": "person", "person": person_view(person)}
            self._hub.publish(f"person:{person.id}", message, audience=person.id)


def person_view(person: Person) -> dict[str, Any]:
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


def _person(nickname: str, role: Role, at: float) -> Person:
    return Person(id=new_id(), number=None, nickname=nickname, role=role, joined_at=at, seen_at=at)


def _digits(code: str) -> str:
    """A code as people type it: with spaces, hyphens or full-width digits."""
    return "".join(c for c in unicodedata.normalize("NFKC", code) if c not in " -")


def _nickname(given: str) -> str:
    """A nickname in one line, as it is stored.

    Raises:
        Invalid: there is nothing in it, or it is too long.
    """
    name = " ".join(unicodedata.normalize("NFC", given).split())
    name = "".join(c for c in name if c.isprintable())
    if not name:
        raise Invalid("a nickname is needed", code="missing", field="nickname")
    if len(name) > LONGEST_NICKNAME:
        text = f"nickname must have at most {LONGEST_NICKNAME} characters, not {len(name)}"
        raise Invalid(
            Reason("too_long", text, most=LONGEST_NICKNAME),
            field="nickname",
            bounds={"maximum": LONGEST_NICKNAME},
        )
    return name
