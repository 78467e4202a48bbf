"""Reading a lesson's files: each is checked by its models, and then all of them together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from app.lessons import front_matter
from app.lessons.body import Body, BodyError, read_body
from app.lessons.checks import Flaw, flaws, texts_of
from app.lessons.document import MAX_FILE_BYTES, Course, Settings, Translation
from app.lessons.front_matter import FrontMatter, FrontMatterError, Place
from app.lessons.lesson import Edition, Lesson
from app.lessons.problem import Problem
from app.texts import decode

Document = TypeVar("Document", bound=BaseModel)

#: A key that only the file with the settings has.
SETTINGS_KEY = "section"


class Problems(Exception):
    """What is wrong with a lesson, in the order of its files."""

    def __init__(self, found: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, found)))
        self.found = tuple(found)


@dataclass(frozen=True, slots=True)
class _File:
    """A file of a lesson in one language."""

    path: Path
    language: str
    front: FrontMatter
    body: str
    #: the number of the body's first line
    begin: int

    @property
    def has_settings(self) -> bool:
        return SETTINGS_KEY in self.front.values


def read_lesson(slug: str, paths: Mapping[str, Path], *, own: bool = False, whole: bool = True) -> Lesson:
    """Read a lesson from its files, by their languages.

    Args:
        own: whether it is one of the lab's teacher.
        whole: also check what must fit together, such as runs and expressions, which takes most of the time.

    Raises:
        Problems: it is none; with everything that is wrong.
    """
    files = _read_files(paths)
    owners = [file for file in files if file.has_settings]
    if len(owners) != 1:
        where = owners[1] if owners else files[0]
        line = where.front.line((SETTINGS_KEY,))
        why = "one of a lesson's files has its settings, the others only texts: this is the second with section:"
        raise Problems(
            [Problem(where.path, line, why if owners else "a lesson needs its settings: section: …")]
        )
    main = owners[0]
    settings = _validated(Settings, main.path, main.front)
    editions = {main.language: Edition(settings.title, settings.question, texts_of(settings), Body({}, {}))}
    for file in files:
        if file is not main:
            translation = _validated(Translation, file.path, file.front)
            editions[file.language] = Edition(
                translation.title, translation.question, translation.texts, Body({}, {})
            )
    problems_so_far: list[Problem] = []
    for file in files:
        edition = editions[file.language]
        try:
            body = read_body(file.body, runs=[*settings.runs, *settings.also_measured])
        except BodyError as error:
            problems_so_far.append(Problem(file.path, file.begin + error.line - 1, str(error)))
            continue
        editions[file.language] = Edition(edition.title, edition.question, edition.texts, body)
    lesson = Lesson(
        slug=slug,
        settings=settings,
        editions=editions,
        paths=tuple(file.path for file in files),
        own=own,
    )
    by_language = {file.language: file for file in files}
    if whole:
        problems_so_far += [_problem(flaw, main, by_language) for flaw in flaws(lesson, main.language)]
    if problems_so_far:
        raise Problems(sorted(problems_so_far, key=lambda each: (each.path.name, each.line)))
    return lesson


def read_course(path: Path) -> Course:
    """Read a file that puts lessons into an order.

    Raises:
        Problems: it is none.
    """
    text = _text(path)
    try:
        front = front_matter.read(text)
    except FrontMatterError as error:
        raise Problems([Problem(path, error.line, str(error))]) from None
    return _validated(Course, path, front)


def _read_files(paths: Mapping[str, Path]) -> list[_File]:
    files: list[_File] = []
    all_problems: list[Problem] = []
    for language, path in paths.items():
        try:
            yaml, body, begin = front_matter.split(_text(path))
            files.append(_File(path, language, front_matter.read(yaml), body, begin))
        except FrontMatterError as error:
            all_problems.append(Problem(path, error.line, str(error)))
        except Problems as problems:
            all_problems += problems.found
    if all_problems:
        raise Problems(all_problems)
    return files


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
        if len(data) > MAX_FILE_BYTES:
            raise ValueError(f"a lesson's file has at most {MAX_FILE_BYTES:,} bytes")
        return decode(data).replace("\r\n", "\n")
    except OSError as error:
        reason = f"the file cannot be read: {error.strerror}"
    except ValueError as error:
        reason = str(error)
    raise Problems([Problem(path, 1, reason)])


def _validated(model: type[Document], path: Path, front: FrontMatter) -> Document:
    try:
        return model.model_validate(front.values)
    except ValidationError as error:
        raise Problems(
            [
                Problem(path, front.line(each["loc"]), _reason(each["loc"], each["msg"], each["type"], front))
                for each in error.errors(include_url=False)
            ]
        ) from None


def _reason(place: Place, message: str, kind: str, front: FrontMatter) -> str:
    """What is wrong with a value, in the words of a lesson's author."""
    written = list(_there(place, front))
    field = ".".join(map(str, written)) or "the settings"
    if kind == "missing":
        return f"{'.'.join(map(str, [*written, place[-1]]))} is missing"
    if kind == "extra_forbidden":
        return f"there is no {field}"
    message = message[0].lower() + message[1:]
    if kind == "string_type":
        message = "this must be a text: put a number in quotation marks"
    return f"{field}: {message.replace('input should', 'this should')}"


def _there(place: Place, front: FrontMatter) -> Iterator[str | int]:
    reached: Place = ()
    for part in place:
        if (*reached, part) in front.lines:
            reached = (*reached, part)
            yield part


def _problem(flaw: Flaw, main: _File, files: Mapping[str, _File]) -> Problem:
    file = files.get(flaw.language or main.language, main)
    line = file.begin + flaw.body_line - 1 if flaw.body_line else file.front.line(flaw.place)
    field = ".".join(map(str, flaw.place))
    return Problem(file.path, line, f"{field}: {flaw.reason}" if field else flaw.reason)
