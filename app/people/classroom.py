"""The class: what the teacher has set for all, and how it ends. Its people are in its roster; they come in by its
entrance or by links.

Lives in the event loop. A change is stored first, and then published to the viewers.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import time
from collections.abc import Callable
from typing import Any

from app.errors import StoreUnavailable
from app.live.hub import Hub
from app.live.throttle import Throttle
from app.people import names
from app.people.entrance import Entrance
from app.people.links import Links
from app.people.person import Person, Role
from app.people.roster import Roster, new_person
from app.people.shared_views import SharedViews
from app.people.tokens import hash_of, new_code, new_token
from app.runs import Run
from app.storage import people_store
from app.storage.database import Database
from app.storage.transaction import Operation
from app.trainings import new_id

log = logging.getLogger(__name__)

#: The state of the class is sent to all people at most once in this time. Each person who joins changes it, and a whole
#: class joins within seconds.
PUBLISHED_SECONDS = 0.25

#: Sends the states of some runs again, those for which the given function is true: other people may see them now, or
#: see another name with them.
Republish = Callable[[Callable[[Run], bool]], None]


class Classroom:
    """The class of a lab.

    Attributes:
        id: of this class; another class of the same name has another one.
        roster: its people.
        entrance: how they join with its code.
        links: how the teacher and the projector come in.
        held: whether students cannot launch now.
        stepped: the teacher moves all trainings together: the iterations of the last common step; 0: none yet since
            the lab started; None: they are not moved together.
        shown: the teacher's view that all screens show; None: each shows its own.
        cloud: whether students see the curves of all, without persons.
        vote: the question of a lesson that the class votes on; None: there was none.
        numbers_only: whether the projector shows no nicknames.
        ended_at: when the class has ended, in Unix seconds.
        made_at: when it began, in Unix seconds.
        views: what people share with the class as one thing.
        new_secret: the secret of the teacher's link, if the class began with this start of the lab. Who takes it sets
            it to None; only its hash is stored.
    """

    def __init__(self, name: str, database: Database, hub: Hub, *, max_people: int) -> None:
        self.name = name
        self.id = ""
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
        self._launched = 0
        self._published: dict[str, Any] = {}
        self._republish: Republish = lambda fits: None
        self._on_shown: Callable[[], None] = lambda: None
        self._on_released: Callable[[], None] = lambda: None
        self._publish = Throttle(PUBLISHED_SECONDS, self._publish_now)
        self._order = asyncio.Lock()  # held while the class changes
        self.roster = Roster(database, hub)
        self.links = Links(database, self.roster, self._order)
        self.entrance = Entrance(database, self.roster, self._order, self._publish, max_people=max_people)
        self.views = SharedViews(
            database, hub, self.find, lambda ids: self._republish(lambda run: run.id in ids)
        )

    async def open(
        self,
        republish: Republish,
        on_shown: Callable[[], None] = lambda: None,
        on_released: Callable[[], None] = lambda: None,
    ) -> None:
        """Go on with the class of this name, or begin one. Other classes end.

        Args:
            on_shown: called when the shown view has changed, also when it was taken away.
            on_released: called when launching is no longer held.
        """
        self._republish, self._on_shown, self._on_released = republish, on_shown, on_released
        row = await self._database.read(lambda c: people_store.find_class(c, self.name))
        if row is None:
            row = await self._begin()
        self.id, self.made_at = row["id"], row["made_at"]
        self.held, self.shown, self.vote = bool(row["held"]), row["shown"], row["vote"]
        self.numbers_only, self.cloud = bool(row["numbers_only"]), bool(row["cloud"])
        self.entrance.open(self.id, row["code"], bytes.fromhex(row["salt"]))
        await self.links.open(self.id)
        with contextlib.suppress(
            StoreUnavailable
        ):  # the disk takes no writes now: the next start of the lab ends them
            await self._database.write(lambda c: people_store.end_others(c, self.id, time.time()))
        await self.roster.open(self.id)
        self._publish()

    async def _begin(self) -> dict[str, Any]:
        self.new_secret = new_token()
        values = {
            "id": new_id(),
            "name": self.name,
            "code": new_code(),
            "made_at": time.time(),
            "salt": secrets.token_hex(16),
            "teacher_secret": hash_of(self.new_secret),
            # a secret that nobody knows: the projector has no link until the teacher makes one
            "projector_secret": hash_of(new_token()),
        }
        first = [new_person("", role) for role in (Role.TEACHER, Role.PROJECTOR)]
        await self._database.write(lambda c: people_store.insert_class(c, values, first))
        return {**values, "held": 0, "shown": None, "numbers_only": 1, "cloud": 0, "vote": None}

    # -- who is who --------------------------------------------------------------------------------

    @property
    def people(self) -> list[Person]:
        """All who have joined, also those who were removed; with the teacher and the projector."""
        return self.roster.people

    @property
    def students(self) -> list[Person]:
        """The students who have not been removed, by their numbers."""
        return self.roster.students

    def find(self, person_id: str | None) -> Person | None:
        """The person of an id; None where this class has no such person."""
        return self.roster.find(person_id)

    def person_of(self, token: str) -> Person | None:
        """The person of a browser's token, also one who was removed; None: the browser is not known."""
        return self.roster.person_of(token)

    async def leave(self, token: str) -> None:
        """Forget the browser of a token."""
        person_id = await self.roster.sessions.end(token)
        if person_id is not None:
            self._hub.dismiss(
                person_id
            )  # closes all pages of the person; those in their other browsers connect again

    @property
    def shown_runs(self) -> list[str]:
        """The runs of the view that all screens show: all people see them meanwhile."""
        return [] if self.shown is None else list(self.shown.get("runs", ()))

    # -- what the teacher does ---------------------------------------------------------------------

    async def set(self, *, beside: Operation | None = None, **changes: Any) -> None:
        """Store and publish `held`, `shown`, `cloud`, `vote` or `numbers_only`.

        Args:
            beside: an operation of the store that belongs to the change. Both are stored in one transaction, or
                neither.
        """
        async with self._order:
            self.entrance.demand_open()
            await self._set(changes, beside)

    async def _set(self, changes: dict[str, Any], beside: Operation | None = None) -> None:
        """Store and publish changes. Call it with `_order` held. Then, if two calls show a view at the same time, the
        second one finds the runs of the first view in `shown`, and sends their states again, as they are not shown any
        more."""
        await self._database.write(lambda c: people_store.update_class(c, self.id, changes, beside))
        before = set(self.shown_runs)
        for name, value in changes.items():
            setattr(self, name, value)
        if "numbers_only" in changes:
            self._republish(lambda run: run.owner is not None)
        if "shown" in changes:
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
        """Take deleted runs out of the shared views and out of the shown view. If the shown view has none left, nothing
        is shown any more."""
        async with self._order:
            self.views.release_deleted()
            left = [run_id for run_id in self.shown_runs if find(run_id) is not None]
            if self.shown is not None and len(left) < len(self.shown_runs):
                shown = {**self.shown, "runs": left}
                if shown["kind"] == "moment" and left[:1] != self.shown_runs[:1]:
                    shown = {"kind": "runs", "runs": left}  # a moment is one of the first run
                # if the disk takes no writes now, it is done with the next change, or by the next start
                with contextlib.suppress(StoreUnavailable):
                    await self._set({"shown": shown if left else None})

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
            self.entrance.closed = True
            self.roster.forget_sessions(Role.STUDENT)
            for person in self.people:
                person.nickname, person.phrase, person.hand_at = "", None, None
                self.roster.publish(person)
        log.info("the class has ended: its names are deleted")
        self._republish(lambda run: run.owner is not None or run.id in shown)
        self._on_shown()
        self._release()
        self._publish()

    async def change(self, person: Person, **changes: Any) -> None:
        """Store and publish a changed `nickname`, `hand_at` or `removed` of a person."""
        async with self._order:
            if "nickname" in changes:
                self.entrance.demand_open()
                changes["nickname"] = names.nickname(changes["nickname"])
                self.roster.demand_free(changes["nickname"], but=person)
            await self._database.write(lambda c: people_store.update_person(c, person.id, changes))
            for name, value in changes.items():
                setattr(person, name, value)
        if changes.get("removed"):
            self._hub.dismiss(person.id)
        if "removed" in changes:  # what they share is seen as long as they are in the class
            self.views.publish(person.id)
            self._republish(lambda run: run.owner == person.id)
        self.roster.publish(person)
        if "nickname" in changes:
            self._republish(lambda run: run.owner == person.id)
        self._publish()

    # -- how it looks ------------------------------------------------------------------------------

    def view(self) -> dict[str, Any]:
        """What the whole class may know of it."""
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
            "code_made": self.entrance.code_made,
        }

    def note_launched(self, students: int) -> None:
        """This number of students have launched a run."""
        if students != self._launched:
            self._launched = students
            self._publish()

    def _publish_now(self) -> None:
        """If the class has changed, send its state to all people. It has only what all may know."""
        if (view := self.view()) != self._published:
            self._published = view
            self._hub.publish("class", {"type": "class", **view})
