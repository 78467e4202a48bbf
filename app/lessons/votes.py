"""Votes: a class answers a question of a lesson, discusses it, and answers once more.

The teacher moves a vote on: `first`, `discuss`, `second`, `closed`. No one sees how the class has answered before it is
closed, and then all see both rounds. The newest vote is in the state of the class; see `Classroom.vote`. In the first
round, the prediction of a student who does not vote is their vote: when the round ends, it is stored as their ballot.

Lives in the event loop.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Literal, get_args

from app.errors import Conflict, StoreDamaged
from app.lessons.attempt import Attempt, Value
from app.people.classroom import Classroom
from app.people.person import Person
from app.storage import attempt_store
from app.storage.database import Database

Phase = Literal["first", "discuss", "second", "closed"]
PHASES: tuple[Phase, ...] = get_args(Phase)
#: Round → person → value.
Ballots = Mapping[int, Mapping[str, Value]]
#: The round that is voted in, by phase.
ROUNDS: Mapping[str, int] = {"first": 1, "second": 2}


class Votes:
    """The newest vote of a class, with its ballots. Those of earlier ones are in the store until the class ends."""

    def __init__(self, classroom: Classroom, database: Database) -> None:
        self._classroom = classroom
        self._database = database
        self._ballots: dict[int, dict[str, Value]] = {1: {}, 2: {}}
        self._order = asyncio.Lock()  # held while the vote moves

    async def open(self) -> None:
        """Read the ballots of the newest vote back; the class must be open."""
        vote, class_id = self._classroom.vote, self._classroom.id
        if vote is not None:
            of_vote = (vote["lesson"], vote["question"])
            load = partial(attempt_store.load_ballots, class_id=class_id)
            with contextlib.suppress(StoreDamaged):  # it is logged; the lab can do without them
                for lesson, question, person_id, number, value in await self._database.read(load):
                    if (lesson, question) == of_vote:
                        self._ballots[number][person_id] = value

    def phase(self, lesson: str, question: str) -> Phase | None:
        """The phase of the newest vote, if it is on this question."""
        vote = self._classroom.vote
        if vote is None or (vote["lesson"], vote["question"]) != (lesson, question):
            return None
        phase: Phase = vote["phase"]
        return phase

    def is_open(self, lesson: str, question: str) -> bool:
        """Whether a vote on this question has begun and is not closed."""
        return self.phase(lesson, question) not in (None, "closed")

    async def move(self, lesson: str, question: str, phase: Phase, attempts: Sequence[Attempt]) -> None:
        """Set the phase of the vote on this question. `first` begins a vote: it replaces the newest one, and deletes
        the ballots on this question. If the phase is `first` already, nothing happens.

        Args:
            attempts: the newest of each student in this lesson.

        Raises:
            Conflict: there is no vote on this question, or it is in a later phase.
        """
        async with self._order:
            now = self.phase(lesson, question)
            vote = {"lesson": lesson, "question": question, "phase": phase}
            if phase == "first":
                if now == "first":
                    return
                of_class = self._classroom.id
                forget = partial(
                    attempt_store.delete_ballots, class_id=of_class, lesson=lesson, question=question
                )
                await self._classroom.set(vote=vote, beside=forget)
                self._ballots = {1: {}, 2: {}}  # a ballot that is being stored belongs to those before
                return
            if now is None or PHASES.index(phase) < PHASES.index(now):
                text = "a vote begins with first and goes on to discuss, second and closed"
                raise Conflict(text, code="vote_phase", field="phase")
            predicted = _predicted(question, attempts) if now == "first" else {}
            put = partial(attempt_store.put_first_ballots, lesson=lesson, question=question, values=predicted)
            await self._classroom.set(vote=vote, beside=put)
            self._ballots[1] = {**predicted, **self._ballots[1]}

    async def cast(
        self, person: Person, lesson: str, question: str, value: Value, *, again: bool | None = None
    ) -> None:
        """Take what a student votes; in one round the last one counts.

        Args:
            again: True: only if the second round is open; False: only if the first is; None: in whichever round is
                open.

        Raises:
            Conflict: this question is not voted on now.
        """
        vote, ballots = self._classroom.vote, self._ballots
        number = ROUNDS.get(self.phase(lesson, question) or "")
        if vote is None or number is None or (again is not None and again != (number == 2)):
            raise _no_vote()
        put = partial(attempt_store.put_ballot, person_id=person.id, vote=vote, round_=number, value=value)
        if not await self._database.write(put):  # it has moved on meanwhile
            raise _no_vote()
        ballots[number][person.id] = value

    def has_voted(self, person: Person, lesson: str, question: str) -> bool:
        """Whether a person has voted on this question."""
        return self.phase(lesson, question) is not None and any(
            person.id in ballots for ballots in self._ballots.values()
        )

    def mine(self, person: Person, number: int) -> Value:
        """What a person has voted in a round; None: nothing."""
        return self._ballots[number].get(person.id)

    async def closed(self) -> dict[tuple[str, str], Ballots]:
        """The ballots of all votes of the class, by lesson and question. Votes that are open, or have no ballots, are
        left out."""
        class_id = self._classroom.id
        ballots: dict[tuple[str, str], dict[int, dict[str, Value]]] = {}
        for lesson, question, person, number, value in await self._database.read(
            partial(attempt_store.load_ballots, class_id=class_id)
        ):
            ballots.setdefault((lesson, question), {1: {}, 2: {}})[number][person] = value
        if (vote := self._classroom.vote) is not None and vote["phase"] != "closed":
            ballots.pop((vote["lesson"], vote["question"]), None)
        return dict(ballots)

    def values(self, number: int, lesson: str, question: str, attempts: Sequence[Attempt]) -> list[Value]:
        """What the class has voted in a round of the newest vote, which is on this question.

        Args:
            attempts: the newest of each student in this lesson.
        """
        is_first = number == 1 and self.phase(lesson, question) == "first"
        predicted = _predicted(question, attempts) if is_first else {}
        return self.counted({**predicted, **self._ballots[number]})

    def counted(self, ballots: Mapping[str, Value]) -> list[Value]:
        """What those who are in the class have voted in a round.

        Args:
            ballots: person → value.
        """
        students = {student.id for student in self._classroom.students}
        return [value for person, value in ballots.items() if person in students]


def _predicted(question: str, attempts: Sequence[Attempt]) -> dict[str, Value]:
    """Person → what they predicted for a question."""
    return {
        attempt.person: attempt.prediction[question]
        for attempt in attempts
        if attempt.person is not None and question in attempt.prediction
    }


def _no_vote() -> Conflict:
    return Conflict("this question is not voted on now", code="no_vote", field="question")
