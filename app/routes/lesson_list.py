"""/api/lessons: the list of lessons, and launching the runs of one without playing it."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Response

from app.answers.errors import ERRORS
from app.answers.runs import RunsAnswer
from app.errors import Invalid
from app.lab import LAUNCHES, READS_LESSONS, Lab, TheLab
from app.lessons import listing
from app.lessons.answers import LessonAnswer, LessonsAnswer
from app.lessons.attempts import progress_of
from app.lessons.lesson import Lesson
from app.people.person import Person
from app.people.visits import ThePerson
from app.routes.runs import Fresh

router = APIRouter(prefix="/api", tags=["lessons"], responses=ERRORS, dependencies=[READS_LESSONS])


@router.get("/lessons", response_model=LessonsAnswer)
async def get_lessons(
    lab: TheLab, person: ThePerson, language: Literal["en", "ja"] | None = None
) -> Response:
    """The list of lessons, each with the names of its runs. A lesson without runs shows a data set and a network.

    `language`: the language of their texts; if it is missing, all languages.
    """
    shelf = lab.library.shelf()
    datasets = {slug: lab.dataset_of(lesson) for slug, lesson in shelf.lessons.items()}
    progress = {
        slug: reached
        for slug, lesson in shelf.lessons.items()
        if (reached := _progress(lab, person, lesson)) is not None
    }
    body = lab.listing.json(shelf, language, datasets, progress)
    return Response(body, media_type="application/json")


@router.get("/lessons/{slug}")
async def get_lesson(lab: TheLab, slug: str) -> LessonAnswer:
    """One lesson with the experiments of its runs, and the one whose data and network are to be looked at."""
    lesson = lab.demand_lesson(slug)
    return listing.view(lab.library.shelf(), lesson, lab.dataset_of(lesson), with_configs=True)


@router.post("/lessons/{slug}/runs", status_code=201, dependencies=[LAUNCHES])
async def launch_lesson(
    lab: TheLab, person: ThePerson, slug: str, options: Fresh | None = None
) -> RunsAnswer:
    """Launch a lesson's whole set without a prediction; on the digits if its own data set is missing."""
    lesson = lab.demand_lesson(slug)
    if not lesson.runs:
        raise Invalid(f"lesson {slug} has no runs: it is one to look at", code="no_runs", field="slug")
    launched = listing.launched(lesson, lab.dataset_of(lesson))
    configs = [config for config, _ in launched]
    lab.check_lesson(person, launched)
    lab.take_runs(person, len(configs))
    runs = await lab.scheduler.commands.launch(
        configs, lesson=slug, fresh=(options or Fresh()).fresh, owner=person.owner
    )
    return {"runs": [lab.sight.view(person, run) for run in runs]}


def _progress(lab: Lab, person: Person, lesson: Lesson) -> str | None:
    attempt = lab.attempts.newest(person, lesson.slug)
    if attempt is None:
        return None
    settings = lesson.settings
    question = settings.transfer_question
    return progress_of(
        attempt,
        see=None if settings.see is None else settings.see.id,
        transfer=None if question is None else question.id,
    ).value
