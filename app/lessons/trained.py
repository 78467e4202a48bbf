"""The trainings of a check: what a lesson needs, and the memory of what has been trained, so that lessons share it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from app.estimate import expected_seconds
from app.lessons.lesson import Lesson
from app.lessons.measuring import Measured, as_trained, measure
from engine import ExperimentConfig
from engine.summary import summarize


@dataclass(frozen=True, slots=True)
class Planned:
    """One training of a check.

    Attributes:
        curves: whether its curves are looked at, and not only its end.
        with_layers: whether figures of each layer are measured.
    """

    config: ExperimentConfig
    seed: int
    curves: bool
    with_layers: bool

    @property
    def key(self) -> tuple[str, int]:
        """Equal for trainings that are the same one: they differ in their name alone."""
        return but_seed(self.config), self.seed

    @property
    def seconds(self) -> float:
        """How long it is expected to take."""
        config = as_trained(self.config, self.seed, curves=self.curves)
        return expected_seconds(config, summarize(config))

    def with_all_of(self, other: Planned) -> Planned:
        """The same training, measured for both."""
        return replace(
            other, curves=self.curves or other.curves, with_layers=self.with_layers or other.with_layers
        )


def but_seed(config: ExperimentConfig) -> str:
    """The same for experiments that differ in nothing but their name and seed."""
    return repr({name: value for name, value in config.to_dict().items() if name not in ("name", "seed")})


def plan(lesson: Lesson, dataset: str, seeds: int, *, tries: bool) -> list[Planned]:
    """What a lesson needs on a data set: each run from the seeds 0, 1, …, and from its own seed with its curves, as a
    person trains it.

    Args:
        tries: also what it says to try.
    """
    further = {lesson.names_on(dataset)[name] for name in lesson.settings.also_measured}
    wanted: dict[tuple[str, int], Planned] = {}

    def add(config: ExperimentConfig, seed: int, *, curves: bool) -> None:
        planned = Planned(config, seed, curves, lesson.needs_layers)
        wanted[planned.key] = planned.with_all_of(wanted.get(planned.key, planned))

    for config in lesson.configs(dataset=dataset, measured=True):
        for seed in range(seeds):
            add(config, seed, curves=False)
        if config.name not in further:
            add(config, config.seed, curves=True)
    if tries:
        for each in lesson.tries_to_reach:
            config = lesson.tried(each, each.id, dataset=dataset)
            add(config, config.seed, curves=True)
    return list(wanted.values())


class Trained:
    """Trains each experiment once from a seed, for all lessons that ask for it."""

    def __init__(self, data_dir: Path, cache_dir: Path | None = None) -> None:
        self._data_dir = data_dir
        self._cache_dir = cache_dir
        self._expected: dict[tuple[str, int], Planned] = {}
        self._known: dict[tuple[str, int], tuple[Planned, Measured]] = {}

    def expect(self, planned: Sequence[Planned]) -> None:
        """These will be asked for: each training is measured for all that is expected of it."""
        for each in planned:
            self._expected[each.key] = each.with_all_of(self._expected.get(each.key, each))

    def seconds(self, planned: Sequence[Planned]) -> float:
        """How long these are expected to take, without those that are expected already."""
        return sum(each.seconds for each in planned if each.key not in self._expected)

    def get(self, planned: Planned) -> Measured:
        """Train it, unless it was, and as much was measured of it.

        Raises:
            DatasetError: its data set is not in the folder.
        """
        self.expect([planned])
        wanted = self._expected[planned.key]
        entry = self._known.get(planned.key)
        if entry is None or entry[0] != wanted:
            entry = wanted, self._measure(wanted)
            self._known[planned.key] = entry
        return entry[1]

    def _measure(self, wanted: Planned) -> Measured:
        return measure(
            wanted.config,
            wanted.seed,
            self._data_dir,
            self._cache_dir,
            curves=wanted.curves,
            with_layers=wanted.with_layers,
        )
