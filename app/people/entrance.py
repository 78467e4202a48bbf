"""The entrance of a class: how students join with its code, and come back with their recovery phrases. Lives in the
event loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from app.errors import Conflict, LabError
from app.people import names, phrases
from app.people.guesses import Guesses
from app.people.person import Person, Role
from app.people.refusals import Forbidden, TooOften
from app.people.roster import Roster, new_person
from app.people.tokens import equal, new_code
from app.security.rates import Rates
from app.storage import people_store
from app.storage.database import Database
from app.together import Together
from app.work import in_thread
from engine.reasons import Reason


class Entrance:
    """
    Attributes:
        code: the digits with which people join.
        code_made: when the code was made, or the lab was started; Unix seconds.
        closed: whether the class has ended.
    """

    def __init__(
        self,
        database: Database,
        roster: Roster,
        order: asyncio.Lock,
        on_change: Callable[[], None],
        *,
        max_people: int,
    ) -> None:
        """
        Args:
            order: held while the class changes, so that no nickname is given twice.
            on_change: called when people have joined, or the code is another one.
        """
        self.code = ""
        self.code_made = 0.0
        self.closed = False
        self._class_id = ""
        self._salt = b""
        self._database = database
        self._roster = roster
        self._order = order
        self._on_change = on_change
        self._max_people = max_people
        self._hashing = asyncio.Lock()  # one phrase is compared at a time
        self._guesses = Guesses(browsers=2 * max_people)
        self._rates = Rates()
        self._joining = Together(order, self._join)

    def open(self, class_id: str, code: str, salt: bytes) -> None:
        """This is the class. `salt`: of the hashes of its recovery phrases."""
        self._class_id, self.code, self._salt, self.code_made = class_id, code, salt, time.time()

    def demand_open(self) -> None:
        """Refuse what cannot be done any more in a class that has ended.

        Raises:
            Conflict: it has.
        """
        if self.closed:
            raise Conflict("the class has ended", code="class_ended")

    # -- joining -----------------------------------------------------------------------------------

    def new_visitor(self, token: str) -> str:
        """The token for a browser that opens the page on which people join, and sends this one or none; empty: it keeps
        the one that it has."""
        is_known = bool(token) and (self._guesses.knows(token) or self._roster.person_of(token) is not None)
        return "" if is_known else self._guesses.new_browser()

    def check(self, code: str, browser: str) -> None:
        """Refuse what joining with this code would refuse."""
        self.demand_open()
        seconds = round(self._guesses.pause(browser) + 0.499)
        if seconds:
            text = f"too many wrong codes were tried; this one is taken in {seconds} s"
            raise TooOften(
                Reason("too_many_codes", text, seconds=seconds), field="code", bounds={"seconds": seconds}
            )
        if not equal(names.digits(code), self.code):
            self._guesses.note_wrong(browser)
            raise Forbidden("no class here has this code", code="wrong_code", field="code")

    async def join(self, code: str, nickname: str, browser: str) -> tuple[Person, str]:
        """A new person, and the token with which their browser is known.

        Args:
            browser: the token that the browser had before; two tabs of one browser that join at the same moment are one
                person.

        Raises:
            LabError: the code is wrong, the class has ended or is full, or the nickname is taken.
        """
        name = names.nickname(nickname)
        self.check(code, browser)
        person, token = await self._joining.ask((name, browser))
        self._roster.publish(person)
        self._on_change()
        return person, token

    async def _join(self, wishes: list[tuple[str, str]]) -> list[tuple[Person, str] | Exception]:
        """Store those who join at the same moment: their nicknames, and the tokens that their browsers had before."""
        sessions = self._roster.sessions
        results: list[Person | Exception] = []
        new: list[Person] = []
        recent = dict[str, Person]()  # by the token that the browser had before
        for nickname, browser in wishes:
            try:
                self.demand_open()
                person = recent.get(browser) or self._roster.find(sessions.joined_before(browser))
                if person is None:
                    person = self._new_student(nickname, beside=new)
                    new.append(person)
            except LabError as refusal:
                results.append(refusal)
                continue
            if browser:
                recent[browser] = person
            results.append(person)
        people = [result for result in results if isinstance(result, Person)]
        tokens = iter(await sessions.begin_all(self._class_id, new, people))
        self._roster.add(new)
        for browser, person in recent.items():
            if person in new:  # else the time in which a browser's tabs are one person would begin again
                sessions.note_joined(browser, person.id)
        return [(result, next(tokens)) if isinstance(result, Person) else result for result in results]

    def _new_student(self, nickname: str, *, beside: list[Person]) -> Person:
        """A new student, `beside` others who are not stored yet.

        Raises:
            LabError: the class is full, or the nickname is taken.
        """
        if len(self._roster.students) + len(beside) >= self._max_people:
            most = self._max_people
            text = f"the class has {most} people already; more cannot join"
            raise Conflict(Reason("class_full", text, most=most), code="class_full", bounds={"maximum": most})
        self._roster.demand_free(nickname, beside=beside)
        self._rates.take("", "join")
        return new_person(nickname, Role.STUDENT)

    async def renew_code(self) -> None:
        """Another code; the one before is not valid any more. Those who have joined stay."""
        code = new_code(but=self.code)
        async with self._order:
            self.demand_open()
            await self._database.write(lambda c: people_store.update_class(c, self._class_id, {"code": code}))
            self._guesses.renew()
            self.code, self.code_made = code, time.time()
            self._on_change()

    # -- coming back -------------------------------------------------------------------------------

    async def give_phrase(self, person: Person, language: str) -> str:
        """A new recovery phrase of a person, instead of the one before."""
        phrase = phrases.new_phrase(language)
        hashed = await in_thread(phrases.hash_of, phrase, self._salt)
        async with self._order:
            self.demand_open()
            await self._database.write(lambda c: people_store.update_person(c, person.id, {"phrase": hashed}))
            person.phrase = hashed
        return phrase

    async def return_by(self, code: str, phrase: str, browser: str) -> tuple[Person, str]:
        """The person of a recovery phrase, and the token of one more browser of theirs.

        Args:
            browser: the token that the browser had before.

        Raises:
            LabError: the code or the phrase is wrong, or the class has ended.
        """
        async with self._hashing:  # so that many at once are refused as many one after the other are
            self.check(code, browser)
            given = await in_thread(phrases.hash_of, phrase, self._salt)
            async with self._order:
                self.demand_open()
                with_phrase = [student for student in self._roster.students if student.phrase is not None]
                fitting = [student for student in with_phrase if equal(student.phrase or "", given)]
                if fitting:
                    return fitting[0], await self._roster.sessions.begin(fitting[0])
            self._guesses.note_wrong(browser)
        raise Forbidden("no one in the class has these words", code="wrong_phrase", field="phrase")
