"""The class: its people, the browsers in which they are known, its code, and what the teacher has set for all.

Lives in the event loop. A change is stored first, and then published to the viewers.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import time
from collections.abc import Callable, Sequence
from typing import Any

from app.answers.classroom import PersonAnswer
from app.errors import Conflict, LabError, NotFound, StoreUnavailable
from app.live.hub import Hub
from app.live.throttle import Throttle
from app.people import names, phrases
from app.people.guesses import Guesses
from app.people.person import Person, Role
from app.people.refusals import Forbidden, TooOften
from app.people.sessions import Sessions
from app.people.shared_views import SharedViews
from app.people.tokens import equal, hash_of, new_code, new_token
from app.runs import Run
from app.security.rates import Rates
from app.storage import people_store
from app.storage.database import Database
from app.together import Together
from app.trainings import new_id
from app.work import in_thread
from engine.reasons import Reason

log = logging.getLogger(__name__)

#: Everybody gets the state of the class, no more often than this: a class joins within seconds.
PUBLISHED_SECONDS = 0.25

#: Sends the states of the runs that fit again: those who see them may be others now, or see another name.
Republish = Callable[[Callable[[Run], bool]], None]


class Classroom:
    """The people of one lab.

    Attributes:
        id: of this class; another class of the same name has another one.
        code: the digits with which people join.
        held: whether students cannot launch now.
        stepped: by how many iterations the teacher has moved all that trains last; 0: not yet since the lab started;
            None: all that trains goes on by itself.
        shown: the teacher's view that all screens show; None: each shows its own.
        cloud: whether students see the curves of all, without persons.
        numbers_only: whether the projector shows no nicknames.
        ended_at: when the class has ended, in Unix seconds.
        made_at: when it began, in Unix seconds.
        views: what people share with the class as one thing.
        new_secret: the secret of the teacher's link, once, of a class that has just begun.
    """

    def __init__(self, name: str, database: Database, hub: Hub, *, max_people: int) -> None:
        self.name = name
        self.id = ""
        self.code = ""
        self.held = False
        self.stepped: int | None = None
        self.shown: dict[str, Any] | None = None
        self.numbers_only = True
        self.cloud = False
        self.vote: dict[str, Any] | None = None
        self.made_at = 0.0
        self.ended_at: float | None = None
        self.new_secret: str | None = None
        self._database = database
        self._hub = hub
        self._max_people = max_people
        self._salt = b""
        self._secrets: dict[Role, str] = {}  # the hashes by which those who are known have entered
        self._launched = 0
        self._published: dict[str, Any] = {}
        self._people: dict[str, Person] = {}
        self._sessions = Sessions(database)
        self._republish: Republish = lambda fits: None
        self.views = SharedViews(
            database, hub, self.find, lambda ids: self._republish(lambda run: run.id in ids)
        )
        self._order = asyncio.Lock()  # held while the class changes, so that no nickname is given twice
        self._hashing = asyncio.Lock()  # one phrase is compared at a time
        self._guesses = Guesses(browsers=2 * max_people)
        self._rates = Rates()
        self._on_shown: Callable[[], None] = lambda: None
        self._on_released: Callable[[], None] = lambda: None
        self._code_made = 0.0
        self._joining = Together(self._order, self._join)
        self._publish = Throttle(PUBLISHED_SECONDS, self._publish_now)

    async def open(
        self,
        republish: Republish,
        on_shown: Callable[[], None] = lambda: None,
        on_released: Callable[[], None] = lambda: None,
    ) -> None:
        """Go on with the class of this name, or begin one. Other classes end.

        Args:
            on_shown: called when another view is shown to all, or none.
            on_released: called when launching is held no more.
        """
        self._republish, self._on_shown, self._on_released = republish, on_shown, on_released
        found = await self._database.read(lambda c: people_store.find_class(c, self.name))
        if found is None:
            found = await self._begin()
        self.id, self.code, self._code_made = found["id"], found["code"], time.time()
        self.held, self.shown, self.vote = bool(found["held"]), found["shown"], found["vote"]
        self.numbers_only, self.cloud = bool(found["numbers_only"]), bool(found["cloud"])
        self.made_at, self._salt = found["made_at"], bytes.fromhex(found["salt"])
        self._secrets = await self._database.read(lambda c: people_store.secrets_of(c, self.id))
        with contextlib.suppress(StoreUnavailable):  # a disk that takes no writes now: they end another time
            await self._database.write(lambda c: people_store.end_others(c, self.id, time.time()))
        people = await self._database.read(lambda c: people_store.load_people(c, self.id))
        self._people = {person.id: person for person in people}
        await self._sessions.open(self.id)
        for person in self._people.values():
            self.publish_person(person)
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
        return {**values, "held": 0, "shown": None, "numbers_only": 1, "cloud": 0, "vote": None}

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
        """The person of a browser's token, also one who was removed; None: the browser is not known."""
        return self.find(self._sessions.person_of(token))

    @property
    def shown_runs(self) -> list[str]:
        """The runs of the view that all screens show: everybody sees them meanwhile."""
        return [] if self.shown is None else list(self.shown.get("runs", ()))

    # -- coming and going --------------------------------------------------------------------------

    def new_visitor(self, token: str) -> str:
        """The token for a browser that opens the page on which people join, which sends this one or none; empty: it
        keeps that."""
        is_known = bool(token) and (self._guesses.knows(token) or self.person_of(token) is not None)
        return "" if is_known else self._guesses.new_browser()

    def check(self, code: str, browser: str) -> None:
        """Refuse what joining with this code would refuse."""
        self._demand_open()
        self._demand_code(code, browser)

    async def join(self, code: str, nickname: str, browser: str) -> tuple[Person, str]:
        """A new person, and the token with which their browser is known.

        Args:
            browser: the token that the browser had before; two tabs of one browser that join at the same moment are one
                person.

        Raises:
            LabError: the code is wrong, the class has ended or is full, or the nickname is taken.
        """
        name = names.nickname(nickname)
        self._demand_code(code, browser)
        person, token = await self._joining.ask((name, browser))
        self.publish_person(person)
        self._publish()
        return person, token

    async def _join(self, wishes: list[tuple[str, str]]) -> list[tuple[Person, str] | Exception]:
        """Store those who join at the same moment: their nicknames, and the tokens that their browsers had before."""
        found: list[Person | Exception] = []
        new: list[Person] = []
        recent = dict[str, Person]()  # by the browser's token before
        for nickname, browser in wishes:
            try:
                self._demand_open()
                person = recent.get(browser) or self.find(self._sessions.joined_before(browser))
                if person is None:
                    person = self._make(nickname, beside=new)
                    new.append(person)
            except LabError as refusal:
                found.append(refusal)
                continue
            if browser:
                recent[browser] = person
            found.append(person)
        people = [one for one in found if isinstance(one, Person)]
        tokens = iter(await self._sessions.begin_all(self.id, new, people))
        self._people |= {person.id: person for person in new}
        for browser, person in recent.items():
            if person in new:  # else the time in which a browser's tabs are one person would begin again
                self._sessions.note_joined(browser, person.id)
        return [(one, next(tokens)) if isinstance(one, Person) else one for one in found]

    def _make(self, nickname: str, *, beside: list[Person]) -> Person:
        """A new student, `beside` others who are not stored yet.

        Raises:
            LabError: the class is full, or the nickname is taken.
        """
        if len(self.students) + len(beside) >= self._max_people:
            most = self._max_people
            text = f"the class has {most} people already; more cannot join"
            raise Conflict(Reason("class_full", text, most=most), code="class_full", bounds={"maximum": most})
        self._demand_free(nickname, beside=beside)
        self._rates.take("", "join")
        return _person(nickname, Role.STUDENT, time.time())

    async def return_by(self, code: str, phrase: str, browser: str) -> tuple[Person, str]:
        """The person of a recovery phrase, and the token of one more browser of theirs.

        Args:
            browser: the token that the browser had before.

        Raises:
            LabError: the code or the phrase is wrong, or the class has ended.
        """
        async with self._hashing:  # so that many at once are refused as many one after the other are
            self._demand_code(code, browser)
            given = await in_thread(phrases.hash_of, phrase, self._salt)
            async with self._order:
                self._demand_open()
                known = [one for one in self.students if one.phrase is not None]
                fitting = [one for one in known if equal(one.phrase or "", given)]
                if fitting:
                    return fitting[0], await self._sessions.begin(fitting[0])
            self._guesses.note_wrong(browser)
        raise Forbidden("no one in the class has these words", code="wrong_phrase", field="phrase")

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
        async with self._order:
            await self._find_new_links()
            given = hash_of(secret)
            # both are compared, whatever the first comparison says
            fitting = [role for role, stored in self._secrets.items() if equal(given, stored)]
            if not fitting:
                raise Forbidden(
                    "this link does not open the class; a newer one may have been made", code="wrong_secret"
                )
            person = next(one for one in self._people.values() if one.role is fitting[0])
            return person, await self._sessions.begin(person)

    async def look_for_new_links(self) -> None:
        """Know those no more who came by a link that another one has replaced beside the lab."""
        async with self._order:
            await self._find_new_links()

    async def _find_new_links(self) -> None:
        hashes = await self._database.read(lambda c: people_store.secrets_of(c, self.id))
        for role, hashed in hashes.items():
            if hashed != self._secrets[role]:  # the sessions in the store were deleted then
                self._secrets[role] = hashed
                self._forget_sessions(role)

    async def new_link(self, role: Role) -> str:
        """The secret of a new link for the teacher or the projector. The old link, and who came by it, is known no
        more."""
        secret = new_token()
        hashed = hash_of(secret)
        async with self._order:
            await self._database.write(lambda c: people_store.renew_secret(c, self.id, role, hashed))
            self._secrets[role] = hashed
            self._forget_sessions(role)
        return secret

    def _forget_sessions(self, role: Role) -> None:
        """Know the browsers of a role no more; it is stored already."""
        gone = {one.id for one in self._people.values() if one.role is role}
        self._sessions.forget(gone)
        for person_id in gone:
            self._hub.dismiss(person_id)

    async def leave(self, token: str) -> None:
        """Forget the browser of a token."""
        person_id = await self._sessions.end(token)
        if person_id is not None:
            self._hub.dismiss(person_id)  # the pages in their other browsers connect again

    def _demand_open(self) -> None:
        if self.ended_at is not None:
            raise Conflict("the class has ended", code="class_ended")

    def _demand_code(self, code: str, browser: str) -> None:
        """Refuse a wrong code, and every code for a while after many wrong ones, or when the class has ended."""
        self._demand_open()
        seconds = round(self._guesses.pause(browser) + 0.499)
        if seconds:
            text = f"too many wrong codes were tried; this one is taken in {seconds} s"
            raise TooOften(
                Reason("too_many_codes", text, seconds=seconds), field="code", bounds={"seconds": seconds}
            )
        if not equal(names.digits(code), self.code):
            self._guesses.note_wrong(browser)
            raise Forbidden("no class here has this code", code="wrong_code", field="code")

    def _demand_free(
        self, nickname: str, *, but: Person | None = None, beside: Sequence[Person] = ()
    ) -> None:
        wanted, others = nickname.casefold(), (*self._people.values(), *beside)
        if any(one.nickname.casefold() == wanted for one in others if one is not but):
            raise Conflict(f"the nickname {nickname!r} is taken", code="nickname_taken", field="nickname")

    # -- what the teacher does ---------------------------------------------------------------------

    async def set(self, **changes: Any) -> None:
        """Store and publish `held`, `shown`, `code`, `cloud`, `vote` or `numbers_only`."""
        async with self._order:
            self._demand_open()
            await self._set(changes)

    async def _set(self, changes: dict[str, Any]) -> None:
        """With `_order` held: of views that are shown at the same moment, each closes the runs of the one before."""
        await self._database.write(lambda c: people_store.update_class(c, self.id, changes))
        before = set(self.shown_runs)
        for name, value in changes.items():
            setattr(self, name, value)
        if "code" in changes:
            self._guesses.renew()
            self._code_made = time.time()
        if "numbers_only" in changes:
            self._republish(lambda run: run.owner is not None)
        elif "shown" in changes:
            turned = before ^ set(self.shown_runs)
            self._republish(lambda run: run.id in turned)
            self._on_shown()
        if "held" in changes and not self.held:
            self._release()
        self._publish()

    def _release(self) -> None:
        self.stepped = None
        self._on_released()

    def note_stepped(self, iterations: int) -> None:
        """All that trains was moved by this number of iterations."""
        self.stepped = iterations
        self._publish()

    async def release_deleted(self, find: Callable[[str], Run | None]) -> None:
        """Take deleted runs out of the view that all screens show; one that has none left is released."""
        async with self._order:
            self.views.release_deleted()
            left = [run_id for run_id in self.shown_runs if find(run_id) is not None]
            if self.shown is not None and len(left) < len(self.shown_runs):
                with contextlib.suppress(StoreUnavailable):  # a disk that takes no writes now: another time
                    await self._set({"shown": {**self.shown, "runs": left} if left else None})

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
            shown = set(self.shown_runs)
            self.views.forget()
            self.ended_at, self.shown, self.held, self.vote = ended, None, False, None
            self._forget_sessions(Role.STUDENT)
            for person in self._people.values():
                person.nickname, person.phrase, person.hand_at = "", None, None
                self.publish_person(person)
        log.info("the class has ended: its names are deleted")
        self._republish(lambda run: run.owner is not None or run.id in shown)
        self._on_shown()
        self._release()
        self._publish()

    async def change(self, person: Person, **changes: Any) -> None:
        """Store and publish a changed `nickname`, `hand_at` or `removed` of a person."""
        async with self._order:
            if "nickname" in changes:
                self._demand_open()
                changes["nickname"] = names.nickname(changes["nickname"])
                self._demand_free(changes["nickname"], but=person)
            await self._database.write(lambda c: people_store.update_person(c, person.id, changes))
            for name, value in changes.items():
                setattr(person, name, value)
        if changes.get("removed"):
            self._hub.dismiss(person.id)
        if "removed" in changes:  # what they share is seen as long as they are in the class
            self.views.publish(person.id)
            self._republish(lambda run: run.owner == person.id)
        self.publish_person(person)
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
            "stepped": self.stepped,
            "shown": self.shown,
            "numbers_only": self.numbers_only,
            "cloud": self.cloud,
            "vote": self.vote,
            "people": len(self.students),
            "launched": self._launched,
            "code_made": self._code_made,
        }

    def note_launched(self, students: int) -> None:
        """So many students have launched a run."""
        if students != self._launched:
            self._launched = students
            self._publish()

    def _publish_now(self) -> None:
        """Send everybody what they may know of the class, where that has changed."""
        if (view := self.view()) != self._published:
            self._published = view
            self._hub.publish("class", {"type": "class", **view})

    def publish_person(self, person: Person) -> None:
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


def _person(nickname: str, role: Role, at: float) -> Person:
    return Person(id=new_id(), number=None, nickname=nickname, role=role, joined_at=at, seen_at=at)
