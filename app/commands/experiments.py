"""Experiments as the command line names them: a file, or the runs of a lesson, each with changes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from app.commands.changes import apply_change
from app.lessons.lesson import Lesson
from app.lessons.library import Library
from app.mistake import Mistake
from app.settings import read_settings
from app.texts import find_unfit
from engine import ExperimentConfig
from engine.limits import Limits
from engine.summary import summarize


def find_lesson(slug: str | None) -> Lesson:
    """A built-in lesson, or one of the folder of own lessons.

    Raises:
        Mistake: there is no such lesson.
    """
    lessons = Library(read_settings().lessons_dir).shelf().lessons
    if slug is None or slug not in lessons:
        raise Mistake(f"there is no lesson {slug!r}; there are {', '.join(lessons)}")
    return lessons[slug]


def read_experiment(path: Path) -> dict[str, Any]:
    """The JSON document in an experiment file, which is not checked yet.

    Raises:
        Mistake: it cannot be read, or is not a JSON object.
    """
    try:
        document = json.loads(path.read_bytes())  # UTF-8 with or without a mark; UTF-16, as PowerShell writes
    except OSError as error:
        raise Mistake(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise Mistake(f"{path} is not UTF-8 text: byte {error.start:,} is invalid") from None
    except (ValueError, RecursionError) as error:
        raise Mistake(f"{path} is not JSON: {error}") from None
    if not isinstance(document, dict):
        raise Mistake(f"{path} must hold an object, not {type(document).__name__}")
    return document


def with_changes(
    documents: list[dict[str, Any]], changes: list[str], limits: Limits
) -> list[ExperimentConfig]:
    """The experiments, each with the same changes, such as "optimizer.name=adam".

    Raises:
        Mistake: a change or a document is not valid.
        ConfigError: an experiment is not valid, or above the limits.
    """
    for document in documents:
        for change in changes:
            apply_change(document, change)
        if (unfit := find_unfit(document)) is not None:
            raise Mistake(unfit[1])
    configs = [ExperimentConfig.from_dict(document) for document in documents]
    for config in configs:
        limits.check(summarize(config))
    return configs
