"""The judge of an open challenge: which runs count, and the best one of each student. Lives in the event loop.

It reads the evaluations of each training that may count once, as they come; a `Judged` remembers the best of them.
"""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Any

from app.jobs.register import Register
from app.live.hub import Hub
from app.people.challenge import Challenge, Entry, Uncounted
from app.people.classroom import Classroom
from app.people.judging import Judged
from app.runs import Run
from app.work import in_thread
from engine import ExperimentConfig
from engine.stretches import MAX_STRETCHES
from engine.summary import summarize

#: The most trainings whose rows or parameters are read in one round; the others come with the next ones.
MAX_READS = 50
#: After this many runs it lets other tasks of the event loop have their turn.
BETWEEN = 1000
#: A student sees why runs do not count for at most this many of them, the newest.
MAX_UNCOUNTED = 3


class Judge:
    """
    Attributes:
        challenge: the one that it judges.
    """

    def __init__(self, challenge: Challenge, classroom: Classroom, hub: Hub, register: Register) -> None:
        self.challenge = challenge
        self._classroom = classroom
        self._hub = hub
        self._register = register
        self._reading = asyncio.Lock()  # so that no row is taken twice
        self._judged: dict[str, Judged] = {}  # by training
        self._parameters: dict[str, int] = {}  # of the network of each training
        self._candidates: list[Run] = []
        self._chosen_from: object = None  # what the candidates depend on, when they were chosen last

    async def read(self) -> bool:
        """Take what is new of the trainings that may count.

        Returns whether some of them are still to be read.

        Raises:
            LabError: the store cannot be read now.
        """
        async with self._reading:
            return await self._read()

    async def _read(self) -> bool:
        reads = 0
        for number, run in enumerate(self._choose_candidates(), 1):
            if number % BETWEEN == 0:
                await asyncio.sleep(0)
            training = run.training
            judged = self._judged.setdefault(training.id, Judged(self.challenge.terms))
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
                judged.add(rows, training.seconds)
            if reads >= MAX_READS:
                return True
        return False

    def entries(self) -> list[Entry]:
        """The best run of each student that counts; of equal ones the first."""
        best: dict[str, Entry] = {}
        for run in self._choose_candidates():
            student, judged = self._classroom.find(run.owner), self._judged.get(run.training.id)
            if student is None or judged is None or judged.best is None or self._uncounted(run):
                continue
            earlier = best.get(student.id)
            if earlier is None or judged.best.accuracy > earlier.accuracy:
                best[student.id] = Entry(
                    student.id, student.number or 0, run.id, run.number, **asdict(judged.best)
                )
        return list(best.values())

    def uncounted(self) -> dict[str, list[Uncounted]]:
        """The runs of each student that do not count, the newest first, at most `MAX_UNCOUNTED`; by student."""
        by_owner: dict[str, list[Uncounted]] = {}
        for run in reversed(self._choose_candidates()):
            several = by_owner.setdefault(run.owner or "", [])
            if len(several) < MAX_UNCOUNTED and (uncounted := self._uncounted(run)) is not None:
                several.append(uncounted)
        return by_owner

    def _choose_candidates(self) -> list[Run]:
        """The runs of students on the challenge's data since it began. They are chosen again when there are others."""
        students = {student.id for student in self._classroom.students}
        runs = self._register.runs
        chosen_from = len(runs), runs[-1].id if runs else "", students
        if self._chosen_from != chosen_from:
            terms = self.challenge.terms
            self._candidates = [
                run
                for run in runs
                if run.owner in students
                and run.launched_at >= self.challenge.started_at
                and run.training.config["dataset"]["name"] == terms.dataset
                and terms.unfit(run.training.config) is None
            ]
            self._chosen_from = chosen_from
        return self._candidates

    def _uncounted(self, run: Run) -> Uncounted | None:
        """Why a candidate does not count; None: it counts, or nothing of it was measured yet."""
        training, terms = run.training, self.challenge.terms

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


def _parameters(config: dict[str, Any]) -> int:
    """How many parameters the network of an experiment has."""
    return summarize(ExperimentConfig.from_dict(config, stored=True)).parameters
