"""The lab's own data sets: who sees which, what may be changed of them, and what they may take.

The folder is the one truth, see `engine.datasets.own`: what is here is what was there at the last look. Others write
there too, such as `lossroom data add`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, cast

from app.answers.datasets import DatasetAnswer
from app.errors import Conflict, NotFound, StoreUnavailable
from app.folders import PRIVATE_FOLDER, demand_disk
from app.live.hub import Hub
from app.live.lanes import TEACHER
from app.own_data import cards
from app.own_data.cards import is_brought_by, people_of
from app.own_data.entries import Entry, scan
from app.own_data.refusals import DataFull
from app.people.classroom import Classroom
from app.people.person import ANYONE, Person, Role
from app.people.refusals import Forbidden
from app.settings import Settings
from engine import ConfigError
from engine.datasets import own
from engine.datasets.dataset import Source
from engine.datasets.own import Card
from engine.errors import DatasetError
from engine.options import dataset_status
from engine.reasons import Reason, reason_of

#: Data sets of one student that are not here, and whose descriptions stay for their runs: deleted ones, and those that
#: imported runs were trained on. Each is a small folder, and a document of runs describes at most as many.
MAX_DESCRIBED = 200


class OwnData:
    """The own data sets of a lab. Without a class, all people see and change all of them. Lives in the event loop."""

    def __init__(self, settings: Settings, hub: Hub, classroom: Classroom | None) -> None:
        self.folder = settings.own_dir
        self._settings = settings
        self._hub = hub
        self._classroom = classroom
        self._entries: dict[str, Entry] = {}
        self._order = asyncio.Lock()  # held while something is written

    async def open(self) -> None:
        """Look at the folder for the first time."""
        await asyncio.to_thread(self._clear)
        self._entries = await asyncio.to_thread(scan, self.folder, {})

    def _clear(self) -> None:
        self.folder.mkdir(PRIVATE_FOLDER, parents=True, exist_ok=True)
        own.remove_leftovers(self.folder)

    async def look(self) -> None:
        """Look at the folder again, and publish what others have changed."""
        async with self._order:
            await self._look()

    async def _look(self) -> None:
        before = self._entries
        self._entries = await asyncio.to_thread(scan, self.folder, before)
        for name, entry in self._entries.items():
            if entry != before.get(name):
                self._publish(entry, before.get(name))

    @property
    def bytes(self) -> int:
        """What all of them take on the disk."""
        return sum(entry.bytes for entry in self._entries.values())

    # -- who sees which -------------------------------------------------------------------------------

    def may_see(self, person: Person, name: str) -> bool:
        """Whether a person may see a data set: its owners, the teacher and, if it is shared, the whole class. False
        too if there is none of this name."""
        entry = self._entries.get(name)
        if entry is None:
            return False
        return entry.card.shared or self._may_change(person, entry.card)

    def _may_change(self, person: Person, card: Card) -> bool:
        return person.is_teacher or (person.role is Role.STUDENT and is_brought_by(person, card))

    def demand_seen(self, person: Person, name: str, *, path: str) -> None:
        """Refuse an experiment on an own data set that a person may not see, as if there were none.

        Args:
            path: where its name is in the request: "dataset.name".

        Raises:
            ConfigError: as for a data set that does not exist.
        """
        if own.is_name(name) and not self.may_see(person, name):
            raise ConfigError("unknown_name", path, own.missing(name))

    def demand_seen_in(self, person: Person, document: Mapping[str, Any], *, path: str = "") -> None:
        """The same for an experiment that was not checked yet: its errors would tell what the data set is like.

        Args:
            path: where the experiment is in the request, such as "experiments.3.".
        """
        section = document.get("dataset")
        name = section.get("name") if isinstance(section, Mapping) else None
        if isinstance(name, str):
            self.demand_seen(person, name, path=f"{path}dataset.name")

    def demand_shared(self, name: str) -> None:
        """Refuse an own data set that the class does not see, where the class is to train on it.

        Raises:
            Conflict: it is not shared.
        """
        entry = self._entries.get(name)
        if entry is not None and not entry.card.shared:
            text = f"the class does not see the data set {entry.card.title}; share it first"
            reason = Reason("challenge_data_private", text, dataset=entry.card.title)
            raise Conflict(reason, code="challenge_data_private", field="dataset")

    def find(self, person: Person, name: str) -> Entry:
        """An own data set, or `NotFound` for those who may not see it."""
        if not self.may_see(person, name):
            raise NotFound(f"there is no own data set {name[:40]!r}", field="name")
        return self._entries[name]

    def _find_to_change(self, person: Person, name: str) -> Entry:
        entry = self.find(person, name)
        if not self._may_change(person, entry.card):
            raise Forbidden("this data set belongs to another person", code="upload_not_yours", field="name")
        return entry

    def names(self, person: Person) -> list[str]:
        """Those that a person sees, the oldest first; also deleted ones, as runs were trained on them."""
        seen = [entry for entry in self._entries.values() if self.may_see(person, entry.name)]
        return [entry.name for entry in sorted(seen, key=lambda entry: (entry.card.made_at, entry.name))]

    def views(self, person: Person) -> list[DatasetAnswer]:
        """All that a person sees, as they see them."""
        return [self.view(person, name) for name in self.names(person)]

    def view(self, person: Person, name: str) -> DatasetAnswer:
        """One as a person sees it, or `NotFound`."""
        entry = self.find(person, name)
        return _view(entry, person, self._number(entry.card), in_class=self._classroom is not None)

    def _number(self, card: Card) -> int | None:
        owner = None if self._classroom is None else self._classroom.find(card.owner)
        return None if owner is None else owner.number

    def title(self, person: Person, name: str) -> str:
        """What a person calls an own data set; its name if they may not see it; empty if there is none of this name."""
        entry = self._entries.get(name)
        if entry is None:
            return ""
        return cards.title_for(entry.card, person) if self.may_see(person, name) else name

    # -- changes --------------------------------------------------------------------------------------

    def demand_room(self, person: Person, sizes: int) -> None:
        """Refuse what has no room, before it is received or kept.

        Args:
            sizes: bytes on the disk.

        Raises:
            DataFull: the person has, or all have, as much as they may.
            StoreUnavailable: the disk is full.
        """
        settings = self._settings
        if person.role is Role.STUDENT:
            brought = [
                entry for entry in self._entries.values() if entry.bytes and is_brought_by(person, entry.card)
            ]
            most = settings.max_data_sets_per_person
            if len(brought) >= most:
                text = f"one person may keep {most} data sets; delete one first"
                raise DataFull(Reason("upload_many", text, most=most), bounds={"maximum": most})
            most = settings.max_data_bytes_per_person
            if sum(entry.bytes for entry in brought) + sizes > most:
                raise _full("upload_large", "the data sets of one person", most)
        self._demand_described(person, 0)
        if self.bytes + sizes > settings.max_data_bytes_of_all:
            raise _full("upload_all", "all own data sets of this lab", settings.max_data_bytes_of_all)
        demand_disk(self.folder, sizes)

    def _demand_described(self, person: Person, more: int) -> None:
        """Refuse a student of whose data sets the lab would keep more descriptions than `MAX_DESCRIBED`.

        Args:
            more: descriptions that would be added.

        Raises:
            DataFull: with the bound.
        """
        if person.role is not Role.STUDENT:
            return
        brought = [entry for entry in self._entries.values() if is_brought_by(person, entry.card)]
        if sum(not entry.is_there for entry in brought) + more > MAX_DESCRIBED:
            text = f"the lab describes at most {MAX_DESCRIBED} data sets of one person that are not here"
            raise DataFull(
                Reason("upload_described", text, most=MAX_DESCRIBED), bounds={"maximum": MAX_DESCRIBED}
            )

    async def keep(self, written: Path, person: Person, title: str, *, shared: bool = False) -> str:
        """Take in a data set that was written into a folder of its own on the same disk; returns its name. Who brings
        the same content again gives it another title; another person has it with a title of their own.

        Raises:
            LabError: there is no room.
        """
        name = written.name
        async with self._order:
            await self._look()
            before = self._entries.get(name)
            if before is None or not before.is_there:
                self.demand_room(person, await asyncio.to_thread(own.size_of, written))
            card = cards.kept(before, person.owner, title, shared=shared)
            await self._write(lambda: self._take(written, card))
            await self._look()
        return name

    def _take(self, written: Path, card: Card) -> None:
        if (self.folder / written.name).is_dir():
            # the card first, so that no other person sees the data set meanwhile
            own.write_card(self.folder / written.name, card)
            own.move_in(written, self.folder)
        else:
            own.write_card(written, card)
            own.move_in(written, self.folder)

    async def mention(self, person: Person, sources: Sequence[Source]) -> None:
        """Note what own data sets are that a person's imported runs were trained on; those that are known stay.

        Raises:
            DataFull: a student would have too many; then none of them is noted.
            StoreUnavailable: the disk is full or broken.
        """
        async with self._order:
            new = {source.name: source for source in sources if source.name not in self._entries}
            self._demand_described(person, len(new))
            for source in new.values():
                if source.about is not None:
                    card = Card(title=source.title, owner=person.owner, made_at=time.time())
                    await self._write(partial(own.write_about, self.folder, source.about, card))
            await self._look()

    async def change(
        self, person: Person, name: str, *, title: str | None = None, shared: bool | None = None
    ) -> DatasetAnswer:
        """Rename or share one.

        Raises:
            NotFound, Forbidden: the person may not see it, or not change it; or another person shares it.
        """
        async with self._order:
            entry = self._find_to_change(person, name)
            is_of_another = person.role is Role.STUDENT and person.id in entry.card.others
            if shared is False and entry.card.shared and is_of_another:
                raise Forbidden(
                    "another person shares this data set", code="upload_not_yours", field="shared"
                )
            card = cards.changed(entry.card, person.id, title=title, shared=shared)
            await self._write(lambda: own.write_card(self.folder / name, card))
            await self._look()
            return self.view(person, name)

    async def withdraw(self, name: str) -> None:
        """Delete a data set without an owner, as the file it was made of is gone. People who brought it keep it."""
        async with self._order:
            entry = self._entries.get(name)
            if entry is not None and entry.card.owner is None and entry.is_there:
                await self._give_up(entry, cards.left_by(entry.card, None))

    async def delete(self, person: Person, name: str) -> DatasetAnswer | None:
        """Delete one. Where several people brought it, the others keep theirs; the teacher deletes it for all.

        Returns:
            what the person sees of it afterwards; None: nothing.

        Raises:
            NotFound, Forbidden: the person may not see it, or not change it.
        """
        async with self._order:
            entry = self._find_to_change(person, name)
            for_all = person.role is not Role.STUDENT
            await self._give_up(entry, None if for_all else cards.left_by(entry.card, person.id))
            return self.view(person, name) if self.may_see(person, name) else None

    async def _give_up(self, entry: Entry, card: Card | None) -> None:
        """Write the card of those who keep a data set; None: delete it, as there are none."""
        folder = self.folder / entry.name
        if card is None:
            await self._write(lambda: own.remove_arrays(folder))
        else:
            await self._write(lambda: own.write_card(folder, card))
        await self._look()

    async def forget_people(self, students: Collection[str], teachers: Collection[str]) -> None:
        """The classes of these people have ended: what only students saw is deleted. What they shared or a teacher
        brought stays without an owner, and the next teacher sees it."""
        ended = {*students, *teachers}
        async with self._order:
            for entry in list(self._entries.values()):
                card = cards.without_people(entry.card, ended)
                private = entry.card.owner in students and card.owner is None and not entry.card.shared
                if private and entry.is_there:
                    await self._write(partial(own.remove_arrays, self.folder / entry.name))
                if card != entry.card:
                    await self._write(partial(own.write_card, self.folder / entry.name, card))
            await self._look()

    async def _write(self, work: Callable[[], Any]) -> None:
        """Do what writes, in a thread.

        Raises:
            StoreUnavailable: the disk is full or broken.
        """
        try:
            await asyncio.to_thread(work)
        except (OSError, DatasetError) as error:
            text = f"the lab cannot write to its disk: {error}"
            raise StoreUnavailable(Reason("store_unavailable", text, why=reason_of(error))) from error

    # -- viewers --------------------------------------------------------------------------------------

    def _publish(self, entry: Entry, before: Entry | None) -> None:
        """Say to all who see a data set what it is now; to who saw it and does not any more, that it is gone."""
        subject, gone = f"dataset:{entry.name}", {"type": "dataset_gone", "name": entry.name}
        in_class, number = self._classroom is not None, self._number(entry.card)

        def message(person: Person) -> dict[str, Any]:
            return {"type": "dataset", "dataset": _view(entry, person, number, in_class=in_class)}

        classroom = self._classroom
        if classroom is None:
            self._hub.publish(subject, message(ANYONE))
            return
        if entry.card.shared:
            self._hub.publish(subject, message(_STUDENT))
        elif before is not None and before.card.shared:
            self._hub.publish(subject, gone)
        had = {*people_of(before.card)} if before is not None else set()
        for person in map(classroom.find, [*had, *(people_of(entry.card) - had)]):
            if person is not None and person.role is Role.STUDENT:
                sees = self.may_see(person, entry.name)
                self._hub.publish(subject, message(person) if sees else gone, person.id)
        # the teacher gets what people get as well: last what it is for the teacher
        teacher = next((member for member in classroom.people if member.is_teacher), ANYONE)
        self._hub.publish(subject, message(teacher), TEACHER)


#: How a student sees it who has not brought it.
_STUDENT = Person(id="", number=None, nickname="", role=Role.STUDENT)


def _view(entry: Entry, person: Person, number: int | None, *, in_class: bool) -> DatasetAnswer:
    card = entry.card
    return cast(
        DatasetAnswer,
        {
            **dataset_status(entry.name),
            "available": entry.is_there,
            "title": cards.title_for(card, person),
            "fetching": None,
            "owner": number,
            "mine": is_brought_by(person, card) if in_class else True,
            "shared": card.shared,
            "deleted": not entry.is_there,
            "digest": entry.about.digest,
        },
    )


def _full(code: str, what: str, most: int) -> DataFull:
    megabytes = round(most / 1e6)
    text = f"{what} may take {megabytes:,} MB; delete some first"
    return DataFull(Reason(code, text, most=megabytes), bounds={"maximum": most})
