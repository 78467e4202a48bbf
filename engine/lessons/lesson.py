"""A lesson: experiments that belong together, and the question that their curves answer; or only data to look at."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine import datasets
from engine.config import ExperimentConfig
from engine.lessons.claims import Claim, Figures, Numbers

#: A text in each language of the lab: {"en": ..., "ja": ...}
Text = Mapping[str, str]

SIZES = ("train_size", "test_size")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """Experiments to compare.

    `common` is an experiment file without a name; each run changes some sections or values of it.
    A lesson without runs shows the images of `common`'s data set, and the summary of its network.
    If another data set has fewer images than a run needs, the run takes all of them, and its name gives their number;
    of several runs that become the same, only the first is kept. Shifts of images become the same share of the width.
    `also_measured` are runs that only the lesson's figures need: they are not launched.

    What a lesson says must be true of its figures from several seeds (`scripts/lessons_table.py`).
    """

    slug: str
    section: str
    title: Text
    question: Text
    conclusion: Text
    common: Mapping[str, Any]
    runs: Mapping[str, Mapping[str, Any]]
    #: False if the networks need images of one size, or if the lesson is about its data set
    any_dataset: bool = True
    also_measured: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    claims: Sequence[Claim] = ()
    #: further figures for docs/lessons.md: row → column → a number for each trial
    compared: Callable[[Figures], Mapping[str, Mapping[str, Numbers]]] | None = None
    #: how many seeds the figures come from: 0, 1, 2, …
    seeds: int = 12

    def configs(self, *, dataset: str | None = None, measured: bool = False) -> list[ExperimentConfig]:
        """The experiments, in order.

        Args:
            measured: also those that are for the lesson's figures alone.
            dataset: train on this data set instead of the lesson's, with fewer images if it has fewer. It has no
                effect on lessons whose networks need images of one size.
        """
        return [
            ExperimentConfig.from_dict({"name": name, **document})
            for name, document in self._documents(dataset, measured=measured).items()
        ]

    def names(self, *, dataset: str | None = None) -> list[str]:
        """The names of the experiments."""
        return list(self._documents(dataset))

    def experiment(self, *, dataset: str | None = None) -> ExperimentConfig:
        """The first experiment, or `common` if there are no runs: the lesson's data set and network to look at."""
        changes = next(iter(self.runs.values()), {})
        return ExperimentConfig.from_dict(self._document(changes, dataset))

    @property
    def dataset(self) -> str:
        """The data set that the lesson is made for."""
        name: str = self.common["dataset"]["name"]
        return name

    def _documents(self, dataset: str | None, *, measured: bool = False) -> dict[str, dict[str, Any]]:
        documents: dict[str, dict[str, Any]] = {}
        for name, changes in {**self.runs, **(self.also_measured if measured else {})}.items():
            asked, document = self._document(changes, None)["dataset"], self._document(changes, dataset)
            for before, after in zip(_named_sizes(asked), _named_sizes(document["dataset"]), strict=True):
                name = name.replace(before, after)
            documents.setdefault(name, document)
        return documents

    def _document(self, changes: Mapping[str, Any], dataset: str | None) -> dict[str, Any]:
        section: dict[str, Any]
        document = copy.deepcopy(dict(self.common))
        for name, values in changes.items():
            merged = isinstance(values, Mapping) and "layers" not in values
            document[name] = {**document.get(name, {}), **values} if merged else values
        if dataset is not None and dataset != self.dataset and self.any_dataset:
            other = datasets.source(dataset)
            section = {**document["dataset"], "name": dataset}
            for size in SIZES:
                if section.get(size) is not None:
                    section[size] = min(section[size], getattr(other, size))
            if section.get("validation_size") is not None:
                left = other.train_size - (section.get("train_size") or 1)
                section["validation_size"] = min(section["validation_size"], left)
            if "shift" in (augment := section.get("augment", {})):
                width, there = datasets.source(self.dataset).shape[-1], other.shape[-1]
                section["augment"] = {**augment, "shift": max(1, round(augment["shift"] * there / width))}
            document["dataset"] = section
        return document


def _named_sizes(dataset: Mapping[str, Any]) -> list[str]:
    """The changes of a run's name for a run on fewer or smaller images."""
    sizes = [f"{dataset[size]:,} " if dataset.get(size) else "" for size in SIZES]
    return [*sizes, f"shift {dataset.get('augment', {}).get('shift', 0)}"]
