"""Attempts: sealing predictions, and what people answer afterwards. Lives in the event loop.

A prediction is sealed in the transaction that stores its runs: there is none without runs, and none that came after
them. The newest attempt of each person in each lesson is in memory.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from weakref import WeakValueDictionary

from app.errors import Conflict, StoreDamaged
from app.jobs.commands import Commands
from app.lessons.attempt import Answer, Attempt, Progress, Sure, Value
from app.people.classroom import Classroom
from app.people.person import Person, Role
from app.runs import Run
from app.storage import attempt_store
from app.storage.database import Database
from app.storage.transaction import Operation
from app.trainings import new_id
from engine import ExperimentConfig


class Attempts:
    """Those of a lab's class; without a class, those of whoever uses the lab."""

    def __init__(self, classroom: Classroom | None, database: Database, commands: Commands) -> None:
        self._classroom = classroom
        self._database = database
        self._commands = commands
        self._newest: dict[str, dict[str | None, Attempt]] = {}  # lesson → person → attempt
        self._orders: WeakValueDictionary[str | None, asyncio.Lock] = WeakValueDictionary()  # by person
        self._has_ended = False

    async def open(self) -> None:
        """Read them back; the class must be open."""
        class_id = None if self._classroom is None else self._classroom.id
        with contextlib.suppress(StoreDamaged):  # it is logged; the lab can do without them
            for attempt in await self._database.read(lambda c: attempt_store.load_newest(c, class_id)):
                self._put(attempt)

    def newest(self, person: Person, lesson: str) -> Attempt | None:
        """A person's newest attempt in a lesson."""
        return self._newest_in(lesson).get(person.owner)

    def of_students(self, lesson: str) -> list[Attempt]:
        """The newest attempt of each student of the class in a lesson, in no order that says whose they are."""
        students = set() if self._classroom is None else {student.id for student in self._classroom.students}
        return sorted(
            (attempt for person, attempt in self._newest_in(lesson).items() if person in students),
            key=lambda attempt: attempt.id,
        )

    async def seal(
        self,
        person: Person,
        lesson: str,
        prediction: Mapping[str, Value],
        sure: Sure,
        configs: Sequence[ExperimentConfig],
        *,
        full: bool,
        dataset: str,
        is_whole: Callable[[Attempt], bool],
    ) -> tuple[Attempt, list[Run] | None]:
        """Seal a prediction and launch its runs, both or neither.

        The same prediction again, before anything was answered, is the same request that came twice: it launches
        nothing.

        Args:
            dataset: the data set that the runs use: the lesson's own, or its stand-in.
            is_whole: whether all runs of an attempt are there, and give figures or will.

        Returns:
            The attempt, and its runs; None: they were launched before.

        Raises:
            LabError: the launch is refused, and so nothing is sealed.
        """
        async with self._orders.setdefault(person.owner, asyncio.Lock()):
            earlier = self.newest(person, lesson)
            if (
                earlier
                and earlier.is_same_as(prediction, sure, full=full, dataset=dataset)
                and is_whole(earlier)
            ):
                return earlier, None
            sealed: list[Attempt] = []

            def beside(runs: Sequence[Run]) -> Operation:
                ids = {run.name: run.id for run in runs}
                attempt = Attempt(
                    new_id(), person.owner, lesson, time.time(), sure, full, dataset, prediction, ids
                )
                sealed.append(attempt)
                return partial(attempt_store.insert, attempt=attempt)

            runs: list[Run] = []
            if configs:
                runs = await self._commands.launch(
                    list(configs), lesson=lesson, owner=person.owner, beside=beside
                )
            else:  # a lesson to look at
                await self._database.write(beside([]))
            attempt = sealed[-1]
            if not self._is_over_for(person):
                self._put(attempt)
            return attempt, runs

    async def answer(self, attempt: Attempt, question: str, answer: Answer, *, once: bool) -> Attempt:
        """Store an answer of the person whose attempt it is.

        Args:
            once: whether it may be answered only once.

        Raises:
            Conflict: it was answered already, or another prediction was sealed meanwhile.
        """
        async with self._orders.setdefault(attempt.person, asyncio.Lock()):
            newest = self._newest_in(attempt.lesson).get(attempt.person)
            if newest is None or newest.id != attempt.id:
                raise Conflict("another prediction was sealed meanwhile", code="lesson_other")
            if once and question in newest.answers:
                raise Conflict("this question was answered already", code="lesson_answered", field="id")
            changed = replace(newest, answers={**newest.answers, question: answer})
            await self._database.write(lambda c: attempt_store.set_answers(c, changed.id, changed.answers))
            if self._newest_in(attempt.lesson).get(attempt.person) is newest:  # the class may have ended
                self._put(changed)
            return changed

    def _newest_in(self, lesson: str) -> dict[str | None, Attempt]:
        """Person → newest attempt in a lesson. The first call after the end of the class forgets all attempts, as the
        store does."""
        if self._classroom is not None and self._classroom.ended_at is not None and not self._has_ended:
            self._has_ended = True
            self._newest.clear()
        return self._newest.get(lesson, {})

    def _is_over_for(self, person: Person) -> bool:
        over = self._classroom is not None and self._classroom.ended_at is not None
        return over and person.role is Role.STUDENT

    def _put(self, attempt: Attempt) -> None:
        self._newest.setdefault(attempt.lesson, {})[attempt.person] = attempt


def progress_of(attempt: Attempt | None, *, see: str | None, transfer: str | None) -> Progress:
    """How far a person has come in a lesson.

    Args:
        see, transfer: the ids of its questions in these steps; None: it has none.
    """
    if attempt is None:
        return Progress.NONE
    last = transfer or see
    if last is not None and last in attempt.answers:
        return Progress.DONE
    return Progress.SEEN if see is not None and see in attempt.answers else Progress.PREDICTED
