"""The room: what a class predicted in a lesson, as each may see it.

A student sees tallies when they have sealed a prediction, and never before; the projector when all who are here have,
or when the teacher shows the lesson at a step after the runs; the teacher when they want. Those of a vote are seen by
nobody before it is closed.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import cast

from app.lessons import results, tally
from app.lessons.answers import RoomAnswer, RoomCount, VoteTally
from app.lessons.attempt import Attempt, Value
from app.lessons.attempts import Attempts
from app.lessons.document import Choice, Number, Question, Rank, Sketch
from app.lessons.playing import Playing
from app.lessons.stage import Stage
from app.lessons.tally import Bars
from app.lessons.votes import Votes
from app.people.classroom import Classroom
from app.people.person import Person, Role

#: The teacher shows a lesson at this step or a later one: the predictions may be projected. 1 is the prediction.
SHOWN_STEP = 3
#: Attempts by which it is said to the screens what came, at most.
MAX_ATTEMPTS = 50


class Room:
    """The tallies of one class."""

    def __init__(self, classroom: Classroom, attempts: Attempts, votes: Votes, playing: Playing) -> None:
        self._classroom = classroom
        self._attempts = attempts
        self._votes = votes
        self._playing = playing

    def count(self, lesson: str) -> RoomCount:
        """How many have predicted."""
        return {"people": len(self._classroom.students), "predicted": len(self._attempts.of_students(lesson))}

    async def view(self, person: Person, stage: Stage) -> RoomAnswer:
        """The room as a person may see it now."""
        lesson = stage.lesson
        settings, attempts = lesson.settings, self._attempts.of_students(lesson.slug)
        mine = self._attempts.newest(person, lesson.slug)
        asked = settings.transfer.question if settings.transfer is not None else None
        answer: RoomAnswer = {
            **self.count(lesson.slug),
            "mine": None if mine is None else dict(mine.prediction),
            "bars": None,
            "numbers": None,
            "sketches": None,
            "transfer": None,
            "vote": None,
            "exits": None,
        }
        came = await self._came(person, stage, attempts, mine)
        if self._may_see(person, lesson.slug, attempts, mine):
            shown = [one for one in settings.predict if not self._votes.is_open(lesson.slug, one.id)]
            answer["bars"] = [
                self._bars(stage, one, _predicted(stage, one, attempts), came)
                for one in shown
                if isinstance(one, Choice | Rank)
            ]
            answer["numbers"] = [
                tally.numbers(one, _predicted(stage, one, attempts), came.get(one.id), stage.words)
                for one in shown
                if isinstance(one, Number)
            ]
            answer["sketches"] = [
                tally.sketches(one, _predicted(stage, one, attempts), stage.words)
                for one in shown
                if isinstance(one, Sketch)
            ]
        if asked is not None and not self._votes.is_open(lesson.slug, asked.id):
            given = [one.answers[asked.id].value for one in attempts if asked.id in one.answers]
            if person.is_teacher or (mine is not None and asked.id in mine.answers):
                answer["transfer"] = self._bars(stage, asked, _valid(stage, asked, given), came)
        answer["vote"] = self._vote(person, stage, attempts, mine, came)
        if person.is_teacher and settings.exit is not None:
            texts = [
                one.answers[settings.exit.id].value for one in attempts if settings.exit.id in one.answers
            ]
            answer["exits"] = sorted(text for text in texts if text.strip())
        return answer

    def _may_see(self, person: Person, lesson: str, attempts: list[Attempt], mine: Attempt | None) -> bool:
        if person.is_teacher:
            return True
        if person.role is Role.STUDENT:
            return mine is not None
        shown = self._classroom.shown or {}
        is_shown = shown.get("kind") == "lesson" and shown.get("lesson") == lesson
        predicted = {attempt.person for attempt in attempts}
        here = [one.id for one in self._classroom.students if not one.away]
        all_have = bool(here) and all(one in predicted for one in here)
        return all_have or (is_shown and (shown.get("step") or 0) >= SHOWN_STEP)

    async def _came(
        self, person: Person, stage: Stage, attempts: list[Attempt], mine: Attempt | None
    ) -> dict[str, Value]:
        """Question → what came, as far as the person may know: in their own runs, or for the screens in most of the
        class's."""
        lesson = stage.lesson
        if person.role is Role.STUDENT and mine is None:
            return {}
        if not person.is_teacher and self._playing.voted_on(lesson) is not None:
            return {}  # it would end the discussion
        found: dict[tuple[str, ...], dict[str, Value]] = {}  # what came, by the trainings of the attempts
        counted: Counter[tuple[str, ...]] = Counter()
        for attempt in [mine] if mine is not None else attempts[:MAX_ATTEMPTS]:
            played = self._playing.stages.get(
                lesson, attempt.dataset, full=attempt.full, language=stage.language, seed=None
            )
            state = self._playing.state(played, attempt)
            if not state.has_ended:
                continue
            key = tuple(training.id for training in state.trainings.values())
            counted[key] += 1
            if key not in found and (figures := await self._playing.figures(played, attempt)) is not None:
                runs = lesson.run_names()
                found[key] = {one.id: results.came(one, figures, runs) for one in lesson.questions()}
        ways = Counter[str]()
        for key, count in counted.items():
            ways[json.dumps(found.get(key, {}))] += count
        came: dict[str, Value] = json.loads(ways.most_common(1)[0][0]) if ways else {}
        return came

    def _bars(self, stage: Stage, asked: Choice | Rank, values: list[Value], came: dict[str, Value]) -> Bars:
        names = stage.names
        runs = [names.get(name, name) for name in asked.runs] if isinstance(asked, Rank) else []
        return tally.bars(asked, values, came.get(asked.id), runs, stage.words)

    def _vote(
        self,
        person: Person,
        stage: Stage,
        attempts: list[Attempt],
        mine: Attempt | None,
        came: dict[str, Value],
    ) -> VoteTally | None:
        """The newest vote, if it is on a question of this lesson."""
        slug = stage.lesson.slug
        asked = next(
            (one for one in stage.lesson.questions() if self._votes.phase(slug, one.id) is not None), None
        )
        if asked is None:
            return None
        phase = self._votes.phase(slug, asked.id)
        rounds = [_valid(stage, asked, self._votes.values(number, asked.id, attempts)) for number in (1, 2)]
        may_see = phase == "closed" and (
            person.role is not Role.STUDENT
            or mine is not None
            or self._votes.has_voted(person, slug, asked.id)
        )
        bars = [self._bars(stage, cast(Choice, asked), values, came) for values in rounds] if may_see else []
        return {
            "question": asked.id,
            "asked": stage.question(asked),
            "phase": str(phase),
            "mine": [self._votes.mine(person, number) for number in (1, 2)],
            "voted": [len(values) for values in rounds],
            "first": bars[0] if bars else None,
            "second": bars[1] if bars else None,
        }


def _predicted(stage: Stage, asked: Question, attempts: list[Attempt]) -> list[Value]:
    """What was predicted for a question."""
    return _valid(stage, asked, [one.prediction[asked.id] for one in attempts if asked.id in one.prediction])


def _valid(stage: Stage, asked: Question, values: list[Value]) -> list[Value]:
    """Without values of a question that has changed since; the names of runs may be others on another data set."""
    if isinstance(asked, Choice):
        options = {one.id for one in asked.options}
        return [value for value in values if isinstance(value, str) and value in options]
    if isinstance(asked, Rank):
        return [value for value in values if isinstance(value, list) and value]
    known = [value for value in values if isinstance(value, dict)]
    if isinstance(asked, Number):
        return [value for value in known if isinstance(value.get("value"), int | float)]
    return [value for value in known if all(isinstance(points, list) for points in value.values())]
