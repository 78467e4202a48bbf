"""Votes: a class answers a question of a lesson, discusses it, and answers once more.

The teacher moves a vote on: `first`, `discuss`, `second`, `closed`. No one sees how the class has answered before it is
closed, and then all see both rounds. The newest vote is in the state of the class; see `Classroom.vote`.

Lives in the event loop.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, get_args

from app.errors import Conflict
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
        self._ballots: dict[int, dict[str, Value]] = {1: {}, 2: {}}  # round → person → value

    async def open(self) -> None:
        """Read the ballots of the newest vote back; the class must be open."""
        vote, class_id = self._classroom.vote, self._classroom.id
        if vote is not None:
            lesson, question = vote["lesson"], vote["question"]
            rows = await self._database.read(
                lambda c: attempt_store.load_ballots(c, class_id, lesson, question)
            )
            for person_id, number, value in rows:
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

    async def move(self, lesson: str, question: str, phase: Phase) -> None:
        """Begin a vote, which replaces the newest one, or move it on; the phase `first` begins it again, without its
        ballots.

        Raises:
            Conflict: there is no vote on this question, or it is in a later phase.
        """
        now = self.phase(lesson, question)
        if phase == "first":
            if now == "first":
                return
            await self._database.write(
                lambda c: attempt_store.delete_ballots(c, self._classroom.id, lesson, question)
            )
            self._ballots = {1: {}, 2: {}}
        elif now is None or PHASES.index(phase) < PHASES.index(now):
            text = "a vote begins with first and goes on to discuss, second and closed"
            raise Conflict(text, code="vote_phase", field="phase")
        await self._classroom.set(vote={"lesson": lesson, "question": question, "phase": phase})

    async def cast(
        self, person: Person, lesson: str, question: str, value: Value, *, again: bool | None = None
    ) -> None:
        """Take what a student votes; in one round the last one counts.

        Args:
            again: whether the vote is for the second round; None: for the present round.

        Raises:
            Conflict: this question is not voted on now.
        """
        number = ROUNDS.get(self.phase(lesson, question) or "")
        if number is None or (again is not None and again != (number == 2)):
            raise Conflict("this question is not voted on now", code="no_vote", field="question")
        await self._database.write(
            lambda c: attempt_store.put_ballot(c, person.id, lesson, question, number, value)
        )
        if ROUNDS.get(self.phase(lesson, question) or "") == number:  # it may have moved on meanwhile
            self._ballots[number][person.id] = value

    def has_voted(self, person: Person, lesson: str, question: str) -> bool:
        """Whether a person has voted on this question."""
        return self.phase(lesson, question) is not None and any(
            person.id in ballots for ballots in self._ballots.values()
        )

    def mine(self, person: Person, number: int) -> Value:
        """What a person has voted in a round; None: nothing."""
        return self._ballots[number].get(person.id)

    async def closed(self) -> dict[tuple[str, str], Ballots]:
        """The ballots of all votes of the class, by lesson and question, without those of a vote that is open."""
        class_id = self._classroom.id
        ballots: dict[tuple[str, str], dict[int, dict[str, Value]]] = {}
        for lesson, question, person, number, value in await self._database.read(
            lambda c: attempt_store.load_all_ballots(c, class_id)
        ):
            ballots.setdefault((lesson, question), {1: {}, 2: {}})[number][person] = value
        if (vote := self._classroom.vote) is not None:
            newest = vote["lesson"], vote["question"]
            if vote["phase"] == "closed":
                ballots.setdefault(newest, {1: {}, 2: {}})
            else:
                ballots.pop(newest, None)
        return dict(ballots)

    def values(self, number: int, question: str, attempts: Sequence[Attempt]) -> list[Value]:
        """What the class has voted in a round of the newest vote; see `counted`."""
        return self.counted(self._ballots, number, question, attempts)

    def counted(
        self, ballots: Ballots, number: int, question: str, attempts: Sequence[Attempt]
    ) -> list[Value]:
        """What the class has voted in a round. In the first, the prediction of a student who has not voted is their
        vote.

        Args:
            attempts: the newest of each student.
        """
        students = {student.id for student in self._classroom.students}
        voted = {person: value for person, value in ballots[number].items() if person in students}
        if number == 1:
            for attempt in attempts:
                if attempt.person is not None and question in attempt.prediction:
                    voted.setdefault(attempt.person, attempt.prediction[question])
        return list(voted.values())
