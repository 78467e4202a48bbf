"""Stages: lessons as they are played, and which of them are remembered."""

from __future__ import annotations

import functools
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from app.estimate import expected_seconds
from app.lessons import values
from app.lessons.answers import QuestionAnswer
from app.lessons.body import Body
from app.lessons.document import Choice, Click, Number, Question, Rank, Sketch
from app.lessons.lesson import Lesson
from app.lessons.results import Words
from engine import ExperimentConfig
from engine.summary import Summary, summarize

#: Stages that are remembered: a class plays one lesson on one data set, each person perhaps with a seed of their own.
MAX_STAGES = 1000


@dataclass(frozen=True)
class Stage:
    """A lesson as it is played: on a data set, in a size, in a language.

    Attributes:
        dataset: the data set that the runs use: the lesson's own, or its stand-in.
        full: whether its runs have their full size, which takes longer.
        seed: the seed of all its runs; None: each has the seed that the lesson's file gives it.
    """

    lesson: Lesson
    dataset: str
    full: bool
    language: str
    seed: int | None = None

    @functools.cached_property
    def configs(self) -> list[ExperimentConfig]:
        """The experiments of its runs, in order."""
        return [
            seeded(config, self.seed) for config in self.lesson.configs(dataset=self.dataset, full=self.full)
        ]

    @functools.cached_property
    def summaries(self) -> list[Summary]:
        """What its runs are, in order."""
        return [summarize(config) for config in self.configs]

    @functools.cached_property
    def seconds(self) -> list[float]:
        """About how long each run takes on a free core, with two digits."""
        both = zip(self.configs, self.summaries, strict=True)
        return [float(f"{expected_seconds(config, summary):.2g}") for config, summary in both]

    @functools.cached_property
    def names(self) -> dict[str, str]:
        """A run's name in the lesson's file → its name here."""
        return self.lesson.names_on(self.dataset, full=self.full)

    @property
    def words(self) -> Words:
        texts = self.lesson.edition(self.language).texts
        return lambda key, default: texts.get(key, default)

    @property
    def body(self) -> Body:
        return self.lesson.edition(self.language).body

    def run_names(self) -> list[str]:
        """The names of its runs here, in order."""
        names = self.names
        return list(dict.fromkeys(names[written] for written in self.lesson.runs))

    def question(self, asked: Question) -> QuestionAnswer:
        """A question as it is shown; what is right is not in it."""
        answer: QuestionAnswer = {
            "id": asked.id,
            "kind": asked.kind,
            "ask": self.words(asked.id, asked.ask),
        }
        match asked:
            case Choice():
                answer["options"] = [
                    {"id": option.id, "text": self.words(f"{asked.id}.{option.id}", option.text)}
                    for option in asked.options
                ]
            case Number():
                unit = asked.unit and self.words(f"{asked.id}.unit", asked.unit)
                answer |= {"unit": unit, "low": asked.low, "high": asked.high}
            case Rank() | Sketch():
                names = self.names
                answer["runs"] = [names.get(name, name) for name in asked.runs]
        if isinstance(asked, Sketch | Click):
            answer |= {"chart": asked.chart, "iterations": self.iterations}
        return answer

    @functools.cached_property
    def iterations(self) -> int:
        """The number of iterations of its longest run."""
        configs = self.configs or [self.lesson.experiment(dataset=self.dataset)]
        return max(config.iterations for config in configs)

    def checked(self, asked: Question, given: object, field: str) -> Any:
        """Check an answer, and return it as it is stored.

        Raises:
            Invalid: the answer is wrong; the error names `field`.
        """
        return values.checked(asked, given, field, names=self.names, iterations=self.iterations)


def seeded(config: ExperimentConfig, seed: int | None) -> ExperimentConfig:
    """The same experiment with another seed; None: with its own."""
    return config if seed is None else ExperimentConfig.from_dict({**config.to_dict(), "seed": seed})


class Stages:
    """Remembers stages, so that what a lesson's experiments are is computed once for all who play it alike."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, str, bool, str, int | None], Stage] = OrderedDict()

    def get(self, lesson: Lesson, dataset: str, *, full: bool, language: str, seed: int | None) -> Stage:
        """A lesson as it is played."""
        key = (lesson.slug, dataset, full, language, seed)
        stage = self._known.pop(key, None)
        if stage is None or stage.lesson is not lesson:  # its file may have changed
            stage = Stage(lesson, dataset, full, language, seed)
        self._known[key] = stage
        while len(self._known) > MAX_STAGES:
            self._known.popitem(last=False)
        return stage
