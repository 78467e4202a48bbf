"""A launch: an experiment with its estimate and its fingerprint, before it is a run, and the runs that it becomes."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.data_sets import DataSets
from app.estimate import expected_seconds
from app.runs import Run
from app.trainings import Training, fingerprint_of, new_id
from engine import ConfigError, ExperimentConfig
from engine.limits import Limits
from engine.stretches import Stretch
from engine.summary import Summary, summarize


@dataclass(frozen=True, slots=True)
class Launch:
    """`summary` is that of the experiment after its last fork, with the memory that all of its training needs.
    `fingerprint` is None where the data set cannot be read; the worker says why."""

    name: str
    document: dict[str, Any]
    stretches: list[dict[str, Any]]
    iterations: int
    expected_seconds: float
    summary: Summary
    fingerprint: str | None

    def training(self) -> Training:
        """A new training of the experiment."""
        return Training(
            id=new_id(),
            config=self.document,
            iterations=self.iterations,
            created_at=time.time(),
            expected_seconds=self.expected_seconds,
            fingerprint=self.fingerprint,
            stretches=self.stretches,
        )

    def run(self, training: Training, lesson: str | None, group_id: str | None, owner: str | None) -> Run:
        """A new run that shows a training."""
        return Run(
            id=new_id(),
            number=0,  # the store gives it
            name=self.name or "run",
            training=training,
            launched_at=time.time(),
            lesson=lesson,
            group_id=group_id,
            owner=owner,
        )


def prepare(
    wanted: Sequence[tuple[Sequence[ExperimentConfig], Sequence[Stretch]]],
    limits: Limits,
    data_sets: DataSets,
) -> list[list[Launch] | Exception]:
    """What is to be launched, several launches at a time: of each, its experiments and what is trained before them. One
    that is beyond the limits is refused by itself.

    It reads files, and many experiments take some milliseconds: call it in a thread.
    """
    names = {config.dataset.name for configs, _ in wanted for config in configs}
    digests = {name: data_sets.digest(name) for name in names}
    prepared: list[list[Launch] | Exception] = []
    for configs, stretches in wanted:
        try:
            prepared.append(_prepare(configs, stretches, limits, digests))
        except ConfigError as refusal:
            prepared.append(refusal)
    return prepared


def _prepare(
    configs: Sequence[ExperimentConfig],
    stretches: Sequence[Stretch],
    limits: Limits,
    digests: Mapping[str, str | None],
) -> list[Launch]:
    past_seconds, past_memory, begin = 0.0, 0, 0
    for stretch in stretches:
        summary = summarize(stretch.config)
        limits.check(summary)
        share = (stretch.until - begin) / stretch.config.iterations
        past_seconds += share * expected_seconds(stretch.config, summary)
        past_memory = max(past_memory, summary.memory_bytes)
        begin = stretch.until
    before = [stretch.to_dict() for stretch in stretches]
    launches = []
    for config in configs:
        summary = summarize(config)
        limits.check(summary)
        document, data = config.to_dict(), digests[config.dataset.name]
        of_it = data and fingerprint_of(document, before, (), data=data)
        left = config.iterations - begin
        expected = past_seconds + expected_seconds(config, summary) * left / config.iterations
        whole = replace(summary, memory_bytes=max(summary.memory_bytes, past_memory))
        launches.append(Launch(config.name, document, before, config.iterations, expected, whole, of_it))
    return launches


def match(
    launches: list[Launch],
    lesson: str | None,
    *,
    find: Callable[[str | None], Training | None] | None,
    owner: str | None = None,
    beside: Sequence[Training] = (),
) -> tuple[list[Run], list[Training]]:
    """The runs of a launch, and those of their trainings that are new. Several runs are a group.

    Args:
        find: the training that has a fingerprint; None: all of them are trained again.
        owner: the person who launches them.
        beside: the new trainings of others that are stored with these.
    """
    group_id = secrets.token_hex(6) if len(launches) > 1 else None
    runs: list[Run] = []
    new: list[Training] = []
    for launch in launches:
        training = find and find(launch.fingerprint)
        if find and not training and launch.fingerprint is not None:
            training = next(
                (other for other in (*beside, *new) if other.fingerprint == launch.fingerprint), None
            )
        if training is None:
            training = launch.training()
            new.append(training)
        runs.append(launch.run(training, lesson, group_id, owner))
    return runs, new
