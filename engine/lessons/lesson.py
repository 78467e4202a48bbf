"""A lesson: experiments that belong together, and the question that their curves answer."""

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

    `common` is an experiment file without a name; each run changes some of it, a section at a time.
    """

    slug: str
    section: str
    title: Text
    question: Text
    conclusion: Text
    common: Mapping[str, Any]
    runs: Mapping[str, Mapping[str, Any]]

    def configs(self, *, dataset: str | None = None) -> list[ExperimentConfig]:
        """The experiments, in order.

        Args:
            dataset: train on this one instead of the lesson's, as far as its images reach.
        """
        return [
            ExperimentConfig.from_dict({"name": name, **self._document(changes, dataset)})
            for name, changes in self.runs.items()
        ]

    @property
    def dataset(self) -> str:
        """The data set that the lesson is made for."""
        name: str = self.common["dataset"]["name"]
        return name

    def _document(self, changes: Mapping[str, Any], dataset: str | None) -> dict[str, Any]:
        section: dict[str, Any]
        document = copy.deepcopy(dict(self.common))
        for name, values in changes.items():
            document[name] = {**document.get(name, {}), **values}
        if dataset is not None and dataset != self.dataset:
            other = datasets.source(dataset)
            section = {**document["dataset"], "name": dataset}
            for size, most in (("train_size", other.train_size), ("test_size", other.test_size)):
                if section.get(size) is not None:
                    section[size] = min(section[size], most)
            document["dataset"] = section
        return document
