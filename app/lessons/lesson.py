"""A lesson: what its files say, and the experiments of its runs."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.lessons import expressions
from app.lessons.body import Body
from app.lessons.document import LANGUAGES, Choice, Claim, Click, Number, Question, Settings, Try
from app.lessons.expressions import Expression
from app.lessons.front_matter import Place
from app.lessons.outcome import Figures, Outcome
from engine import datasets
from engine.config import ExperimentConfig

#: The data set on which a lesson may run in place of its own.
STAND_IN = "digits"

#: The sizes of a data set that the names of runs may contain.
SIZES = ("train_size", "test_size")


@dataclass(frozen=True, slots=True)
class Edition:
    """A lesson in one language: its title and question, the other texts by their ids, and its body.

    An option's text has the id `question.option`.
    """

    title: str
    question: str
    texts: Mapping[str, str]
    body: Body


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lesson:
    """Experiments to compare, and what is asked and said about them.

    `settings.common` is an experiment file without a name; each run changes some sections or values of it.
    A lesson without runs shows the images of `common`'s data set, and the summary of its network.
    If another data set has fewer images than a run needs, the run takes all of them, and its name gives their number;
    of several runs that become the same, only the first is kept. Shifts of images become the same share of the width.

    Attributes:
        editions: language → the lesson in it. A lesson in one language only is shown in that one to all.
        own: whether it lies in the folder of the lab's teacher, and is not one that came with the program.
    """

    slug: str
    settings: Settings
    editions: Mapping[str, Edition]
    paths: Sequence[Path] = ()
    own: bool = False

    @property
    def section(self) -> str:
        return self.settings.section

    @property
    def seeds(self) -> int:
        """How many seeds its figures come from: 0, 1, 2, …"""
        return self.settings.seeds

    @property
    def runs(self) -> Mapping[str, Mapping[str, Any]]:
        """The name of each run, and what it changes."""
        return self.settings.runs

    @property
    def claims(self) -> Sequence[Claim]:
        return self.settings.claims

    @property
    def any_dataset(self) -> bool:
        """Whether it may run on the digits where its own data set is missing."""
        return self.settings.data == "any"

    @property
    def title(self) -> dict[str, str]:
        return {language: self.edition(language).title for language in LANGUAGES}

    @property
    def question(self) -> dict[str, str]:
        return {language: self.edition(language).question for language in LANGUAGES}

    @property
    def dataset(self) -> str:
        """The data set that the lesson is made for."""
        return _dataset_of(self.settings.common)

    def edition(self, language: str) -> Edition:
        """The lesson in a language, or in the one that it has."""
        return self.editions.get(language) or next(iter(self.editions.values()))

    def questions(self) -> list[Question]:
        """All questions that are checked: of the prediction, of what is seen, of the transfer."""
        return [question for _, question in placed_questions(self.settings)]

    @property
    def tries_to_reach(self) -> list[Try]:
        """What it says to try, where something is to be reached."""
        transfer = self.settings.transfer
        return [each for each in transfer.try_ if each.reach is not None] if transfer is not None else []

    @property
    def needs_layers(self) -> bool:
        """Whether one of its statements or questions is about a layer."""
        tries = ((str(each.reach), each.id) for each in self.tries_to_reach)
        written = [*((text, None) for text in self._statements()), *tries]
        return any(self.expression(text, also=also).needs_layers for text, also in written)

    @property
    def runs_with_layers(self) -> set[str]:
        """The names in its file of the runs of which `make lessons` stores figures of the layers: those that its claims
        and tables ask for."""
        written = [
            *(claim.holds for claim in self.claims),
            *(figure for columns in self.settings.compared.values() for figure in columns.values()),
        ]
        read = (self.expression(text) for text in written)
        return {run for expression in read if expression.needs_layers for run in expression.runs}

    def _statements(self) -> Iterator[str]:
        """The expressions of its claims, questions and tables, without those of what is to be tried."""
        for claim in self.claims:
            yield claim.holds
        for columns in self.settings.compared.values():
            yield from columns.values()
        if self.settings.transfer is not None and self.settings.transfer.spread is not None:
            yield self.settings.transfer.spread.value
        for question in self.questions():
            if isinstance(question, Choice):
                yield from (option.holds for option in question.options if option.holds is not None)
            if isinstance(question, Number | Click):
                yield question.value
            if (at := getattr(question, "at", None)) is not None:
                yield at

    def configs(
        self, *, dataset: str | None = None, measured: bool = False, full: bool = False
    ) -> list[ExperimentConfig]:
        """The experiments, in order.

        Args:
            dataset: train on this data set instead of the lesson's, with fewer images if it has fewer. It has no
                effect on lessons whose networks need images of one size.
            measured: also those that are for the lesson's figures alone.
            full: in full size, where the lesson has one.
        """
        documents = self._documents(dataset, measured=measured, full=full)
        return [
            ExperimentConfig.from_dict({"name": name, **document}) for name, document in documents.items()
        ]

    def names(self, *, dataset: str | None = None) -> list[str]:
        """The names of the experiments."""
        return list(self._documents(dataset))

    def names_on(self, dataset: str | None, *, full: bool = False) -> dict[str, str]:
        """The name of each run in the lesson's file → its name on this data set."""
        changes = {**self.runs, **self.settings.also_measured}
        return {written: self._named(written, each, dataset, full)[0] for written, each in changes.items()}

    def experiment(self, *, dataset: str | None = None) -> ExperimentConfig:
        """The first experiment, or `common` if there are no runs: the lesson's data set and network to look at."""
        changes = next(iter(self.runs.values()), {})
        return ExperimentConfig.from_dict(self._document(changes, dataset, full=False))

    def config_of(self, run: str) -> ExperimentConfig:
        """The experiment of the run with this name in its file.

        Raises:
            KeyError: there is no such run.
        """
        changes = {**self.runs, **self.settings.also_measured}[run]
        return ExperimentConfig.from_dict({**self._document(changes, None, full=False), "name": run})

    def tried(
        self, what: Try, name: str, *, dataset: str | None = None, full: bool = False
    ) -> ExperimentConfig:
        """The experiment of something to try after the lesson, with a name."""
        start = {} if what.run is None else self.runs[what.run]
        document = self._document(start, dataset, full=full, last=what.changes)
        return ExperimentConfig.from_dict({**document, "name": name})

    def figures(self, outcomes: Mapping[str, Outcome], dataset: str | None, **more: Any) -> Figures:
        """What was measured of its runs, by their names on a data set, for its expressions."""
        sizes = {
            config.name: config.dataset.test_images for config in self.configs(dataset=dataset, measured=True)
        }
        return Figures(outcomes, names=self.names_on(dataset), test_images=sizes, **more)

    def expression(self, text: str, *, curves: bool = True, also: str | None = None) -> Expression:
        """One of its expressions, which was checked when the lesson was read.

        Args:
            also: a further name, of a run that was tried.
        """
        return expressions.parse(text, self.run_names(also), curves=curves)

    def run_names(self, also: str | None = None) -> list[str]:
        """The names that its expressions may use."""
        names = [*self.runs, *self.settings.also_measured]
        return names if also is None else [*names, also]

    def _documents(
        self, dataset: str | None, *, measured: bool = False, full: bool = False
    ) -> dict[str, dict[str, Any]]:
        changes = {**self.runs, **(self.settings.also_measured if measured else {})}
        documents: dict[str, dict[str, Any]] = {}
        for written, each in changes.items():
            name, document = self._named(written, each, dataset, full)
            documents.setdefault(name, document)
        return documents

    def _named(
        self, name: str, changes: Mapping[str, Any], dataset: str | None, full: bool
    ) -> tuple[str, dict[str, Any]]:
        """The name of a run and its experiment, on a data set."""
        asked = self._document(changes, None, full=full)["dataset"]
        document = self._document(changes, dataset, full=full)
        for before, after in zip(_named_sizes(asked), _named_sizes(document["dataset"]), strict=True):
            name = name.replace(before, after)
        return name, document

    def _document(
        self,
        changes: Mapping[str, Any],
        dataset: str | None,
        *,
        full: bool,
        last: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        document = copy.deepcopy(dict(self.settings.common))
        for part in (changes, self.settings.full if full else None, last):
            document = merged(document, part or {})
        other = dataset is not None and dataset != self.dataset and self.any_dataset
        if other and _dataset_of(document) == self.dataset:
            document["dataset"] = _moved(document["dataset"], self.dataset, str(dataset))
        return document


def placed_questions(settings: Settings) -> Iterator[tuple[Place, Question]]:
    """All questions that are checked, each with its place in the front matter."""
    for number, question in enumerate(settings.predict):
        yield ("predict", number), question
    if settings.see is not None:
        yield ("see",), settings.see
    if (asked := settings.transfer_question) is not None:
        yield ("transfer", "question"), asked


def merged(document: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """An experiment with changes: values of a section are replaced one by one, a network of layers as a whole."""
    result = dict(document)
    for name, values in changes.items():
        is_section = isinstance(values, Mapping) and "layers" not in values
        result[name] = {**(result.get(name) or {}), **values} if is_section else values
    return copy.deepcopy(result)


def _dataset_of(document: Mapping[str, Any]) -> str:
    return str(document["dataset"]["name"])


def _moved(section: Mapping[str, Any], own: str, dataset: str) -> dict[str, Any]:
    """The section `dataset` of an experiment for another data set, with no more images than that has."""
    other = datasets.source(dataset)
    moved: dict[str, Any] = {**section, "name": dataset}
    for size in SIZES:
        if moved.get(size) is not None:
            moved[size] = min(moved[size], getattr(other, size))
    if moved.get("validation_size") is not None:
        left = other.train_size - (moved.get("train_size") or 1)
        moved["validation_size"] = min(moved["validation_size"], left)
    if "shift" in (augment := moved.get("augment") or {}):
        width, other_width = datasets.source(own).shape[-1], other.shape[-1]
        moved["augment"] = {**augment, "shift": max(1, round(augment["shift"] * other_width / width))}
    return moved


def _named_sizes(dataset: Mapping[str, Any]) -> list[str]:
    """The changes of a run's name for a run on fewer or smaller images."""
    # what is no number is refused where the experiment is read
    given = [dataset.get(size) for size in SIZES]
    sizes = [f"{size:,} " if size and isinstance(size, int) else "" for size in given]
    return [*sizes, f"shift {(dataset.get('augment') or {}).get('shift', 0)}"]
