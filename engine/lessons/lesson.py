"""A lesson: experiments that belong together, and the question that their curves answer. Or only a look."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine import datasets
from engine.config import ExperimentConfig

#: A text in each language of the lab: {"en": ..., "ja": ...}
Text = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """Experiments to compare.

    `common` is an experiment file without a name; each run changes some of it, a section or a value at a time.
    A lesson without runs is one to look at: the images of `common`'s data set, and the summary of its network.
    """

    slug: str
    section: str
    title: Text
    question: Text
    conclusion: Text
    common: Mapping[str, Any]
    runs: Mapping[str, Mapping[str, Any]]
    #: False where the networks need images of the lesson's own size, or the lesson is about its own images
    any_dataset: bool = True

    def configs(self, *, dataset: str | None = None) -> list[ExperimentConfig]:
        """The experiments, in order.

        Args:
            dataset: train on this one instead of the lesson's, as far as its images reach; has no effect on
                lessons whose networks need images of their own size.
        """
        return [
            ExperimentConfig.from_dict({"name": name, **self._document(changes, dataset)})
            for name, changes in self.runs.items()
        ]

    def experiment(self, *, dataset: str | None = None) -> ExperimentConfig:
        """The first experiment, or `common` where there are no runs: whose data set and network one can look at."""
        changes = next(iter(self.runs.values()), {})
        return ExperimentConfig.from_dict(self._document(changes, dataset))

    @property
    def dataset(self) -> str:
        """The data set that the lesson is made for."""
        name: str = self.common["dataset"]["name"]
        return name

    def _document(self, changes: Mapping[str, Any], dataset: str | None) -> dict[str, Any]:
        section: dict[str, Any]
        document = copy.deepcopy(dict(self.common))
        for name, values in changes.items():
            merged = isinstance(values, Mapping)
            document[name] = {**document.get(name, {}), **values} if merged else values
        if dataset is not None and dataset != self.dataset and self.any_dataset:
            other = datasets.source(dataset)
            section = {**document["dataset"], "name": dataset}
            for size, most in (("train_size", other.train_size), ("test_size", other.test_size)):
                if section.get(size) is not None:
                    section[size] = min(section[size], most)
            document["dataset"] = section
        return document
