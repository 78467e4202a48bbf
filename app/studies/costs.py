"""What the trials of a study cost: checked before it begins, so that errors come before the training."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.estimate import expected_seconds
from app.people.allowance import Cost
from engine.limits import Limits
from engine.studies import Plan
from engine.studies.plan import Trial
from engine.summary import summarize


@dataclass(frozen=True, slots=True)
class Costs:
    """
    Attributes:
        seconds: expected of a trial of the first rung on one free core, on the average.
        most: the most of each quantity that a trial needs.
    """

    seconds: float
    most: Cost

    def left(self, plan: Plan, ended: Mapping[int, int]) -> float:
        """Expected seconds of all trials that have not ended, one after the other. Those of a later rung train longer.

        Args:
            ended: rung → how many of its trials have ended.
        """
        if plan.is_complete:
            return 0.0
        pairs = len(plan.config.pairs)
        shortest = sum(  # trials of the first rung that take as long
            max(0, count * pairs - ended.get(rung, 0)) * _times_as_long(plan, rung)
            for rung, count in enumerate(plan.config.rungs, 1)
        )
        return shortest * self.seconds


def _times_as_long(plan: Plan, rung: int) -> float:
    """How many times as long as on the first rung a trial trains. It need not be a power of the method's factor, as
    lengths are whole epochs or iterations."""
    first, here = (plan.iterations(1, number) for number in (1, rung))
    if first is None or here is None:  # the values of the first configuration do not go together
        return float(plan.config.method.get("factor", 1) ** (rung - 1))
    return here / first


def costs_of(plan: Plan, limits: Limits) -> Costs:
    """The costs of a study's configurations, as far as they are known. It takes some seconds for thousands: call it in
    a thread.

    Raises:
        ConfigError: a configuration is not valid, or costs more than the lab allows; the field is one of the study.
    """
    most, seconds, count = Cost(0, 0, 0, 0.0), 0.0, 0
    for trial in _kinds(plan):
        config = plan.experiment(trial)
        summary = summarize(config)
        limits.check(summary)
        expected = expected_seconds(config, summary)
        most = Cost(
            max(most.iterations, config.iterations),
            max(most.parameters, summary.parameters),
            max(most.memory_bytes, summary.memory_bytes),
            max(most.seconds, expected),
        )
        if trial.rung == 1:
            seconds, count = seconds + expected, count + 1
    return Costs(seconds / count if count else 0.0, most)


def _kinds(plan: Plan) -> Iterator[Trial]:
    """For each configuration, a trial of the first rung and one of the last. With folds, each of them for the first and
    the last fold: their sizes may differ by one example."""
    pairs = plan.config.pairs
    ends = [pairs[0]] if plan.config.folds is None else [pairs[0], pairs[plan.config.folds - 1]]
    for number in range(1, len(plan.configurations) + 1):
        for rung in sorted({1, plan.config.rung_count}):
            for pair in ends:
                yield Trial(0, number, rung, pair)
