"""lossroom lessons: check files of lessons, begin a new one, and give the JSON Schema of the files."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from app.commands.terminal import complain, console, visible
from app.lessons.checking import Line, check
from app.lessons.document import LANGUAGES
from app.lessons.lesson import STAND_IN, Lesson
from app.lessons.library import BUILT_IN, Library, Shelf
from app.lessons.problem import Problem
from app.lessons.schema import schema_text
from app.lessons.trained import Planned, Trained, plan
from app.mistake import Failure, Mistake
from app.settings import Settings
from engine import DatasetError, datasets

#: A quick check trains for this many seconds, by the estimate, with this many seeds.
QUICK_SECONDS, QUICK_SEEDS = 90.0, 2
#: Seeds of a check that names no number.
SEEDS = 6
SKELETON = BUILT_IN.parent / "skeleton"


@dataclass(frozen=True, slots=True, eq=False)
class _Check:
    """A lesson that is to be checked on a data set."""

    lesson: Lesson
    dataset: str
    seeds: int
    tries: bool

    @property
    def name(self) -> str:
        return f"{self.lesson.slug} on {self.dataset}"

    @property
    def planned(self) -> list[Planned]:
        return plan(self.lesson, self.dataset, self.seeds, tries=self.tries)


def check_lessons(
    paths: Sequence[Path], settings: Settings, *, seeds: int | None, quick: bool, budget: float | None
) -> int:
    """Check files, train their runs, and print what was found. Returns 0; 1 if a claim or the answer to a question is
    wrong; 2 if a file is wrong. A data set that this machine does not have is named, and not trained on.

    Args:
        paths: folders or files; if there are none, the folder of own lessons, or else the built-in lessons.
        seeds: how many seeds each run is trained from; 0: the files are only read.
        quick: only on the digits, with few seeds, for `QUICK_SECONDS`, and without what a student is to try.
        budget: train no longer than this many seconds by the estimate: the shortest lessons are trained, and the others
            are listed.
    """
    datasets.own.look_in(settings.own_dir)
    lessons, problems = _chosen(paths, settings)
    for problem in problems:
        complain(str(problem))
    output = console()
    count = (QUICK_SEEDS if quick else SEEDS) if seeds is None else seeds
    most = QUICK_SECONDS if quick and budget is None else budget
    checks: list[_Check] = []
    for lesson in lessons:
        if count == 0 or not lesson.runs:
            output.print(visible(f"{lesson.slug}: the files are right"))
        else:
            data_sets = _data_sets(lesson, settings, quick)
            checks += [_Check(lesson, dataset, count, tries=not quick) for dataset in data_sets]
    trained = Trained(settings.data_dir, settings.cache_dir)
    skipped = _expect(checks, trained, most)
    wrong = False
    for lesson_check in checks:
        if lesson_check in skipped:
            continue
        lines = _train(lesson_check, trained)
        output.print(_table(lesson_check, lines))
        wrong = wrong or any(line.right is False for line in lines)
    if skipped:
        output.print(visible(f"Not trained, because of the limit of about {most:g} s:"))
        for lesson_check in skipped:
            seconds = trained.seconds(lesson_check.planned)
            output.print(visible(f"  {lesson_check.name}: the files are right; about {seconds:.0f} s more"))
    return 2 if problems else 1 if wrong else 0


def _expect(checks: list[_Check], trained: Trained, most: float | None) -> list[_Check]:
    """Note in `trained` what will be trained: all, or the shortest ones, which take at most this many seconds together
    by the estimate. Returns the others."""
    skipped, spent = [], 0.0
    for lesson_check in sorted(checks, key=lambda each: trained.seconds(each.planned)):
        seconds = trained.seconds(lesson_check.planned)
        if most is not None and spent + seconds > most:
            skipped.append(lesson_check)
            continue  # a later one may need less time: what it shares with those before is trained once
        spent += seconds
        trained.expect(lesson_check.planned)
    return skipped


def new_lesson(slug: str, folder: Path) -> int:
    """Write the files of a new lesson in both languages, which can be launched as they are.

    Raises:
        Mistake: the slug is not valid, or one of the files is there already.
    """
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug) or len(slug) > 60:
        raise Mistake(
            "a lesson is named with at most 60 small letters, digits and single hyphens, such as two-rates, not "
            f"{slug!r}"
        )
    files = {language: folder / f"{slug}.{language}.md" for language in LANGUAGES}
    for path in files.values():
        if path.exists():
            raise Mistake(f"{path} is there already")
    for language, path in files.items():
        try:
            folder.mkdir(parents=True, exist_ok=True)
            path.write_bytes((SKELETON / f"lesson.{language}.md").read_bytes())
        except OSError as error:
            raise Failure(f"{path} cannot be written: {error.strerror}") from None
        print(path)
    return 0


def print_schema(kind: str) -> int:
    """Print the JSON Schema of a kind of file."""
    print(schema_text(kind), end="")
    return 0


def _chosen(paths: Sequence[Path], settings: Settings) -> tuple[list[Lesson], list[Problem]]:
    """The lessons in folders and files, each once, and what is wrong there. Of a course, only the file is checked."""
    if not paths:
        paths = [settings.lessons_dir or BUILT_IN]
    lessons: list[Lesson] = []
    problems: list[Problem] = []
    shelves: dict[Path, Shelf] = {}
    for path in paths:
        if not path.exists():
            raise Mistake(f"there is no {path}")
        folder = path if path.is_dir() else path.parent
        if folder not in shelves:
            shelves[folder] = _read(folder)
        shelf = shelves[folder]
        inside = [lesson for lesson in shelf.lessons.values() if path.is_dir() or path in lesson.paths]
        # the files of a lesson belong together: what is wrong in the other language is wrong here too
        name = path.name.partition(".")[0]
        wrong = [each for each in shelf.problems if path.is_dir() or each.path.name.partition(".")[0] == name]
        is_course = path.name.endswith(".course.yaml") and name in shelf.courses
        if not inside and not wrong and not is_course:
            raise Mistake(f"there is no lesson in {path}; its file is named like my-lesson.en.md")
        lessons += [lesson for lesson in inside if lesson not in lessons]
        problems += [problem for problem in wrong if problem not in problems]
    return lessons, problems


def _read(folder: Path) -> Shelf:
    """What is in a folder. It is read as the built-in one, so that the lab's own lessons are left out."""
    return Library(built_in=folder, whole=True, log=False).shelf()


