"""The plan of a study: its trials, in the order in which they are to be trained.

Scores of trials are reported to it in whatever order they end, and it knows the trials of the next stage when all of a
stage have ended; so its trials are the same whenever the same study is run.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.config import ExperimentConfig
from engine.errors import ConfigError
from engine.studies import methods
from engine.studies.config import Pair, StudyConfig
from engine.studies.methods import written
from engine.studies.space import Values
from engine.studies.stages import Stage


@dataclass(frozen=True, slots=True)
class Trial:
    """One training of a study.

    Attributes:
        number: from 1, in the order of the plan.
        configuration: its number, from 1.
        rung: from 1.
        pair: its seed and its fold.
    """

    number: int
    configuration: int
    rung: int
    pair: Pair


class Plan:
    """
    Attributes:
        config: the study.
        configurations: those that are known so far; number 1 is the first.
        trials: those that are known so far; number 1 is the first.
        stages: the new configurations of each stage that has begun, and brought some.
    """

    def __init__(self, config: StudyConfig, recorded: Sequence[Sequence[Values]] | None = None) -> None:
        """
        Args:
            recorded: the `stages` of a study that has ended; they are not drawn again.
        """
        self.config = config
        self.configurations: list[Values] = []
        self.trials: list[Trial] = []
        self._pairs = config.pairs
        self._indices: dict[
            str, int
        ] = {}  # the values of a configuration as text → its index in `configurations`
        self.stages: list[list[Values]] = []
        self._method = (
            methods.make(config.method, config.space, index_of=self._index_of)
            if recorded is None
            else methods.recorded(config.method, config.space, recorded)
        )
        self._stage: Stage | None = None
        self._stage_begins = 0
        self._scores: dict[int, float | None] = {}  # of the trials that have ended
        self._iterations: dict[tuple[int, int], int | None] = {}
        self._left = 0  # trials of the stage that have not ended
        self._begin(self._method.next_stage({}))

    # -- going on ------------------------------------------------------------------------------------

    def report(self, number: int, score: float | None) -> None:
        """A trial has ended.

        Args:
            score: its metric; None: it diverged or failed, which is the worst. A second one of a trial is ignored.
        """
        if number in self._scores:
            return
        self._scores[number] = score if score is not None and math.isfinite(score) else None
        self._left -= 1
        while self._stage is not None and not self._left:
            self._begin(self._method.next_stage(self._means_of(self._stage)))

    @property
    def is_complete(self) -> bool:
        """Whether all trials that there will be have ended."""
        return self._stage is None

    @property
    def total(self) -> int:
        """How many trials there will be, at most."""
        return len(self.trials) if self.is_complete else max(len(self.trials), self.config.trials)

    def score(self, number: int) -> float | None:
        """The score of a trial; None: it has none, or none yet."""
        return self._scores.get(number)

    def experiment(self, trial: Trial) -> ExperimentConfig:
        """What a trial trains.

        Raises:
            ConfigError: its values do not go together.
        """
        values = self.configurations[trial.configuration - 1]
        return self.config.experiment_of(values, trial.pair, trial.rung)

    def iterations(self, configuration: int, rung: int) -> int | None:
        """How long the trials of a configuration are on a rung; None: its values do not go together."""
        key = configuration, rung
        if key not in self._iterations:
            try:
                trial = Trial(0, configuration, rung, self._pairs[0])
                self._iterations[key] = self.experiment(trial).iterations
            except ConfigError:
                self._iterations[key] = None
        return self._iterations[key]

    # -- what is known -------------------------------------------------------------------------------

    def rung_of(self) -> NDArray[np.intp]:
        """The highest rung that each configuration has reached (configurations,)."""
        rungs = np.zeros(len(self.configurations), np.intp)
        for trial in self.trials:
            rungs[trial.configuration - 1] = max(rungs[trial.configuration - 1], trial.rung)
        return rungs

    def numbers(self, rung: int) -> NDArray[np.intp]:
        """The numbers of the trials of a rung (configurations, pairs); 0: there is none."""
        numbers = np.zeros((len(self.configurations), len(self._pairs)), np.intp)
        column = {pair: index for index, pair in enumerate(self._pairs)}
        for trial in self.trials:
            if trial.rung == rung:
                numbers[trial.configuration - 1, column[trial.pair]] = trial.number
        return numbers

    def scores(self, rung: int) -> NDArray[np.float64]:
        """The scores of a rung (configurations, pairs), with the worst for what failed; NaN: not known yet."""
        numbers, worst = self.numbers(rung), self.worst()
        scores = np.full(numbers.shape, np.nan)
        for cell in zip(*np.nonzero(numbers), strict=True):
            number = int(numbers[cell])
            if number in self._scores:
                score = self._scores[number]
                scores[cell] = worst if score is None else score
        return scores

    def failed(self, rung: int) -> NDArray[np.intp]:
        """How many trials of each configuration failed on a rung (configurations,)."""
        counts = np.zeros(len(self.configurations), np.intp)
        for trial in self.trials:
            if trial.rung == rung and trial.number in self._scores and self._scores[trial.number] is None:
                counts[trial.configuration - 1] += 1
        return counts

    def worst(self) -> float:
        """The score of a trial that diverged or failed: an accuracy of 0, or the highest loss that was measured."""
        if self.config.higher_is_better:
            return 0.0
        return max((score for score in self._scores.values() if score is not None), default=0.0)

    # -- inside --------------------------------------------------------------------------------------

    def _begin(self, stage: Stage | None) -> None:
        self._stage = stage
        if stage is None:
            return
        if stage.new:
            self.stages.append(list(stage.new))
        for values in stage.new:
            self._indices[written(values)] = len(self.configurations)
            self.configurations.append(values)
        self._stage_begins = len(self.trials)
        # all configurations of a pair, then those of the next: what is there when a study ends early can be compared
        for pair in self._pairs:
            for index in stage.members:
                self.trials.append(Trial(len(self.trials) + 1, index + 1, stage.rung, pair))
        self._left = len(self.trials) - self._stage_begins

    def _means_of(self, stage: Stage) -> Mapping[int, float]:
        """The mean of the trials of each member, the best first; negative, if lower scores are better. Of two equal
        means the one with fewer failed trials comes first."""
        worst, sign = self.worst(), 1.0 if self.config.higher_is_better else -1.0
        sums: dict[int, float] = dict.fromkeys(stage.members, 0.0)
        failures: dict[int, int] = dict.fromkeys(stage.members, 0)
        for trial in self.trials[self._stage_begins :]:
            score, index = self._scores[trial.number], trial.configuration - 1
            sums[index] += sign * (worst if score is None else score)
            failures[index] += score is None
        means = {index: total / len(self._pairs) for index, total in sums.items()}
        order = sorted(stage.members, key=lambda index: (-means[index], failures[index], index))
        return {index: means[index] for index in order}

    def _index_of(self, values: Values) -> int | None:
        return self._indices.get(written(values))
