"""Shared views: the comparisons and moments of runs that people have shared with the class, each as one thing.

All of the class see the list, with the number of who shared each. The runs of a view that its person may change are
open to the class as long as it is shared; those of others, which were in the comparison too, only where they are open
by themselves.

Lives in the event loop. A view is stored before it is published, in one message for each person: `{"type": "views",
"person": {"id", "number"}, "views": [{"id", "runs": [{"id", "number"}, ...], "iteration", "made_at"}, ...]}`.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from app.answers.shared_views import SharedView, ViewedRun, ViewsOfPerson
from app.errors import Conflict, NotFound, StoreDamaged
from app.live.hub import Hub
from app.people.person import Person
from app.people.refusals import Forbidden
from app.runs import Run
from app.storage import people_store
from app.storage.database import Database
from app.trainings import new_id
from engine.reasons import Reason

#: The most views that one person shares at the same time.
MAX_VIEWS = 3
#: The most runs of a view.
MAX_VIEWED = 24


@dataclass(frozen=True, slots=True)
class View:
    """Some runs that are shared together. `iteration`: the pinned moment of the first of them; None: no moment."""

    id: str
    person: str
    runs: tuple[str, ...]
    iteration: int | None
    made_at: float


class SharedViews:
    """The views of one class.

    Args:
        find_person: the person of an id, None where the class has no such person.
        on_turned: called with the ids of the runs that may be open to the class now, or not any more.
    """

    def __init__(
        self,
        database: Database,
        hub: Hub,
        find_person: Callable[[str | None], Person | None],
        on_turned: Callable[[set[str]], None],
    ) -> None:
        self._database = database
        self._hub = hub
        self._find_person = find_person
        self._on_turned = on_turned
        self._find_run: Callable[[str], Run | None] = lambda run_id: None
        self._views: dict[str, View] = {}
        self._sharers: dict[str, set[str]] = {}  # run → the people who share it in a view
        self._order = asyncio.Lock()  # held while views change, so that no student shares too many

    async def open(self, class_id: str, find_run: Callable[[str], Run | None]) -> None:
        """Read the views of a class back; `find_run`: the run of an id, None where it is deleted."""
        self._find_run = find_run
        with contextlib.suppress(StoreDamaged):  # it is logged; the lab can do without them
            rows = await self._database.read(lambda c: people_store.load_views(c, class_id))
            self._put([View(**row) for row in rows])
        self._on_turned(set(self._sharers))
        for person_id in {view.person for view in self._views.values()}:
            self.publish(person_id)

    def opens(self, run: Run) -> bool:
        """Whether the class sees a run because it is in a view of a person who may change it."""
        sharers = [self._find_person(person_id) for person_id in self._sharers.get(run.id, ())]
        return any(
            sharer is not None and not sharer.removed and (sharer.is_teacher or sharer.id == run.owner)
            for sharer in sharers
        )

    def of(self, person_id: str) -> list[View]:
        """The views of a person, the oldest first."""
        return [view for view in self._views.values() if view.person == person_id]

    def messages(self) -> list[ViewsOfPerson]:
        """All views as the whole class may see them, by person."""
        return [
            self.message(person_id)
            for person_id in dict.fromkeys(view.person for view in self._views.values())
        ]

    def message(self, person_id: str) -> ViewsOfPerson:
        """The views of a person as the whole class may see them; of one who was removed, none."""
        person = self._find_person(person_id)
        views = [] if person is None or person.removed else self.of(person_id)
        return {
            "person": {"id": person_id, "number": person.number if person else None},
            "views": [self._seen(view) for view in views],
        }

    async def add(self, person: Person, runs: Iterable[str], iteration: int | None) -> View:
        """Share runs that a person sees. What they share already stays one view.

        Raises:
            Conflict: they share as many views as one may.
        """
        viewed = tuple(dict.fromkeys(runs))
        async with self._order:
            own = self.of(person.id)
            same = [view for view in own if (view.runs, view.iteration) == (viewed, iteration)]
            if same:
                return same[0]
            if len(own) >= MAX_VIEWS:
                text = f"you share {MAX_VIEWS} views; stop sharing one of them first"
                raise Conflict(
                    Reason("own_views", text, most=MAX_VIEWS),
                    code="own_views",
                    bounds={"maximum": MAX_VIEWS, "value": MAX_VIEWS + 1},
                )
            view = View(new_id(), person.id, viewed, iteration, time.time())
            await self._database.write(
                lambda c: people_store.insert_view(
                    c, view.id, view.person, view.runs, view.iteration, view.made_at
                )
            )
            self._change([*self._views.values(), view], {view.person})
        return view

    async def remove(self, person: Person, view_id: str) -> None:
        """Stop sharing a view; its person and the teacher may do so.

        Raises:
            NotFound: there is no such view.
            Forbidden: it is another person's.
        """
        async with self._order:
            view = self._views.get(view_id)
            if view is None:
                raise NotFound(f"there is no shared view {view_id!r}", field="view")
            if view.person != person.id and not person.is_teacher:
                raise Forbidden("this view belongs to another person", code="not_yours", field="view")
            await self._database.write(lambda c: people_store.delete_view(c, view_id))
            self._change([other for other in self._views.values() if other is not view], {view.person})

    def release_deleted(self) -> None:
        """Take deleted runs out of the views, and views without runs out of the list. What is stored is read so too."""
        views = list(self._views.values())
        left = self._left(views)
        if left != views:
            self._change(left, {view.person for view in views if view not in left})

    def forget(self) -> None:
        """The class has ended: nothing is shared any more. The store has forgotten it already."""
        self._change([], {view.person for view in self._views.values()})

    def publish(self, person_id: str) -> None:
        """Send the views of a person to the class."""
        self._hub.publish(f"views:{person_id}", {"type": "views", **self.message(person_id)})

    def _left(self, views: Iterable[View]) -> list[View]:
        """Views without the runs that are deleted; those that have runs left. A moment is one of the first run."""
        left = []
        for view in views:
            runs = tuple(run for run in view.runs if self._find_run(run) is not None)
            if runs:
                iteration = view.iteration if runs[0] == view.runs[0] else None
                left.append(replace(view, runs=runs, iteration=iteration))
        return left

    def _change(self, views: list[View], people: set[str]) -> None:
        """Put other views in the place of those before; `people`: whose are others."""
        before = {run for view in self._views.values() if view.person in people for run in view.runs}
        self._put(views)
        after = {run for view in self._views.values() if view.person in people for run in view.runs}
        self._on_turned(before ^ after)
        for person_id in people:
            self.publish(person_id)

    def _put(self, views: Iterable[View]) -> None:
        self._views = {view.id: view for view in self._left(views)}
        self._sharers = {}
        for view in self._views.values():
            for run_id in view.runs:
                self._sharers.setdefault(run_id, set()).add(view.person)

    def _seen(self, view: View) -> SharedView:
        existing = [run for run_id in view.runs if (run := self._find_run(run_id)) is not None]
        runs: list[ViewedRun] = [{"id": run.id, "number": run.number} for run in existing]
        return {"id": view.id, "runs": runs, "iteration": view.iteration, "made_at": view.made_at}
