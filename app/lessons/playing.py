"""Playing: what a person sees of a lesson at each step, and what they may answer there. Nothing comes before its time:
no outcome before all runs have ended, and no explanation before the question about what is seen was answered.

Lives in the event loop.
"""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Any

from app.errors import Conflict, Invalid, NotFound
from app.jobs.register import Register
from app.lessons import results, values
from app.lessons.answers import (
    Answered,
    AttemptAnswer,
    MissingRun,
    OutcomeAnswer,
    SeeAnswer,
    TransferAnswer,
)
from app.lessons.attempt import Answer, Attempt
from app.lessons.attempts import Attempts
from app.lessons.body import Body
from app.lessons.document import Question
from app.lessons.figures import MeasuredRuns
from app.lessons.known import KnownRuns
from app.lessons.launches import Launches
from app.lessons.lesson import Lesson
from app.lessons.outcome import Figures
from app.lessons.results import State
from app.lessons.stage import Stage, Stages
from app.lessons.tries import Tries
from app.lessons.votes import Votes
from app.people.person import Person


class Playing:
    """Shows attempts, and takes answers.

    Args:
        votes: those of the class; None: there is no class.

    Attributes:
        stages: lessons as they are played.
    """

    def __init__(
        self, register: Register, attempts: Attempts, measured: MeasuredRuns, votes: Votes | None
    ) -> None:
        self._register = register
        self._attempts = attempts
        self._measured = measured
        self._votes = votes
        self._tries = Tries(register, measured)
        self._launches = Launches(register, measured)
        self.stages = Stages()

    # -- what is seen ------------------------------------------------------------------------------

    def stage_of(self, stage: Stage, attempt: Attempt) -> Stage:
        """The lesson of a stage, with the data set and size of an attempt in it."""
        return self.stages.get(
            stage.lesson, attempt.dataset, full=attempt.full, language=stage.language, seed=None
        )

    def state(self, stage: Stage, attempt: Attempt) -> State:
        """What is there of an attempt's runs."""
        return results.state_of(attempt, stage.run_names(), self._register.find_run)

    async def figures(self, stage: Stage, attempt: Attempt) -> Figures | None:
        """The figures of an attempt's runs; None: some have not ended, or are missing."""
        state = self.state(stage, attempt)
        return await self._measured.figures(state.trainings, stage.names) if state.has_ended else None

    def voted_on(self, lesson: Lesson) -> str | None:
        """The question of the prediction that the class votes on now; None: none."""
        asked = [
            predicted.id for predicted in lesson.settings.predict if self._is_voted_on(lesson, predicted.id)
        ]
        return asked[0] if asked else None

    def _held_back_by(self, lesson: Lesson, attempt: Attempt) -> str | None:
        """The question of the prediction on which the class votes, so that a person may not see the result yet; None:
        there is none, or they have answered the question about what is seen."""
        see = lesson.settings.see
        return None if see is not None and see.id in attempt.answers else self.voted_on(lesson)

    def _is_voted_on(self, lesson: Lesson, question: str) -> bool:
        return self._votes is not None and self._votes.is_open(lesson.slug, question)

    async def view(self, stage: Stage, attempt: Attempt) -> AttemptAnswer:
        """An attempt as its person sees it now."""
        settings, answers = stage.lesson.settings, attempt.answers
        state = self.state(stage, attempt)
        seen = settings.see is None or settings.see.id in answers
        voting = self._held_back_by(stage.lesson, attempt)
        answer: AttemptAnswer = {
            "id": attempt.id,
            "sealed_at": attempt.sealed_at,
            "sure": attempt.sure,
            "prediction": dict(attempt.prediction),
            "runs": list(attempt.runs.values()),
            "full": attempt.full,
            "step": "run",
            "voting": voting,
            "missing": [_missing(run) for run in state.missing],
            "outcome": None,
            "see": None,
            "explain": None,
            "transfer": None,
            "exit": None,
        }
        if not state.has_ended or voting is not None:
            return answer
        figures = await self._measured.figures(state.trainings, stage.names)
        known = await self._known(stage, attempt, figures)
        answer["step"] = "explain" if seen else "see"
        answer["outcome"] = self._outcome(stage, attempt, figures)
        answer["see"] = self._see(stage, attempt, known)
        if seen:
            answer["explain"] = {"html": stage.body.render("explain", known)}
            answer["transfer"] = await self._transfer(stage, attempt, state, figures, known)
            if settings.exit is not None:
                written = answers.get(settings.exit.id)
                asked = settings.exit
                answer["exit"] = {
                    "id": asked.id,
                    "ask": stage.words(asked.id, asked.ask),
                    "text": written.value if written is not None else "",
                }
        return answer

    def _outcome(self, stage: Stage, attempt: Attempt, figures: Figures) -> list[OutcomeAnswer]:
        outcomes: list[OutcomeAnswer] = []
        for asked in stage.lesson.settings.predict:
            try:
                value = stage.checked(asked, attempt.prediction.get(asked.id), asked.id)
            except Invalid:  # the lesson's file has changed since
                continue
            came = results.outcome(asked, value, figures, stage.lesson.run_names(), stage.words)
            outcomes.append({**asdict(came), "runs": [asdict(run) for run in came.runs]})  # type: ignore[typeddict-item]
        return outcomes

    def _see(self, stage: Stage, attempt: Attempt, known: KnownRuns) -> SeeAnswer | None:
        asked = stage.lesson.settings.see
        html = stage.body.render("see", known)
        if asked is None:
            return {"html": html, "question": None, "answer": None} if html else None
        given = attempt.answers.get(asked.id)
        answer = None
        if given is not None:
            answer = self._answered(stage, asked, given, stage.body.render("see", known, answer=True))
            self._point(stage, asked, attempt, answer, known)
        return {"html": html, "question": stage.question(asked), "answer": answer}

    def _answered(self, stage: Stage, asked: Question, given: Answer, html: str) -> Answered:
        came = results.in_words(asked, given.came, stage.words)
        return {"value": given.value, "right": given.right, "came": came, "html": html}

    def _point(self, stage: Stage, asked: Any, attempt: Attempt, answer: Answered, known: KnownRuns) -> None:
        """Where the result is seen."""
        if asked.card is not None:
            answer["card"] = asked.card
        if asked.run is not None and (run := known.run(asked.run)) is not None:
            answer["run"] = run
        if asked.at is not None and (at := known.value(asked.at)) is not None:
            answer["at"] = max(0, round(at))

    async def _transfer(
        self, stage: Stage, attempt: Attempt, state: State, figures: Figures, known: KnownRuns
    ) -> TransferAnswer | None:
        transfer = stage.lesson.settings.transfer
        if transfer is None:
            return None
        asked, given, answer = transfer.question, None, None
        if asked is not None and (given := attempt.answers.get(asked.id)) is not None:
            answer = self._answered(stage, asked, given, stage.body.render("transfer", known, answer=True))
        return {
            "html": stage.body.render("transfer", known),
            "question": None if asked is None else stage.question(asked),
            "answer": answer,
            "tries": [
                await self._tries.view(stage, attempt, state, figures, to_try) for to_try in transfer.try_
            ],
            "voting": asked is not None and self._is_voted_on(stage.lesson, asked.id),
        }

    async def _known(self, stage: Stage, attempt: Attempt, figures: Figures) -> KnownRuns:
        room = await self._launches.figures(stage) if _speaks_of_the_room(stage.body) else []
        return KnownRuns(stage.lesson, stage.dataset, figures, attempt.runs, stage.words, room)

    # -- what is answered --------------------------------------------------------------------------

    async def answer(
        self, person: Person, stage: Stage, attempt: Attempt, question: str, given: object, *, again: bool
    ) -> Attempt:
        """Take an answer of a person to a question of see, of transfer, or to the last one; or a vote.

        Raises:
            Invalid: the answer, or the name of the question, is wrong.
            Conflict: it cannot be answered now, or was answered already.
        """
        settings = stage.lesson.settings
        transfer = settings.transfer_question
        predicted_or_transfer = [*settings.predict, *([transfer] if transfer else [])]
        asked = next((candidate for candidate in predicted_or_transfer if candidate.id == question), None)
        if again or (asked is not None and asked is transfer and self._is_voted_on(stage.lesson, question)):
            await self.vote(person, stage, asked, given, field="value", again=again)
            return attempt
        if settings.exit is not None and question == settings.exit.id:
            await self._demand_figures(stage, attempt, after_see=True)
            answer = Answer(values.text(given, "value"), at=time.time())
            return await self._attempts.answer(attempt, question, answer, once=False)
        if settings.see is not None and question == settings.see.id:
            figures = await self._demand_figures(stage, attempt, after_see=False)
            return await self._judge(stage, attempt, settings.see, given, figures)
        if transfer is not None and question == transfer.id:
            figures = await self._demand_figures(stage, attempt, after_see=True)
            return await self._judge(stage, attempt, transfer, given, figures)
        ids = [part.id for part in (settings.see, transfer, settings.exit) if part is not None]
        raise Invalid(
            f"id must be one of {', '.join(ids)}, not {question[:40]!r}",
            code="unknown_name",
            field="id",
            bounds={"choices": ids},
        )

    async def _judge(
        self, stage: Stage, attempt: Attempt, asked: Question, given: object, figures: Figures
    ) -> Attempt:
        value = stage.checked(asked, given, "value")
        judged = results.judge(asked, value, figures, stage.lesson.run_names(), time.time())
        return await self._attempts.answer(attempt, asked.id, judged, once=True)

    async def _demand_figures(self, stage: Stage, attempt: Attempt, *, after_see: bool) -> Figures:
        """The figures of an attempt, if its step is reached.

        Args:
            after_see: whether the question comes after that of `see`, which must be answered then.
        """
        see = stage.lesson.settings.see
        is_early = after_see and see is not None and see.id not in attempt.answers
        waits = self._held_back_by(stage.lesson, attempt) is not None
        figures = None if is_early or waits else await self.figures(stage, attempt)
        if figures is None:
            text = "this question comes later: when all runs have ended, and the questions before it are answered"
            raise Conflict(text, code="lesson_early", field="id")
        return figures

    async def vote(
        self,
        person: Person,
        stage: Stage,
        asked: Question | None,
        given: object,
        *,
        field: str,
        again: bool | None = None,
    ) -> None:
        """Take what a person votes on a question of the prediction or of the transfer.

        Args:
            again: whether it is for the second round; None: for the one that is now.
        """
        if self._votes is None or asked is None:
            raise NotFound("the class does not vote on this question", code="no_vote", field="id")
        value = stage.checked(asked, given, field)
        await self._votes.cast(person, stage.lesson.slug, asked.id, value, again=again)


def _missing(run: results.Missing) -> MissingRun:
    return {"name": run.name, "run": run.run, "why": run.why}


def _speaks_of_the_room(body: Body) -> bool:
    return any(
        child.meta["figure"].room
        for part in body.parts.values()
        for token in (*part.text, *part.answer)
        for child in token.children or ()
        if child.type == "figure"
    )
