"""The room: what a class predicted in a lesson, as each may see it.

A student sees tallies when they have sealed a prediction, and never before; the projector when all who are here have,
or when the teacher shows the lesson at a step after the runs; the teacher when they want. How the class answered a
question after the runs is seen after the own answer, and on the projector when all who are here have answered. The
tallies of a vote are not shown before it is closed.
"""

from __future__ import annotations

from typing import Any, cast

from app.lessons import tally
from app.lessons.answers import RoomAnswer, RoomCount, Seats, VoteTally
from app.lessons.attempt import Attempt, Value
from app.lessons.attempts import Attempts
from app.lessons.class_results import ClassResults, RightAnswers
from app.lessons.document import Choice, Click, Number, Question, Rank, Sketch
from app.lessons.playing import Playing
from app.lessons.stage import Stage
from app.lessons.tally import AnswerTally, Bars, NumberTally
from app.lessons.votes import Votes
from app.people.classroom import Classroom
from app.people.person import Person, Role

#: The teacher shows a lesson at this step or a later one: the predictions may be projected. 1 is the prediction.
SHOWN_STEP = 3


class Room:
    """The tallies of one class."""

    def __init__(self, classroom: Classroom, attempts: Attempts, votes: Votes, playing: Playing) -> None:
        self._classroom = classroom
        self._attempts = attempts
        self._votes = votes
        self._playing = playing
        self._results = ClassResults(playing)

    def count(self, lesson: str) -> RoomCount:
        """How many have predicted."""
        return {"people": len(self._classroom.students), "predicted": len(self._attempts.of_students(lesson))}

    async def view(self, person: Person, stage: Stage) -> RoomAnswer:
        """The room as a person may see it now."""
        lesson = stage.lesson
        settings, attempts = lesson.settings, self._attempts.of_students(lesson.slug)
        mine = self._attempts.newest(person, lesson.slug)
        asked = settings.transfer_question
        answer: RoomAnswer = {
            **self.count(lesson.slug),
            "seats": self._seats(attempts),
            "mine": None if mine is None else _own(stage, mine),
            "bars": None,
            "numbers": None,
            "sketches": None,
            "see": None,
            "transfer": None,
            "spread": None,
            "vote": None,
            "exits": None,
        }
        right = await self._right_answers(person, stage, attempts, mine)
        if self._may_see(person, lesson.slug, attempts, mine):
            shown = [
                question for question in settings.predict if not self._votes.is_open(lesson.slug, question.id)
            ]
            answer["bars"] = [
                self._bars(stage, question, _predicted(stage, question, attempts), right)
                for question in shown
                if isinstance(question, Choice | Rank)
            ]
            answer["numbers"] = [
                self._numbers(stage, question, _predicted(stage, question, attempts), right)
                for question in shown
                if isinstance(question, Number)
            ]
            answer["sketches"] = [
                tally.sketches(
                    question,
                    _predicted(stage, question, attempts),
                    right.curves.get(question.id, {}),
                    stage.words,
                )
                for question in shown
                if isinstance(question, Sketch)
            ]
        if settings.see is not None and self._may_see_answers(person, settings.see.id, attempts, mine):
            answer["see"] = self._answers(stage, settings.see, attempts, right)
        is_open = asked is None or self._votes.is_open(lesson.slug, asked.id)
        if asked is not None and not is_open and self._may_see_answers(person, asked.id, attempts, mine):
            answer["transfer"] = self._answers(stage, asked, attempts, right)
            await self._add_spread(answer, stage, attempts, mine)
        answer["vote"] = self._vote(person, stage, attempts, mine, right)
        if person.is_teacher and settings.exit is not None:
            texts = [
                attempt.answers[settings.exit.id].value
                for attempt in attempts
                if settings.exit.id in attempt.answers
            ]
            answer["exits"] = sorted(text for text in texts if text.strip())
        return answer

    def _seats(self, attempts: list[Attempt]) -> Seats:
        predicted = {attempt.person for attempt in attempts}
        numbers = [
            (student, student.number) for student in self._classroom.students if student.number is not None
        ]
        return {
            "numbers": [number for _, number in numbers],
            "predicted": [number for student, number in numbers if student.id in predicted],
            "away": [number for student, number in numbers if student.away],
        }

    async def _add_spread(
        self, answer: RoomAnswer, stage: Stage, attempts: list[Attempt], mine: Attempt | None
    ) -> None:
        transfer = stage.lesson.settings.transfer
        if transfer is None or transfer.spread is None:
            return
        values = await self._results.spread(stage, attempts, transfer.spread)
        answer["spread"] = tally.spread(transfer.spread, values.values(), stage.words)
        if mine is not None and answer["mine"] is not None and mine.id in values:
            answer["mine"][transfer.spread.id] = values[mine.id]

    def _may_see(self, person: Person, lesson: str, attempts: list[Attempt], mine: Attempt | None) -> bool:
        """Whether a person may see what the class predicted; see the top of this file."""
        if person.is_teacher:
            return True
        if person.role is Role.STUDENT:
            return mine is not None
        shown = self._classroom.shown or {}
        is_shown = shown.get("kind") == "lesson" and shown.get("lesson") == lesson
        all_have = self._have_all({attempt.person for attempt in attempts})
        return all_have or (is_shown and (shown.get("step") or 0) >= SHOWN_STEP)

    def _may_see_answers(
        self, person: Person, question: str, attempts: list[Attempt], mine: Attempt | None
    ) -> bool:
        """Whether a person may see how the class answered a question with one try: a student after their own answer,
        the projector when all who are here have answered."""
        if person.is_teacher:
            return True
        if person.role is Role.STUDENT:
            return mine is not None and question in mine.answers
        return self._have_all({attempt.person for attempt in attempts if question in attempt.answers})

    def _have_all(self, persons: set[str | None]) -> bool:
        """Whether all students who are here are among these."""
        present = [student.id for student in self._classroom.students if not student.away]
        return bool(present) and all(student_id in persons for student_id in present)

    async def _right_answers(
        self, person: Person, stage: Stage, attempts: list[Attempt], mine: Attempt | None
    ) -> RightAnswers:
        """The right answers that the person may know: in their own runs, or for the screens in most of the class's."""
        if person.role is Role.STUDENT and mine is None:
            return RightAnswers()
        if not person.is_teacher and self._playing.voted_on(stage.lesson) is not None:
            return RightAnswers()  # it would end the discussion
        return await self._results.right_answers(stage, attempts if mine is None else [mine])

    def _answers(
        self, stage: Stage, asked: Question, attempts: list[Attempt], right: RightAnswers
    ) -> AnswerTally:
        """How the class answered a question with one try."""
        given = [attempt.answers[asked.id].value for attempt in attempts if asked.id in attempt.answers]
        values = _valid(stage, asked, given)
        if isinstance(asked, Number | Click):
            return self._numbers(stage, asked, values, right)
        return self._bars(stage, cast(Choice, asked), values, right)

    def _numbers(
        self, stage: Stage, asked: Number | Click, values: list[Value], right: RightAnswers
    ) -> NumberTally:
        true = right.values.get(asked.id)
        return tally.numbers(asked, values, true, stage.words, iterations=stage.iterations)

    def _bars(self, stage: Stage, asked: Choice | Rank, values: list[Value], right: RightAnswers) -> Bars:
        names = stage.names
        runs = [names.get(name, name) for name in asked.runs] if isinstance(asked, Rank) else []
        return tally.bars(asked, values, right.values.get(asked.id), runs, stage.words)

    def _vote(
        self,
        person: Person,
        stage: Stage,
        attempts: list[Attempt],
        mine: Attempt | None,
        right: RightAnswers,
    ) -> VoteTally | None:
        """The newest vote, if it is on a question of this lesson."""
        slug = stage.lesson.slug
        asked = next(
            (
                question
                for question in stage.lesson.questions()
                if self._votes.phase(slug, question.id) is not None
            ),
            None,
        )
        if asked is None:
            return None
        phase = self._votes.phase(slug, asked.id)
        rounds = [
            _valid(stage, asked, self._votes.values(number, slug, asked.id, attempts)) for number in (1, 2)
        ]
        may_see = phase == "closed" and (
            person.role is not Role.STUDENT
            or mine is not None
            or self._votes.has_voted(person, slug, asked.id)
        )
        bars = [self._bars(stage, cast(Choice, asked), values, right) for values in rounds] if may_see else []
        return {
            "question": asked.id,
            "asked": stage.question(asked),
            "phase": str(phase),
            "mine": [self._votes.mine(person, number) for number in (1, 2)],
            "voted": [len(values) for values in rounds],
            "first": bars[0] if bars else None,
            "second": bars[1] if bars else None,
        }


