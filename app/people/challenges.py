"""Challenges of a class, one at a time, each from its start to its end. Lives in the event loop.

While it is open only the teacher trains on its data set with test images, see `Terms`; so there is no test figure
that could reach a student by any door. When the teacher opens the test set, each student's best run is replayed up to
its best iteration and measured once, and the figures are shown when all are there.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace

from app.errors import Conflict, LabError, NotFound, is_transient
from app.jobs.register import Register
from app.live.hub import Hub
from app.people.challenge import Challenge, Entry, Outcome, Phase, standings
from app.people.classroom import Classroom
from app.people.judge import Judge
from app.people.judging import Terms
from app.people.scoreboard import Scoreboard
from app.storage import challenge_store
from app.storage.database import Database
from app.trainings import Training, new_id
from engine import ConfigError

log = logging.getLogger(__name__)

#: How often runs are judged.
PERIOD_SECONDS = 1.0
#: After the places are found and published, the task rests this many times as long as that took.
SHARE = 10
#: How long the replay of one entry may take.
MEASURE_SECONDS = 600.0

#: The accuracy of a training on the test images at an iteration.
Measure = Callable[[Training, int], Awaitable[float]]


class Challenges:
    """
    Attributes:
        scoreboard: what people see of the challenge.
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
        """
        Args:
            measure: measures the test images; raises `LabError` where it cannot.
            on_terms: called with the terms that students must keep now; None: there are none.
        """
        self._classroom = classroom
        self._database = database
        self._hub = hub
        self._register = register
        self._measure = measure
        self._on_terms = on_terms
        self.scoreboard = Scoreboard(classroom, hub)
        self._judge: Judge | None = None  # of the present challenge; None: there is none
        self._order = asyncio.Lock()  # held while the challenge changes
        self._task: asyncio.Task[None] | None = None

    # -- life --------------------------------------------------------------------------------------

    async def open(self) -> None:
        """Go on with the challenge of this class, if there is one. The register must be open."""
        class_id = self._classroom.id
        current = await self._database.read(lambda c: challenge_store.find_current(c, class_id))
        self._begin(current)
        if current is not None and current.phase is not Phase.OPEN:
            self._publish()

    def _begin(self, challenge: Challenge | None) -> None:
        """Make this the challenge of the class; None: it has none from now on."""
        self._judge = None
        if challenge is not None:
            self._judge = Judge(challenge, self._classroom, self._hub, self._register)
        self._on_terms(self._terms)
        if self._judge is not None:
            self._task = asyncio.create_task(self._work(self._judge))

    async def close(self) -> None:
        """The server ends."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    @property
    def _terms(self) -> Terms | None:
        """What students must keep now; None: there is no challenge, or all its entries are measured."""
        if self._judge is None or self._judge.challenge.phase is Phase.OPENED:
            return None
        return self._judge.challenge.terms

    # -- what the teacher does ---------------------------------------------------------------------

    async def start(self, name: str, terms: Terms) -> None:
        """Begin a challenge. Runs that were launched before do not count.

        Raises:
            Conflict: there is one, or the class has ended.
        """
        async with self._order:
            if self._classroom.ended_at is not None:
                raise Conflict("the class has ended", code="class_ended")
            if self._judge is not None:
                raise Conflict("there is a challenge already; end it first", code="challenge_there")
            new, class_id = Challenge(new_id(), name, terms, time.time()), self._classroom.id
            await self._database.write(lambda c: challenge_store.insert(c, class_id, new))
            self._begin(new)
            self._publish()

    async def open_test_set(self) -> None:
        """Judge for the last time, and measure each student's best run on the test images.

        Raises:
            NotFound: there is no challenge.
            Conflict: its test set is open already.
        """
        async with self._order:
            judge = self._demand()
            challenge = judge.challenge
            if challenge.phase is not Phase.OPEN:
                raise Conflict("the test set of this challenge was opened already", code="challenge_opened")
            while await judge.read():
                pass
            await self._store(challenge, judge.entries(), Phase.OPENING)

    async def end(self) -> None:
        """Take the challenge from all screens; if its test set is closed, it is not measured.

        Raises:
            NotFound: there is no challenge.
        """
        async with self._order:
            judge = self._demand()
            challenge = judge.challenge
            if challenge.phase is Phase.OPEN:
                challenge.entries = tuple(judge.entries())
            await self._database.write(lambda c: challenge_store.end(c, challenge, time.time()))
            await self.close()
            self._begin(None)
            self._publish()

    async def outcomes(self) -> list[Outcome]:
        """All challenges of the class with their places, the oldest first."""
        class_id = self._classroom.id
        challenges = await self._database.read(lambda c: challenge_store.find_all(c, class_id))
        outcomes = []
        for challenge in challenges:
            phase, entries = challenge.phase, challenge.entries
            if self._judge is not None and self._judge.challenge.id == challenge.id:
                phase = self._judge.challenge.phase  # it may have changed since it was read
                entries = (
                    tuple(self._judge.entries()) if phase is Phase.OPEN else self._judge.challenge.entries
                )
            places = standings(entries, opened=phase is Phase.OPENED)
            outcomes.append(Outcome(challenge.name, challenge.terms, phase, places))
        return outcomes

    def _demand(self) -> Judge:
        if self._judge is None:
            raise NotFound("there is no challenge", code="no_challenge")
        return self._judge

    # -- work --------------------------------------------------------------------------------------

    async def _work(self, judge: Judge) -> None:
        """Judge, then measure when the teacher opens the test set, until the challenge or the class is over."""
        challenge = judge.challenge
        while self._classroom.ended_at is None:
            spent, more = 0.0, False
            try:
                if challenge.phase is Phase.OPEN:
                    more = await judge.read()
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
        if challenge.phase is Phase.OPEN:
            challenge.entries = tuple(judge.entries())
        self._judge = None
        self._on_terms(None)
        with contextlib.suppress(LabError):
            await self._database.write(lambda c: challenge_store.end(c, challenge, time.time()))
        self._publish()

    async def _measure_all(self, challenge: Challenge) -> None:
        """Measure the entries that were not, one after the other. A restart goes on with the next one."""
        for index, entry in enumerate(challenge.entries):
            if entry.is_measured:
                continue
            test = await self._test_of(entry)
            entries = list(challenge.entries)
            entries[index] = replace(entry, test=test, is_measured=True)
            await self._store(challenge, entries)
        async with self._order:
            await self._store(challenge, challenge.entries, Phase.OPENED)
        self._on_terms(self._terms)

    async def _test_of(self, entry: Entry) -> float | None:
        """The accuracy of an entry on the test images; None: its run is deleted, or cannot be replayed."""
        while (run := self._register.find_run(entry.run)) is not None:
            try:
                return await self._measure(run.training, entry.iteration)
            except (LabError, ConfigError) as error:
                if not is_transient(error):
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

    def _publish(self) -> None:
        """Send what has changed."""
        if self._judge is None:
            self.scoreboard.clear()
            return
        challenge, judge = self._judge.challenge, self._judge
        if challenge.phase is Phase.OPEN:
            self.scoreboard.publish(challenge, judge.entries(), judge.uncounted())
        else:
            self.scoreboard.publish(challenge, challenge.entries, {})
