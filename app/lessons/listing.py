"""The list of lessons as every page asks for it: written once, and kept as bytes."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping

from app.estimate import expected_seconds
from app.lessons.answers import LessonAnswer
from app.lessons.document import Course
from app.lessons.lesson import Lesson
from app.lessons.library import Shelf
from engine import ExperimentConfig
from engine.summary import Summary, summarize

#: At most this many lists are kept, each for one language (or all) and for the data sets that the lessons use.
KEPT = 8


class Listing:
    """The lists that were asked for last. Lives in the event loop."""

    def __init__(self) -> None:
        self._version = -1
        self._kept: dict[tuple[str | None, tuple[str, ...]], dict[str, bytes]] = {}

    def json(
        self, shelf: Shelf, language: str | None, datasets: Mapping[str, str], progress: Mapping[str, str]
    ) -> bytes:
        """All lessons, as `LessonsAnswer`.

        Args:
            language: of their texts; None: all languages.
            datasets: slug → the data set that is used here instead of the lesson's own.
            progress: slug → how far the person is, if they have begun.
        """
        entries = self._entries(shelf, language, tuple(datasets.values()), datasets)
        shown = (
            entry[:-1] + b',"progress":"' + progress[slug].encode() + b'"}' if slug in progress else entry
            for slug, entry in entries.items()
        )
        return b'{"lessons":[' + b",".join(shown) + b"]}"

    def _entries(
        self, shelf: Shelf, language: str | None, key: tuple[str, ...], datasets: Mapping[str, str]
    ) -> dict[str, bytes]:
        if self._version != shelf.version:
            self._version = shelf.version
            self._kept.clear()
        entries = self._kept.get((language, key))
        if entries is None:
            if len(self._kept) >= KEPT:
                self._kept.clear()
            entries = self._kept[language, key] = {
                slug: json.dumps(
                    _in_language(view(shelf, lesson, datasets[slug]), language),
                    ensure_ascii=False,
                    separators=(",", ":"),
                ).encode()
                for slug, lesson in shelf.lessons.items()
            }
        return entries


def view(shelf: Shelf, lesson: Lesson, dataset: str, *, with_configs: bool = False) -> LessonAnswer:
    """A lesson as an answer, on the data set that stands for its own here."""
    launched_here = launched(lesson, dataset)
    answer: LessonAnswer = {
        "slug": lesson.slug,
        "section": lesson.section,
        "title": lesson.title,
        "question": lesson.question,
        "minutes": lesson.settings.minutes,
        "dataset": dataset,
        "made_for": lesson.dataset,
        "runs": [
            {"name": config.name, "seconds": float(f"{expected_seconds(config, summary):.2g}")}
            for config, summary in launched_here
        ],
    }
    own = _course(shelf.own_courses, lesson.slug)
    course = own or _course(shelf.courses, lesson.slug)
    if course is not None:
        answer["course"] = course.title.model_dump()
    if own is not None:
        answer["own_course"] = True
    if with_configs:
        for run, (config, _) in zip(answer["runs"], launched_here, strict=True):
            run["config"] = config.to_dict()
        answer["experiment"] = lesson.experiment(dataset=dataset).to_dict()
    return answer


@functools.lru_cache(maxsize=128)
def launched(lesson: Lesson, dataset: str) -> tuple[tuple[ExperimentConfig, Summary], ...]:
    """The experiments of a lesson's runs on this data set, with what they are: a class launches them at once."""
    return tuple((config, summarize(config)) for config in lesson.configs(dataset=dataset))


def _course(courses: Mapping[str, Course], slug: str) -> Course | None:
    """The first of these courses that has the lesson."""
    return next((course for course in courses.values() if slug in course.lessons), None)


def _in_language(answer: LessonAnswer, language: str | None) -> LessonAnswer:
    if language is not None:
        for texts in (answer["title"], answer["question"], answer.get("course", {})):
            for other in texts.keys() - {language}:
                del texts[other]
    return answer
