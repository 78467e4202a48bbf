"""/api/lessons/…: playing a lesson. A prediction is sealed, and its runs are launched with it; then the person is asked
what they see, and only then it is explained. /api/class/vote: the class votes on a question of a lesson."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from app.answers.errors import ERRORS
from app.errors import Invalid, NotFound
from app.lab import LAUNCHES, READS_LESSONS, Lab, TheLab
from app.lessons.answers import AttemptAnswer, PlayAnswer, RoomAnswer, SealedAnswer, VoteAnswer
from app.lessons.attempt import Attempt, Sure
from app.lessons.document import Question
from app.lessons.lesson import Lesson
from app.lessons.stage import Stage
from app.lessons.tally import can_be_voted_on
from app.lessons.votes import Phase
from app.people.person import Person
from app.people.visits import ThePerson
from app.work import in_thread

router = APIRouter(prefix="/api", tags=["lessons"], responses=ERRORS, dependencies=[READS_LESSONS])

Language = Literal["en", "ja"]
InLanguage = Annotated[Language, Query(description="of the texts, where the lesson has it")]
#: The longest id of a question, in characters, as in `app.lessons.document`.
MAX_ID = 40


class Sealing(BaseModel):
    """A prediction: a value for each question, by its id. A choice: an option's id. A ranking: names of runs, the best
    first. A number: `{"value", "range"}`. Sketches: run → 2 to 64 points `[iteration, value]`, ascending."""

    model_config = ConfigDict(extra="forbid")

    prediction: dict[str, Any] = Field(max_length=10)
    sure: Sure
    full: bool = Field(False, strict=True, description="launch the runs in full size, if there is one")
    language: Language = "en"


class Answering(BaseModel):
    """An answer to the question of `see` or of `transfer`, or to the last one; of a click, an iteration."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(max_length=MAX_ID)
    value: Any
    language: Language = "en"
    again: bool = Field(
        False,
        strict=True,
        description="this is a vote of the second round; of a question of the prediction too",
    )


class Voting(BaseModel):
    """What a student votes in the round that is now."""

    model_config = ConfigDict(extra="forbid")

    question: str = Field(max_length=MAX_ID)
    value: Any
    language: Language = "en"


class Vote(BaseModel):
    """The question of a lesson that the class votes on, and the phase of the vote."""

    model_config = ConfigDict(extra="forbid")

    lesson: str = Field(max_length=100)
    question: str = Field(max_length=MAX_ID)
    phase: Phase


@router.get("/lessons/{slug}/play")
async def play(lab: TheLab, person: ThePerson, slug: str, language: InLanguage = "en") -> PlayAnswer:
    """A lesson to play, with the person's newest attempt. Nothing in it gives an answer away."""
    stage = _stage(lab, person, slug, language)
    lesson, settings = stage.lesson, stage.lesson.settings
    attempt = lab.attempts.newest(person, slug)
    seconds = await in_thread(getattr, stage, "seconds")
    edition = lesson.edition(language)
    return {
        "slug": slug,
        "section": settings.section,
        "title": edition.title,
        "question": edition.question,
        "minutes": settings.minutes,
        "language": language if language in lesson.editions else next(iter(lesson.editions)),
        "dataset": stage.dataset,
        "made_for": lesson.dataset,
        "full": settings.full is not None,
        "seed": stage.seed,
        "cards": list(settings.cards),
        "locked": list(settings.locked),
        "hidden": list(settings.hidden),
        "runs": [
            {"name": config.name, "seconds": expected}
            for config, expected in zip(stage.configs, seconds, strict=True)
        ],
        "predict": {
            "html": stage.body.render("predict"),
            "questions": [stage.question(asked) for asked in settings.predict],
        },
        "run": {"html": stage.body.render("run")},
        "attempt": None if attempt is None else await _view(lab, person, attempt, language),
        "room": None if lab.room is None else lab.room.count(slug),
    }


@router.post("/lessons/{slug}/attempts", status_code=201, dependencies=[LAUNCHES])
async def seal(lab: TheLab, person: ThePerson, slug: str, given: Sealing) -> SealedAnswer:
    """Seal a prediction and launch the lesson's runs, both or neither. What is sealed never changes; a later attempt is
    another one. The same request again, before anything was answered, launches nothing."""
    stage = _stage(lab, person, slug, given.language, full=given.full)
    prediction = _prediction(stage, given.prediction)
    configs = stage.configs
    lab.check_lesson(person, zip(configs, stage.summaries, strict=True))
    newest = lab.attempts.newest(person, slug)
    dataset = stage.dataset
    if newest is None or not newest.is_same_as(prediction, given.sure, full=given.full, dataset=dataset):
        lab.take_runs(person, len(configs))
    attempt, runs = await lab.attempts.seal(
        person,
        slug,
        prediction,
        given.sure,
        configs,
        full=given.full,
        dataset=dataset,
        is_whole=lambda attempt: (
            not lab.playing.state(_stage_of(lab, person, attempt, given.language), attempt).missing
        ),
    )
    if runs is None:
        runs = [
            run
            for attempted in attempt.runs.values()
            if (run := lab.register.find_run(attempted)) is not None
        ]
    return {
        "attempt": await _view(lab, person, attempt, given.language),
        "runs": [lab.sight.view(person, run) for run in runs],
    }


