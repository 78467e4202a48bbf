"""A lesson as its author sees it: all steps with all answers, without runs. Figures stand there as they are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.lessons.body import STEPS
from app.lessons.document import Choice, Click, Number, Question, Rank
from app.lessons.lesson import STAND_IN, Lesson
from app.lessons.rendering import TextFigure


@dataclass(frozen=True, slots=True)
class ShownQuestion:
    """A question with the expressions that answer it: for each option, or for itself."""

    ask: str
    kind: str
    options: list[tuple[str, str]]
    answer: str


@dataclass(frozen=True, slots=True)
class ShownStep:
    """A step: its text, its questions, what is shown with the answer, and what there is to try."""

    name: str
    html: str
    questions: list[ShownQuestion]
    answer: str
    tries: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Preview:
    """A whole lesson in one language. `runs` are its names on its own data set, and on the digits where they differ."""

    title: str
    section: str
    question: str
    minutes: int
    dataset: str
    runs: list[str]
    runs_on_digits: list[str]
    steps: list[ShownStep]
    claims: list[tuple[str, str]]


def preview(lesson: Lesson, language: str) -> Preview:
    """All of a lesson in a language, or in the one that it has."""
    edition, settings = lesson.edition(language), lesson.settings
    texts = edition.texts
    asked: dict[str, list[Question]] = {"predict": list(settings.predict)}
    tries: list[tuple[str, str]] = []
    spread: list[ShownQuestion] = []
    if settings.see is not None:
        asked["see"] = [settings.see]
    if settings.transfer is not None:
        asked["transfer"] = [settings.transfer.question] if settings.transfer.question is not None else []
        tries = [(texts[each.id], each.reach or "") for each in settings.transfer.try_]
        if (of_each := settings.transfer.spread) is not None:
            spread = [ShownQuestion(texts[of_each.id], "spread", [], of_each.value)]
    author = _Author(lesson, language)
    steps = [
        ShownStep(
            name,
            edition.body.render(name, author),
            [
                *(_shown(question, texts) for question in asked.get(name, [])),
                *(spread if name == "transfer" else []),
            ],
            edition.body.render(name, author, answer=True),
            tries if name == "transfer" else [],
        )
        for name in STEPS
    ]
    own_names, names_on_digits = lesson.names(), lesson.names(dataset=STAND_IN)
    return Preview(
        edition.title,
        settings.section,
        edition.question,
        settings.minutes,
        lesson.dataset,
        own_names,
        names_on_digits if names_on_digits != own_names and lesson.any_dataset else [],
        steps,
        [(texts[claim.id], claim.holds) for claim in settings.claims],
    )


def _shown(question: Question, texts: Mapping[str, str]) -> ShownQuestion:
    options: list[tuple[str, str]] = []
    answer = ""
    if isinstance(question, Choice):
        options = [(texts[f"{question.id}.{option.id}"], option.holds or "") for option in question.options]
    elif isinstance(question, Number | Click):
        answer = question.value
    elif isinstance(question, Rank):
        answer = ", ".join(f'{question.by}("{run}")' for run in question.runs)
    return ShownQuestion(texts[question.id], question.kind, options, answer)


class _Author:
    """Shows what the author wrote where a person would see what was measured; see `app.lessons.rendering.Known`."""

    def __init__(self, lesson: Lesson, language: str) -> None:
        self._texts = lesson.edition(language).texts

    def figure(self, figure: TextFigure) -> str | None:
        return figure.expression.text

    def holds(self, claim: str) -> bool | None:
        return True

    def says(self, claim: str) -> str:
        return self._texts[claim]

    def run(self, name: str) -> str | None:
        return name
