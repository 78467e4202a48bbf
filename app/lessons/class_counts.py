"""Class counts: how a class did in its lessons, counted for its report. They hold no names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.errors import Invalid
from app.lessons import results
from app.lessons.attempt import Attempt, Value
from app.lessons.attempts import Attempts
from app.lessons.class_results import ClassResults
from app.lessons.document import Choice, Question
from app.lessons.lesson import Lesson
from app.lessons.playing import Playing
from app.lessons.stage import Stage
from app.lessons.votes import Votes
from app.people.classroom import Classroom

#: What was voted in each of the two rounds.
Rounds = Sequence[Sequence[Value]]


@dataclass(frozen=True, slots=True)
class QuestionCount:
    """How many answered a question, and how many of them were right.

    Attributes:
        step: `predict`, `see` or `transfer`.
        judged: of how many it can be said whether they were right: their runs have ended, and it has a right answer.
    """

    step: str
    ask: str
    answered: int
    judged: int
    right: int


@dataclass(frozen=True, slots=True)
class OptionCount:
    """How many voted for an option before and after the discussion. `is_right`: None: not known."""

    text: str
    first: int
    second: int
    is_right: bool | None


@dataclass(frozen=True, slots=True)
class VoteCount:
    """A vote of the class."""

    ask: str
    options: tuple[OptionCount, ...]


@dataclass(frozen=True, slots=True)
class LessonCount:
    """One lesson in which students predicted or voted."""

    section: str
    title: str
    people: int
    predicted: int
    questions: tuple[QuestionCount, ...]
    votes: tuple[VoteCount, ...]


class ClassCounts:
    """Counts what a class predicted, answered and voted. Lives in the event loop."""

    def __init__(self, classroom: Classroom, attempts: Attempts, votes: Votes, playing: Playing) -> None:
        self._classroom = classroom
        self._attempts = attempts
        self._votes = votes
        self._playing = playing
        self._results = ClassResults(playing)

    async def of(
        self, lessons: Iterable[Lesson], language: str, dataset_of: Callable[[Lesson], str]
    ) -> list[LessonCount]:
        """Of each lesson in which students have predicted or voted, in the order of the lessons.

        Args:
            dataset_of: gives the data set that is used here instead of a lesson's own.
        """
        closed = await self._votes.closed()
        counts = []
        for lesson in lessons:
            attempts = self._attempts.of_students(lesson.slug)
            voted = {
                question: rounds
                for (slug, question), ballots in closed.items()
                if slug == lesson.slug
                and any(rounds := [self._votes.counted(ballots[number]) for number in (1, 2)])
            }
            if not attempts and not voted:
                continue
            stage = self._playing.stages.get(
                lesson, dataset_of(lesson), full=False, language=language, seed=None
            )
            edition = lesson.edition(language)
            counts.append(
                LessonCount(
                    lesson.section,
                    edition.title,
                    len(self._classroom.students),
                    len(attempts),
                    tuple(await self._questions(stage, attempts)),
                    tuple(await self._voted(stage, attempts, voted)),
                )
            )
        return counts

    async def _questions(self, stage: Stage, attempts: Sequence[Attempt]) -> list[QuestionCount]:
        settings = stage.lesson.settings
        judged = await self._judged(stage, attempts)
        counts = []
        for asked in settings.predict:
            answered = sum(asked.id in attempt.prediction for attempt in attempts)
            counts.append(_count("predict", stage, asked, answered, judged[asked.id]))
        for step, question in (("see", settings.see), ("transfer", settings.transfer_question)):
            if question is None:
                continue
            given = [attempt.answers[question.id] for attempt in attempts if question.id in attempt.answers]
            checked = [answer.right for answer in given if answer.right is not None]
            counts.append(_count(step, stage, question, len(given), checked))
        return counts

    async def _judged(self, stage: Stage, attempts: Sequence[Attempt]) -> Mapping[str, list[bool]]:
        """Question of the prediction → whether each was right, where the runs have ended."""
        lesson = stage.lesson
        judged: dict[str, list[bool]] = {asked.id: [] for asked in lesson.settings.predict}
        for attempt in attempts:
            played = self._playing.stage_of(stage, attempt)
            figures = await self._playing.figures(played, attempt)
            if figures is None:
                continue
            for asked in lesson.settings.predict:
                try:
                    value = played.checked(asked, attempt.prediction.get(asked.id), asked.id)
                except Invalid:  # the lesson's file has changed since
                    continue
                right = results.judge(asked, value, figures, lesson.run_names()).right
                if right is not None:
                    judged[asked.id].append(right)
        return judged

    async def _voted(
        self, stage: Stage, attempts: Sequence[Attempt], voted: Mapping[str, Rounds]
    ) -> list[VoteCount]:
        right = (await self._results.right_answers(stage, attempts)).values if voted else {}
        counts = []
        for asked in stage.lesson.questions():
            if not isinstance(asked, Choice) or asked.id not in voted:
                continue
            counts.append(_vote(stage, asked, voted[asked.id], right.get(asked.id)))
        return counts


def _count(step: str, stage: Stage, asked: Question, answered: int, judged: Sequence[bool]) -> QuestionCount:
    return QuestionCount(step, stage.words(asked.id, asked.ask), answered, len(judged), sum(judged))


def _vote(stage: Stage, asked: Choice, rounds: Rounds, right: Value) -> VoteCount:
    first, second = rounds
    options = (
        OptionCount(
            stage.words(f"{asked.id}.{option.id}", option.text),
            first.count(option.id),
            second.count(option.id),
            None if right is None else option.id == right,
        )
        for option in asked.options
    )
    return VoteCount(stage.words(asked.id, asked.ask), tuple(options))