@router.get("/lessons/{slug}/attempts/newest")
async def get_attempt(
    lab: TheLab, person: ThePerson, slug: str, language: InLanguage = "en"
) -> AttemptAnswer:
    """The person's newest attempt: its result when its runs have ended, and what was answered since."""
    return await _view(lab, person, _attempt(lab, person, slug), language)


@router.post("/lessons/{slug}/attempts/newest/answers")
async def answer(lab: TheLab, person: ThePerson, slug: str, given: Answering) -> AttemptAnswer:
    """Answer the question of `see` or of `transfer`, once; or the last one, as often as one likes. While the class
    votes on the question, it is a vote."""
    attempt = _attempt(lab, person, slug)
    stage = _stage_of(lab, person, attempt, given.language)
    changed = await lab.playing.answer(person, stage, attempt, given.id, given.value, again=given.again)
    return await _view(lab, person, changed, given.language)


@router.get("/lessons/{slug}/room")
async def get_room(lab: TheLab, person: ThePerson, slug: str, language: InLanguage = "en") -> RoomAnswer:
    """What the class predicted, without persons: only how many have, until the person has sealed a prediction."""
    return await _room(lab, person, slug, language)


@router.post("/lessons/{slug}/ballots")
async def vote(lab: TheLab, person: ThePerson, slug: str, given: Voting) -> RoomAnswer:
    """Vote on a question of the prediction or of the transfer, also without a prediction. In one round the last vote
    counts."""
    stage = _stage(lab, person, slug, given.language)
    lab.demand_class()
    asked = _votable(stage.lesson, given.question, "question")
    await lab.playing.vote(person, stage, asked, given.value, field="value")
    return await _room(lab, person, slug, given.language)


@router.post("/class/vote")
async def move_vote(lab: TheLab, given: Vote) -> VoteAnswer:
    """Let the class vote on a question: `first`, `discuss`, `second`, `closed`. No one sees the tallies before it is
    closed. The pages learn of it with the state of the class."""
    lab.demand_class()
    lesson = lab.demand_lesson(given.lesson, field="lesson")
    _votable(lesson, given.question, "question")
    assert lab.votes is not None
    attempts = lab.attempts.of_students(given.lesson)
    await lab.votes.move(given.lesson, given.question, given.phase, attempts)
    return {"lesson": given.lesson, "question": given.question, "phase": given.phase}


async def _room(lab: Lab, person: Person, slug: str, language: str) -> RoomAnswer:
    lab.demand_class()
    assert lab.room is not None
    return await lab.room.view(person, _stage(lab, person, slug, language))


async def _view(lab: Lab, person: Person, attempt: Attempt, language: str) -> AttemptAnswer:
    return await lab.playing.view(_stage_of(lab, person, attempt, language), attempt)


def _attempt(lab: Lab, person: Person, slug: str) -> Attempt:
    lab.demand_lesson(slug)
    attempt = lab.attempts.newest(person, slug)
    if attempt is None:
        raise NotFound("there is no prediction of yours in this lesson", code="lesson_unsealed", field="slug")
    return attempt


def _stage(lab: Lab, person: Person, slug: str, language: str, *, full: bool = False) -> Stage:
    """The lesson as the person would play it now."""
    lesson = lab.demand_lesson(slug)
    if full and lesson.settings.full is None:
        raise Invalid("this lesson has no full size", code="lesson_full", field="full")
    dataset = lab.dataset_of(lesson)
    return lab.playing.stages.get(lesson, dataset, full=full, language=language, seed=_seed(lesson, person))


def _stage_of(lab: Lab, person: Person, attempt: Attempt, language: str) -> Stage:
    """The lesson as it is played in an attempt."""
    lesson = lab.demand_lesson(attempt.lesson)
    full = attempt.full and lesson.settings.full is not None
    return lab.playing.stages.get(
        lesson, attempt.dataset, full=full, language=language, seed=_seed(lesson, person)
    )


def _seed(lesson: Lesson, person: Person) -> int | None:
    """That of a student where each trains with their own: their number."""
    return person.number if lesson.settings.seed == "person" else None


def _prediction(stage: Stage, given: dict[str, Any]) -> dict[str, Any]:
    """All values of a prediction, checked."""
    questions = {asked.id: asked for asked in stage.lesson.settings.predict}
    for name in given:
        if name not in questions:
            field = f"prediction.{name[:MAX_ID]}"
            raise Invalid(f"{field} is not a question of this lesson", code="unknown_key", field=field)
    for name in questions:
        if given.get(name) is None:
            field = f"prediction.{name}"
            raise Invalid(f"{field} is missing", code="missing", field=field)
    return {
        name: stage.checked(asked, given[name], f"prediction.{name}") for name, asked in questions.items()
    }


def _votable(lesson: Lesson, question: str, field: str) -> Question:
    """A question that a class can vote on: a choice of the prediction or of the transfer."""
    see = lesson.settings.see
    questions = {
        asked.id: asked
        for asked in lesson.questions()
        if can_be_voted_on(asked) and (see is None or asked.id != see.id)
    }
    if question not in questions:
        raise Invalid(
            f"{field} must be one of {', '.join(questions) or 'none'}, not {question!r}",
            code="unknown_name",
            field=field,
            bounds={"choices": list(questions)},
        )
    return questions[question]
