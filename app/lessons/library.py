"""The lessons of a lab: those of the program, and those in a folder of its teacher.

When lessons are requested, the folders are listed again, at most once a second. Only files that have changed are read
again, and refused files also when the data sets have changed. A broken file is refused with the reasons, and all other
lessons stay as they are.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from app.lessons.document import Course
from app.lessons.lesson import Lesson
from app.lessons.problem import Problem
from app.lessons.reading import Problems, read_course, read_lesson
from engine import datasets

BUILT_IN = Path(__file__).resolve().parent / "content"
#: The folders are not listed again before this time.
INTERVAL_SECONDS = 1.0
#: Further files of a folder are not read, and a problem says so.
MAX_FILES = 1000

_LESSON = re.compile(r"([a-z0-9]+(?:-[a-z0-9]+)*)\.(en|ja)\.md$")
_COURSE = re.compile(r"([a-z0-9]+(?:-[a-z0-9]+)*)\.course\.yaml$")

#: The end of a course's name here, so that a lesson may have the same name.
COURSE = ".course"

logger = logging.getLogger("lossroom.lessons")

#: A file has changed if one of these has: the time of its last change in nanoseconds, and its size in bytes.
Stamp = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Shelf:
    """All lessons and courses, as they were when the folders were listed.

    Attributes:
        lessons: by slug: those of the teacher's own courses in their order, then the built-in courses', then others.
        courses: by name.
        own_courses: those of the teacher.
        problems: why files were refused.
        version: grows whenever anything changes.
    """

    lessons: Mapping[str, Lesson] = field(default_factory=dict)
    courses: Mapping[str, Course] = field(default_factory=dict)
    own_courses: Mapping[str, Course] = field(default_factory=dict)
    problems: Sequence[Problem] = ()
    version: int = 0


@dataclass(frozen=True, slots=True)
class _Read:
    """A lesson or a course as it was read from its files when they had these stamps."""

    stamps: Mapping[Path, Stamp]
    lesson: Lesson | Course | None
    problems: tuple[Problem, ...]
    #: All data sets at that time, if there were problems: a missing data set may have been one.
    data_sets: tuple[str, ...] = ()

    def holds(self, stamps: Mapping[Path, Stamp]) -> bool:
        """Whether reading the files again would give the same."""
        return self.stamps == stamps and (not self.problems or self.data_sets == tuple(datasets.names()))


class Library:
    """Reads lessons from folders, the built-in one first. A lesson in a later folder replaces one with its slug.

    Args:
        own: the folder of the teacher's lessons.
        whole: whether built-in lessons are checked as thoroughly as others. This takes a while, and the tests do it.
        log: whether problems are written to the log.
    """

    def __init__(
        self,
        own: Path | None = None,
        *,
        built_in: Path = BUILT_IN,
        clock: Callable[[], float] = time.monotonic,
        whole: bool = False,
        log: bool = True,
    ) -> None:
        self._folders = [built_in, *([own] if own is not None else [])]
        self._built_in = built_in
        self._clock = clock
        self._whole = whole
        self._log = log
        self._lock = threading.Lock()
        self._listed_at: float | None = None
        self._read: dict[tuple[Path, str], _Read] = {}
        self._shelf = Shelf()

    @property
    def is_read(self) -> bool:
        """Whether all lessons were read, so that `shelf` is fast now."""
        return self._listed_at is not None

    def shelf(self) -> Shelf:
        """The lessons now. The first time takes some tenths of a second."""
        with self._lock:
            now = self._clock()
            if self._listed_at is None or now - self._listed_at >= INTERVAL_SECONDS:
                self._read_changed()
                self._listed_at = now
            return self._shelf

    def _read_changed(self) -> None:
        problems: list[Problem] = []
        read: dict[tuple[Path, str], _Read] = {}
        for folder in self._folders:
            for name, files in _groups(folder, problems).items():
                stamps = dict(files.values())
                before = self._read.get((folder, name))
                if before is None or not before.holds(stamps):
                    before = self._read_again(folder, name, files, before)
                read[folder, name] = before
        problems += [problem for each in read.values() for problem in each.problems]
        if read == self._read and tuple(problems) == self._shelf.problems:
            return
        for problem in problems:
            if self._log and problem not in self._shelf.problems:
                logger.warning("a lesson was refused: %s", problem)
        self._read = read
        courses = self._courses(read)
        self._shelf = Shelf(
            MappingProxyType(self._ordered(read, courses)),
            {name: course for folder in self._folders for name, course in courses[folder].items()},
            {name: course for folder in self._folders[1:] for name, course in courses[folder].items()},
            tuple(problems),
            self._shelf.version + 1,
        )

    def _read_again(
        self, folder: Path, name: str, files: Mapping[str, tuple[Path, Stamp]], before: _Read | None
    ) -> _Read:
        """Read a lesson or a course. If it is broken now, the earlier one stays: a class may be in the middle of it."""
        stamps = dict(files.values())
        paths = {language: path for language, (path, _) in files.items()}
        try:
            if "course" in paths:
                return _Read(stamps, read_course(paths["course"]), ())
            own = folder != self._built_in
            return _Read(stamps, read_lesson(name, paths, own=own, whole=own or self._whole), ())
        except Problems as problems:
            lesson = before.lesson if before else None
            return _Read(stamps, lesson, problems.found, tuple(datasets.names()))

    def _ordered(
        self, read: Mapping[tuple[Path, str], _Read], courses: Mapping[Path, Mapping[str, Course]]
    ) -> dict[str, Lesson]:
        """All lessons by slug, in the order of `Shelf.lessons`."""
        lessons = {name: each.lesson for (_, name), each in read.items() if isinstance(each.lesson, Lesson)}
        order = [
            slug
            for folder in reversed(self._folders)
            for course in courses[folder].values()
            for slug in course.lessons
        ]
        place = {slug: number for number, slug in reversed(list(enumerate(order)))}
        slugs = sorted(lessons, key=lambda slug: (place.get(slug, len(order)), slug))
        return {slug: lessons[slug] for slug in slugs}

    def _courses(self, read: Mapping[tuple[Path, str], _Read]) -> dict[Path, dict[str, Course]]:
        """The courses of each folder, by name."""
        courses: dict[Path, dict[str, Course]] = {folder: {} for folder in self._folders}
        for (folder, name), each in read.items():
            if isinstance(each.lesson, Course):
                courses[folder][name.removesuffix(COURSE)] = each.lesson
        return courses


def _groups(folder: Path, problems: list[Problem]) -> dict[str, dict[str, tuple[Path, Stamp]]]:
    """The files of each lesson (language → file), and of each course ("course" → file)."""
    groups: dict[str, dict[str, tuple[Path, Stamp]]] = {}
    try:
        paths = sorted(folder.iterdir())
    except OSError as error:
        problems.append(Problem(folder, 1, f"the folder cannot be read: {error.strerror}"))
        return groups
    if len(paths) > MAX_FILES:
        problems.append(Problem(folder, 1, f"only the first {MAX_FILES:,} files of a folder are read"))
    for path in paths[:MAX_FILES]:
        if path.name.startswith((".", "_")) or path.name.endswith("~"):
            continue
        if (lesson := _LESSON.match(path.name)) is not None:
            name, kind = lesson[1], lesson[2]
        elif (course := _COURSE.match(path.name)) is not None:
            name, kind = course[1] + COURSE, "course"
        else:
            if path.name.endswith((".md", ".yaml")) and path.name.lower() != "readme.md":
                problems.append(
                    Problem(
                        path, 1, "a lesson's file is named like my-lesson.en.md, a course like my.course.yaml"
                    )
                )
            continue
        try:
            stat = path.stat()
        except OSError:
            continue  # it was deleted at this moment
        groups.setdefault(name, {})[kind] = (path, (stat.st_mtime_ns, stat.st_size))
    return groups
