"""/preview: lessons as their authors see them, and what is wrong with their files. In a class it is the teacher's."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from typing_extensions import TypedDict

from app.answers.errors import ERRORS
from app.errors import NotFound
from app.lab import READS_LESSONS, TheLab
from app.lessons.preview import preview
from app.pages import Pages

router = APIRouter(dependencies=[READS_LESSONS])


class ProblemAnswer(TypedDict):
    """Why a file was refused; `line` counts from 1."""

    file: str
    line: int
    reason: str


class FilesAnswer(TypedDict):
    """`version` grows whenever a lesson, a course or a problem appears, changes or goes."""

    version: int
    problems: list[ProblemAnswer]


@router.get("/api/lesson-files", tags=["lessons"], responses=ERRORS)
async def get_files(lab: TheLab) -> FilesAnswer:
    """What is wrong with files of lessons."""
    shelf = lab.library.shelf()
    return {
        "version": shelf.version,
        "problems": [
            {"file": each.path.name, "line": each.line, "reason": each.reason} for each in shelf.problems
        ],
    }


@router.get("/preview", include_in_schema=False)
async def show(request: Request, lab: TheLab, lesson: str = "", lang: str | None = None) -> HTMLResponse:
    """A lesson with all its answers; without `lesson`, a list of the teacher's own lessons. The page loads again when a
    file changes."""
    pages: Pages = request.app.state.pages
    language = pages.messages.negotiate(
        lang, request.cookies.get("language"), request.headers.get("accept-language")
    )
    shelf = lab.library.shelf()
    shown_lesson = shelf.lessons.get(lesson)
    mine = [lesson for lesson in shelf.lessons.values() if lesson.own]
    problems = [each for each in shelf.problems if not lesson or each.path.name.startswith(f"{lesson}.")]
    if lesson and shown_lesson is None and not problems:
        raise NotFound(f"there is no lesson {lesson!r}", field="lesson")
    text = pages.render(
        "preview.html",
        language,
        slug=lesson,
        shown=None if shown_lesson is None else preview(shown_lesson, language),
        own=[(lesson.slug, lesson.edition(language).title) for lesson in mine],
        problems=problems,
        version=shelf.version,
    )
    return HTMLResponse(text, headers={"Cache-Control": "no-store"})
