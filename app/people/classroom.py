"""The class: its people, the browsers in which they are known, its code, and what the teacher has set for all.

Lives in the event loop. A change is stored first, and then published to the viewers.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import time
import unicodedata
from collections.abc import Callable
from typing import Any, Protocol

from app.answers import PersonAnswer
from app.errors import Conflict, Invalid, LabError, NotFound, StoreUnavailable
from app.live.hub import Hub
from app.people import phrases
from app.people.guesses import Guesses
from app.people.person import Person, Role
from app.people.refusals import Forbidden, TooOften
from app.people.tokens import equal, hash_of, new_code, new_token
from app.runs import Run
from app.storage import people_store
from app.storage.database import Database
from app.trainings import new_id
from app.work import in_thread
from engine.reasons import Reason

log = logging.getLogger(__name__)

#: The longest nickname.
LONGEST_NICKNAME = 24
#: Two tabs of one browser that join within so many seconds are the same person.
TOGETHER_SECONDS = 10.0
#: A person is away when none of their pages has been open for so long.
AWAY_SECONDS = 30.0
TICK_SECONDS = 1.0
#: When a person was seen last is stored this often.
SEEN_SECONDS = 60.0


class Runs(Protocol):
    """The runs of the lab: the register."""

    def owners(self) -> set[str | None]:
        """The persons who have launched one."""
        ...

    def republish(self, fits: Callable[[Run], bool]) -> None:
        """Send the states of some runs again: those who see them may be others now, or see another name."""
        ...


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

    def __init__(self, name: str, database: Database, hub: Hub, *, max_people: int, days: float) -> None:
        """
        Args:
            days: after so many, the class ends by itself.
        """
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
        self._days = days
        self._made_at = 0.0
        self._salt = b""
        self._secrets: dict[Role, str] = {}  # the hashes by which those who are known have entered
        self._runs: Runs | None = None
        self._launched = 0
        self._stored_seen = time.time()
        self._ticker: asyncio.Task[None] | None = None
        self._people: dict[str, Person] = {}
        self._sessions: dict[str, str] = {}  # hash of the token → person
        self._recent: dict[
            str, tuple[float, str]
        ] = {}  # hash of a browser's first token → when it joined, as whom
        self._order = asyncio.Lock()  # held while a person is made, so that no nickname is given twice
        self._guesses = Guesses()

    async def open(self, runs: Runs) -> None:
        """Go on with the class of this name, or begin one. Other classes end."""
        self._runs = runs
        found = await self._database.read(lambda c: people_store.find_class(c, self.name))
        if found is None:
            found = await self._begin()
        self.id, self.code = found["id"], found["code"]
        self.held, self.shown = bool(found["held"]), found["shown"]
        self.numbers_only = bool(found["numbers_only"])
        self._made_at, self._salt = found["made_at"], bytes.fromhex(found["salt"])
        self._secrets = await self._database.read(lambda c: people_store.secrets_of(c, self.id))
        with contextlib.suppress(StoreUnavailable):  # a disk that takes no writes now: they end another time
            await self._database.write(lambda c: people_store.end_others(c, self.id, time.time()))
        people = await self._database.read(lambda c: people_store.load_people(c, self.id))
        self._people = {person.id: person for person in people}
        self._sessions = await self._database.read(lambda c: people_store.load_sessions(c, self.id))
        for person in self._people.values():
            self._publish_person(person)
        self._publish()
        self._ticker = asyncio.create_task(self._tick())

    async def close(self) -> None:
        """Store when everybody was seen last."""
        if self._ticker is not None:
            self._ticker.cancel()
        await self._store_seen()

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

    def student(self, person_id: str) -> Person:
        """The student of an id, or `NotFound`."""
        person = self.find(person_id)
        if person is None or person.role is not Role.STUDENT:
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

    def check(self, code: str) -> None:
        """Refuse what joining with this code would refuse."""
        self._demand_open()
        self._demand_code(code)

    async def join(self, code: str, nickname: str, browser: str) -> tuple[Person, str]:
        """A new person, and the token with which their browser is known.

        Args:
            browser: the token that the browser had before; two tabs of one browser that join at the same moment are one
                person.

        Raises:
            LabError: the code is wrong, the class has ended or is full, or the nickname is taken.
        """
        name = _nickname(nickname)
        self._demand_code(code)
        async with self._order:
            self._demand_open()
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

    async def return_by(self, code: str, phrase: str) -> tuple[Person, str]:
        """The person of a recovery phrase, and the token of one more browser of theirs.

        Raises:
            LabError: the code or the phrase is wrong, or the class has ended.
        """
        self._demand_code(code)
        given = await in_thread(phrases.hash_of, phrase, self._salt)
        async with self._order:
            fitting = [one for one in self.students if one.phrase is not None and equal(one.phrase, given)]
            if not fitting:
                self._guesses.note_wrong()
                raise Forbidden("no one in the class has these words", code="wrong_phrase", field="phrase")
            return fitting[0], await self._know(fitting[0])

    async def give_phrase(self, person: Person, language: str) -> str:
        """A new recovery phrase of a person, in the place of the one before."""
        phrase = phrases.new_phrase(language)
        hashed = await in_thread(phrases.hash_of, phrase, self._salt)
        async with self._order:
            self._demand_open()
            await self._database.write(lambda c: people_store.update_person(c, person.id, {"phrase": hashed}))
            person.phrase = hashed
        return phrase

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
        role = fitting[0]
        person = next(one for one in self._people.values() if one.role is role)
        if (
            hashes[role] != self._secrets[role]
        ):  # a new link has been made beside the lab: the old one opens nothing
            self._secrets[role] = hashes[role]
            self._forget_sessions(role)
        return person, await self._know(person)

    async def new_link(self, role: Role) -> str:
        """The secret of a new link for the teacher or the projector. The old link, and who came by it, is known no
        more."""
        secret = new_token()
        hashed = hash_of(secret)
        await self._database.write(lambda c: people_store.renew_secret(c, self.id, role, hashed))
        self._secrets[role] = hashed
        self._forget_sessions(role)
        return secret

    def _forget_sessions(self, role: Role) -> None:
        """Know the browsers of a role no more; it is stored already."""
        gone = {one.id for one in self._people.values() if one.role is role}
        self._sessions = {token: owner for token, owner in self._sessions.items() if owner not in gone}
        for person_id in gone:
            self._hub.dismiss(person_id)

    async def leave(self, token: str) -> None:
        """Forget the browser of a token."""
        hashed = hash_of(token)
        await self._database.write(lambda c: people_store.delete_session(c, hashed))
        person_id = self._sessions.pop(hashed, None)
        if person_id is not None:
            self._hub.dismiss(person_id)  # the pages in their other browsers connect again

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
        """Refuse a wrong code, and every code for a while after many wrong ones, or when the class has ended."""
        self._demand_open()
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
        before = set(self.shown_runs)
        await self._database.write(lambda c: people_store.update_class(c, self.id, changes))
        for name, value in changes.items():
            setattr(self, name, value)
        if "code" in changes:
            self._guesses = Guesses()
        if "numbers_only" in changes:
            self._republish(lambda run: run.owner is not None)
        elif "shown" in changes:
            turned = before ^ set(self.shown_runs)
            self._republish(lambda run: run.id in turned)
        self._publish()

    async def renew_code(self) -> None:
        """Another code; nobody can join with the one before. Those who have joined stay."""
        await self.set(code=new_code(but=self.code))

    async def end(self) -> None:
        """End the class: its names and recovery phrases are deleted, and no student is known any more. The runs stay,
        with the numbers of those who launched them. A second call does nothing."""
        async with self._order:
            if self.ended_at is not None:
                return
            ended = time.time()
            await self._database.write(lambda c: people_store.end_class(c, self.id, ended))
            self.ended_at, self.shown, self.held = ended, None, False
            self._forget_sessions(Role.STUDENT)
            for person in self._people.values():
                person.nickname, person.phrase, person.hand_at = "", None, None
                self._publish_person(person)
        log.info("the class has ended: its names are deleted")
        self._republish(lambda run: run.owner is not None)
        self._publish()

    async def change(self, person: Person, **changes: Any) -> None:
        """Store and publish a changed `nickname`, `hand_at` or `removed` of a person."""
        async with self._order:
            if "nickname" in changes:
                self._demand_open()
                changes["nickname"] = _nickname(changes["nickname"])
                self._demand_free(changes["nickname"], but=person)
            await self._database.write(lambda c: people_store.update_person(c, person.id, changes))
            for name, value in changes.items():
                setattr(person, name, value)
        if changes.get("removed"):
            self._hub.dismiss(person.id)
        self._publish_person(person)
        if "nickname" in changes:
            self._republish(lambda run: run.owner == person.id)
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
            "launched": self._launched,
        }

    def _republish(self, fits: Callable[[Run], bool]) -> None:
        if self._runs is not None:
            self._runs.republish(fits)

    def _publish(self) -> None:
        self._hub.publish("class", {"type": "class", **self.view()})

    def _publish_person(self, person: Person) -> None:
        if person.role is Role.STUDENT:
            message = {"type": "person", "person": person_view(person)}
            self._hub.publish(f"person:{person.id}", message, audience=person.id)

    # -- as time goes by -----------------------------------------------------------------------------

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_SECONDS)
            try:
                await self._look()
            except LabError as error:
                log.warning("the class could not be stored: %s", error)

    async def _look(self) -> None:
        """Who is away, how many have launched, and whether the class is over."""
        now = time.time()
        present = self._hub.people()
        for person in self._people.values():
            if person.id in present:
                person.seen_at = now
            away = now - person.seen_at > AWAY_SECONDS
            if away != person.away:
                person.away = away
                self._publish_person(person)
        if self._runs is not None:
            owners = self._runs.owners()
            launched = sum(one.id in owners for one in self.students)
            if launched != self._launched:
                self._launched = launched
                self._publish()
        if now > self._made_at + self._days * 86_400:
            await self.end()
        if now - self._stored_seen > SEEN_SECONDS:
            await self._store_seen()

    async def _store_seen(self) -> None:
        """When everybody was seen last."""
        since, self._stored_seen = self._stored_seen, time.time()
        seen = {one.id: one.seen_at for one in self._people.values() if one.seen_at >= since}
        if seen:
            await self._database.write(lambda c: people_store.store_seen(c, seen))


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