def _own(stage: Stage, mine: Attempt) -> dict[str, Any]:
    """A person's own prediction and their answers to questions with one try."""
    asked = {question.id for question in stage.lesson.questions()}
    answers = {name: answer.value for name, answer in mine.answers.items() if name in asked}
    return {**mine.prediction, **answers}


def _predicted(stage: Stage, asked: Question, attempts: list[Attempt]) -> list[Value]:
    """What was predicted for a question."""
    return _valid(
        stage, asked, [attempt.prediction[asked.id] for attempt in attempts if asked.id in attempt.prediction]
    )


def _valid(stage: Stage, asked: Question, values: list[Value]) -> list[Value]:
    """Without values of a question that has changed since; the names of runs may be others on another data set."""
    if isinstance(asked, Choice):
        options = {option.id for option in asked.options}
        return [value for value in values if isinstance(value, str) and value in options]
    if isinstance(asked, Rank):
        return [value for value in values if isinstance(value, list) and value]
    if isinstance(asked, Click):
        return [value for value in values if isinstance(value, int | float)]
    objects = [value for value in values if isinstance(value, dict)]
    if isinstance(asked, Number):
        return [value for value in objects if isinstance(value.get("value"), int | float)]
    return [value for value in objects if all(isinstance(points, list) for points in value.values())]
