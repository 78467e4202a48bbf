"""Challenges: the one that a class has now, judged while it is open. Lives in the event loop.

Everybody gets `{"type": "challenge", "challenge": ChallengeView | null}`; a student gets, and the teacher of each,
`{"type": "standing", ...OwnStanding}`. While it is open nobody but the teacher trains on its data set with test images,
see `Terms`; so there is no test figure that could reach a student by any door. When the teacher opens the test set,
each student's best run is replayed up to its best iteration and measured once, and the figures are shown when all are
there.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import asdict, replace
from typing import Any

from app.errors import Conflict, LabError, NotFound
from app.jobs.register import Register
from app.live.hub import Hub
from app.people.challenge import (
    Challenge,
    ChallengeView,
    Entry,
    Outcome,
    OwnStanding,
    Phase,
    Standing,
    Uncounted,
    standings,
    top,
)
from app.people.classroom import Classroom
from app.people.judging import Judged, Terms
from app.people.person import Person, Role
from app.runs import Run
from app.storage import challenge_store
from app.storage.database import Database
from app.trainings import Training, new_id
from app.work import in_thread
from engine import ExperimentConfig
from engine.stretches import MAX_STRETCHES
from engine.summary import summarize

log = logging.getLogger(__name__)

#: How often runs are judged.
PERIOD_SECONDS = 1.0
#: It rests this many times as long as it took to say who is where.
SHARE = 10
#: The most trainings whose rows or parameters are read in one round; the others come with the next ones.
MAX_READS = 50
#: After this many runs it lets others have their turn.
BETWEEN = 1000
#: A student sees why runs do not count for at most this many of them, the newest.
MAX_UNCOUNTED = 3
#: How long the replay of one entry may take.
MEASURE_SECONDS = 600.0

#: The accuracy of a training on the test images at an iteration.
Measure = Callable[[Training, int], Awaitable[float]]


class Challenges:
    """
    Args:
        measure: measures the test images; raises `LabError` where it cannot.
        on_terms: called with the terms that students must keep now; None: there are none.
    """

    def __init__(
        self,
        classroom: Classroom,
        database: Database,
        hub: Hub,
        register: Register,
        measure: Measure,
        on_terms: Callable[[Terms | None], None],
    ) -> None:
        self._classroom = classroom
        self._database = database
        self._hub = hub
        self._register = register
        self._measure = measure
        self._on_terms = on_terms
        self._current: Challenge | None = None
        self._order = asyncio.Lock()  # held while the challenge changes
        self._reading = asyncio.Lock()  # so that no row is taken twice
        self._task: asyncio.Task[None] | None = None
        self._judged: dict[str, Judged] = {}  # by training
        self._parameters: dict[str, int] = {}  # of trainings
        self._found: tuple[object, list[Run]] = (
            None,
            [],
        )  # the candidates, and of which runs they were chosen
        self._seen: tuple[ChallengeView | None, dict[str, OwnStanding]] = (None, {})  # as it was published
        self._sent: dict[str, Any] = {}  # by subject

    # -- life --------------------------------------------------------------------------------------

    async def open(self) -> None:
        """Go on with the challenge of this class, if there is one. The register must be open."""
        class_id = self._classroom.id
        self._current = await self._database.read(lambda c: challenge_store.find_current(c, class_id))
        self._begin()
        if self._current is not None and self._current.phase is not Phase.OPEN:
            self._publish()

    def _begin(self) -> None:
        self._judged.clear()
        self._on_terms(self._terms)
        if self._current is not None:
            self._task = asyncio.create_task(self._work(self._current))

    async def close(self) -> None:
        """The server ends."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    @property
    def _terms(self) -> Terms | None:
        """Closed until all are measured."""
        if self._current is None or self._current.phase is Phase.OPENED:
            return None
        return self._current.terms

    # -- what the teacher does ---------------------------------------------------------------------

    async def start(self, name: str, terms: Terms) -> None:
        """Begin a challenge. Runs that were launched before do not count.

        Raises:
            Conflict: there is one, or the class has ended.
        """
        async with self._order:
            if self._classroom.ended_at is not None:
                raise Conflict("the class has ended", code="class_ended")
            if self._current is not None:
                raise Conflict("there is a challenge already; end it first", code="challenge_there")
            new, class_id = Challenge(new_id(), name, terms, time.time()), self._classroom.id
            await self._database.write(lambda c: challenge_store.insert(c, class_id, new))
            self._current = new
            self._begin()
            self._publish()

    async def open_test_set(self) -> None:
        """Judge for the last time, and measure each student's best run on the test images.

        Raises:
            NotFound: there is no challenge.
            Conflict: its test set is open already.
        """
        async with self._order:
            challenge = self._demand()
            if challenge.phase is not Phase.OPEN:
                raise Conflict("the test set of this challenge was opened already", code="challenge_opened")
            while await self._read(challenge):
                pass
            entries = tuple(self._entries(challenge))
            changed = replace(challenge, phase=Phase.OPENING, entries=entries)
            await self._database.write(lambda c: challenge_store.update(c, changed))
            challenge.phase, challenge.entries = changed.phase, changed.entries
            self._publish()

    async def end(self) -> None:
        """Take the challenge from all screens; if its test set is closed, nobody measures it.

        Raises:
            NotFound: there is no challenge.
        """
        async with self._order:
            challenge = self._demand()
            if challenge.phase is Phase.OPEN:
                challenge.entries = tuple(self._entries(challenge))
            await self._database.write(lambda c: challenge_store.end(c, challenge, time.time()))
            await self.close()
            self._current = None
            self._begin()
            self._publish()

    def _demand(self) -> Challenge:
        if self._current is None:
            raise NotFound("there is no challenge", code="no_challenge")
        return self._current

    # -- work --------------------------------------------------------------------------------------

    async def _work(self, challenge: Challenge) -> None:
        """Judge, then measure when the teacher opens the test set, until the challenge or the class is over."""
        while self._classroom.ended_at is None:
            spent, more = 0.0, False
            try:
                if challenge.phase is Phase.OPEN:
                    more = await self._read(challenge)
                elif challenge.phase is Phase.OPENING:
                    await self._measure_all(challenge)
                begun = time.thread_time()
                self._publish()
                spent = time.thread_time() - begun
            except LabError as error:  # the store cannot be read or written: in the next round
                log.warning("the challenge could not be judged: %s", error)
                more = False
            # the event loop has more to do than this, however many runs there are
            await asyncio.sleep(max(0 if more else PERIOD_SECONDS, SHARE * spent))
        # the class has ended: its challenge too
        self._current = None
        self._on_terms(None)
        with contextlib.suppress(LabError):
            await self._database.write(lambda c: challenge_store.end(c, challenge, time.time()))
        self._publish()

    async def _read(self, challenge: Challenge) -> bool:
        """Take what is new of all trainings that may count; whether some is still to be read."""
        async with self._reading:
            return await self._read_some(challenge)

    async def _read_some(self, challenge: Challenge) -> bool:
        reads = 0
        for place, run in enumerate(self._candidates(challenge), 1):
            if place % BETWEEN == 0:
                await asyncio.sleep(0)  # others have their turn
            training = run.training
            judged = self._judged.setdefault(training.id, Judged(challenge.terms))
            if training.id not in self._parameters:
                reads += 1
                self._parameters[training.id] = await in_thread(_parameters, training.config)
            while judged.rows < (total := self._hub.total(run.id, "evaluation")):
                rows = self._hub.rows_in_memory(run.id, "evaluation", judged.rows)
                if rows is None:
                    reads += 1
                    rows = await self._hub.stored_rows(run.id, "evaluation", judged.rows)
                if rows is None or not rows.count:  # deleted in the meantime, or damaged
                    judged.rows = total
                    break
                judged.take(rows, training.seconds)
            if reads >= MAX_READS:
                return True
        return False

    async def _measure_all(self, challenge: Challenge) -> None:
        """Measure the entries that were not, one after the other. A restart goes on with the next one."""
        for place, entry in enumerate(challenge.entries):
            if entry.is_measured:
                continue
            test = await self._test_of(entry)
            entries = list(challenge.entries)
            entries[place] = replace(entry, test=test, is_measured=True)
            await self._store(challenge, entries)
        async with self._order:
            await self._store(challenge, challenge.entries, Phase.OPENED)
        self._on_terms(self._terms)

    async def _test_of(self, entry: Entry) -> float | None:
        """The accuracy of an entry on the test images; None: its run is deleted, or cannot be replayed."""
        while (run := self._register.find_run(entry.run)) is not None:
            try:
                return await self._measure(run.training, entry.iteration)
            except LabError as error:
                if error.status != 503:
                    log.warning("run %d could not be measured on the test images: %s", run.number, error)
                    return None
            await asyncio.sleep(PERIOD_SECONDS)  # others have many moments replayed now
        return None

    async def _store(
        self, challenge: Challenge, entries: Iterable[Entry], phase: Phase | None = None
    ) -> None:
        changed = replace(challenge, entries=tuple(entries), phase=phase or challenge.phase)
        await self._database.write(lambda c: challenge_store.update(c, changed))
        challenge.entries, challenge.phase = changed.entries, changed.phase
        self._publish()

    # -- who is where ------------------------------------------------------------------------------

    def _candidates(self, challenge: Challenge) -> list[Run]:
        """The runs of students on the data set since the challenge began."""
        students = {student.id for student in self._classroom.students}
        runs = self._register.runs
        chosen_of = challenge.id, len(runs), runs[-1].id if runs else "", students
        if self._found[0] != chosen_of:
            name = challenge.terms.dataset
            candidates = [
                run
                for run in runs
                if run.owner in students
                and run.launched_at >= challenge.started_at
                and run.training.config["dataset"]["name"] == name
                and challenge.terms.unfit(run.training.config) is None
            ]
            self._found = chosen_of, candidates
        return self._found[1]

    def _entries(self, challenge: Challenge) -> list[Entry]:
        """The best run of each student that counts; of equal ones the first."""
        best: dict[str, Entry] = {}
        for run in self._candidates(challenge):
            student, judged = self._classroom.find(run.owner), self._judged.get(run.training.id)
            if student is None or judged is None or judged.best is None or self._uncounted(challenge, run):
                continue
            known = best.get(student.id)
            if known is None or judged.best.accuracy > known.accuracy:
                best[student.id] = Entry(
                    student.id, student.number or 0, run.id, run.number, **asdict(judged.best)
                )
        return list(best.values())

    def _uncounted(self, challenge: Challenge, run: Run) -> Uncounted | None:
        """Why a run on the challenge's data does not count; None: it counts, or nothing of it was measured yet."""
        training, terms = run.training, challenge.terms

        def because(why: str, value: int | None = None, most: int | None = None) -> Uncounted:
            return {"run_number": run.number, "why": why, "value": value, "most": most}

        if training.fingerprint is None:  # such as one that was imported
            return because("elsewhere")
        if run.origin is not None and not self._is_own(run):
            return because("fork")
        parameters = self._parameters.get(training.id)
        if parameters is not None and terms.max_parameters is not None and parameters > terms.max_parameters:
            return because("parameters", parameters, terms.max_parameters)
        judged = self._judged.get(training.id)
        if training.status.finished and judged is not None and judged.rows and judged.best is None:
            return because("late")
        return None

    def _is_own(self, run: Run) -> bool:
        """Whether all runs that a run was forked from are there, and of the same person."""
        owner, seen = run.owner, 0
        while run.origin is not None:
            origin = self._register.find_run(run.origin["run"])
            if origin is None or origin.owner != owner or seen > MAX_STRETCHES:
                return False
            run, seen = origin, seen + 1
        return True

    # -- what they see -----------------------------------------------------------------------------

    def view(self) -> ChallengeView | None:
        """What everybody may see."""
        return self._seen[0]

    def standing(self, person: Person) -> OwnStanding | None:
        """What a student may see of their own besides; None: they are no student, or there is no challenge."""
        return self._seen[1].get(person.id) if person.role is Role.STUDENT else None

    def all_standings(self) -> list[OwnStanding]:
        """What the teacher sees."""
        return list(self._seen[1].values())

    async def outcomes(self) -> list[Outcome]:
        """All challenges of the class with their places, the oldest first."""
        class_id = self._classroom.id
        found = await self._database.read(lambda c: challenge_store.find_all(c, class_id))
        outcomes = []
        for one in found:
            current = self._current if self._current is not None and self._current.id == one.id else None
            phase = one.phase if current is None else current.phase
            entries = one.entries if current is None or phase is not Phase.OPEN else self._entries(current)
            places = standings(entries, opened=phase is Phase.OPENED)
            outcomes.append(Outcome(one.name, one.terms, phase, places))
        return outcomes

    def _views(self) -> tuple[ChallengeView | None, dict[str, OwnStanding]]:
        challenge = self._current
        if challenge is None:
            return None, {}
        opened = challenge.phase is Phase.OPENED
        entries = self._entries(challenge) if challenge.phase is Phase.OPEN else challenge.entries
        found = standings(entries, opened=opened)
        names = (
            {} if self._classroom.numbers_only else {one.id: one.nickname for one in self._classroom.people}
        )
        view: ChallengeView = {
            "id": challenge.id,
            "name": challenge.name,
            **asdict(challenge.terms),  # type: ignore[typeddict-item]
            "phase": challenge.phase.value,
            "of": len(found),
            "measured": sum(entry.is_measured for entry in challenge.entries),
            "top": top(found, names, opened=opened),
        }
        return view, self._own(challenge, found)

    def _own(self, challenge: Challenge, found: list[Standing]) -> dict[str, OwnStanding]:
        own: dict[str, OwnStanding] = {
            student.id: {"person": student.id, "entry": None, "uncounted": []}
            for student in self._classroom.students
        }
        for one in found:
            own.setdefault(one["person"], {"person": one["person"], "entry": None, "uncounted": []})[
                "entry"
            ] = one
        if challenge.phase is Phase.OPEN:
            for run in reversed(self._candidates(challenge)):
                shown = own[run.owner or ""]["uncounted"]
                if len(shown) < MAX_UNCOUNTED and (uncounted := self._uncounted(challenge, run)) is not None:
                    shown.append(uncounted)
        return own

    def _publish(self) -> None:
        """Send what has changed."""
        self._seen = view, own = self._views()
        if view is None and "challenge" not in self._sent:
            return
        if view is None:
            empty: OwnStanding = {"person": "", "entry": None, "uncounted": []}
            own = {
                person: {**empty, "person": person}
                for subject, _ in self._sent.items()
                if (person := subject.partition(":")[2])
            }
        self._send("challenge", {"type": "challenge", "challenge": view})
        for person, standing in own.items():
            self._send(f"standing:{person}", {"type": "standing", **standing}, person)

    def _send(self, subject: str, message: dict[str, Any], audience: str | None = None) -> None:
        if self._sent.get(subject) != message:
            self._sent[subject] = message
            self._hub.publish(subject, message, audience)


def _parameters(config: dict[str, Any]) -> int:
    """Of the network of an experiment."""
    return summarize(ExperimentConfig.from_dict(config, stored=True)).parameters