def _data_sets(lesson: Lesson, settings: Settings, quick: bool) -> list[str]:
    """The data sets on which a lesson can be launched, and which this machine has."""
    names = [STAND_IN] if quick and lesson.any_dataset else [lesson.dataset]
    if not quick and lesson.any_dataset and lesson.dataset != STAND_IN:
        names.append(STAND_IN)
    available = [name for name in names if datasets.status(name, settings.data_dir)["available"]]
    for name in set(names) - set(available):
        complain(f"{lesson.slug}: this machine does not have {name} (lossroom fetch {name})")
    return available


def _train(lesson_check: _Check, trained: Trained) -> list[Line]:
    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TimeRemainingColumn(),
        transient=True,
        disable=not sys.stdout.isatty(),
    )
    with bar:
        task = bar.add_task(visible(lesson_check.name))

        def progress(done: int, count: int) -> None:
            bar.update(task, completed=done, total=count)

        try:
            return check(
                lesson_check.lesson,
                lesson_check.dataset,
                lesson_check.seeds,
                trained,
                tries=lesson_check.tries,
                progress=progress,
            )
        except DatasetError as error:
            raise Failure(str(error)) from None


def _table(lesson_check: _Check, lines: Sequence[Line]) -> Table:
    table = Table(
        title=visible(
            f"{lesson_check.name}, {lesson_check.seeds} {'seed' if lesson_check.seeds == 1 else 'seeds'}"
        ),
        title_justify="left",
    )
    table.add_column("")
    table.add_column("what")
    table.add_column("measured")
    for line in lines:
        sign = {True: "yes", False: "NO", None: "?"}[line.right]
        table.add_row(sign, visible(line.what), visible(line.found))
    return table
