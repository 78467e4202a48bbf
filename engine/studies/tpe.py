"""Configurations by Optuna's tree-structured Parzen estimator, through its ask and tell (extra `studies`).

Bergstra et al., "Algorithms for hyper-parameter optimization", NeurIPS 2011. Optuna gets the scores of a
batch when all of them are known, in the order in which the configurations were drawn, not in which their trials ended.
So it proposes the same configurations whenever the same study is run.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.studies.space import Parameter, Values
from engine.studies.stages import Stage


class Tpe:
    """A method of studies, see `engine.studies.methods`."""

    def __init__(
        self,
        method: Mapping[str, Any],
        space: Sequence[Parameter],
        index_of: Callable[[Values], int | None],
    ) -> None:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self._optuna = optuna
        self._space = space
        self._index_of = index_of
        # how many may still be asked for; one that is known already counts too
        self._left: int = method["configurations"]
        self._batch: int = method["batch"]
        sampler = optuna.samplers.TPESampler(seed=method["seed"])
        self._study = optuna.create_study(direction="maximize", sampler=sampler)
        self._distributions = {parameter.path: self._distribution(parameter) for parameter in space}
        self._count = 0  # the configurations of the study so far
        self._means: dict[int, float] = {}
        self._asked: list[tuple[Any, int]] = []  # trials of Optuna, with the indices of their configurations

    def next_stage(self, means: Mapping[int, float]) -> Stage | None:
        """See `engine.studies.stages`."""
        self._means |= means
        while True:
            for trial, index in self._asked:
                self._study.tell(trial, _finite(self._means[index]))
            self._asked = []
            new: list[Values] = []
            for _ in range(min(self._batch, self._left)):
                trial, values = self._ask()
                place = self._index_of(values)
                if place is None:
                    if values not in new:
                        new.append(values)
                    place = self._count + new.index(values)
                self._asked.append((trial, place))
            self._left -= len(self._asked)
            if new:
                self._count += len(new)
                return Stage(1, tuple(range(self._count - len(new), self._count)), tuple(new))
            if not self._asked:
                return None
            # all configurations of this batch are known already: Optuna gets their scores, and is asked again

    def _ask(self) -> tuple[Any, Values]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Optuna warns that some of its features are experimental
            trial = self._study.ask(self._distributions)
        return trial, {
            parameter.path: self._value(parameter, trial.params[parameter.path]) for parameter in self._space
        }

    def _value(self, parameter: Parameter, asked: Any) -> Any:
        if parameter.choices is not None:
            return parameter.choices[asked]
        return int(asked) if parameter.scale == "integer" else parameter.rounded(asked)

    def _distribution(self, parameter: Parameter) -> Any:
        kinds = self._optuna.distributions
        if parameter.choices is not None:  # by their indices: a choice may be an object
            return kinds.CategoricalDistribution(tuple(range(len(parameter.choices))))
        if parameter.scale == "integer":
            return kinds.IntDistribution(int(parameter.low), int(parameter.high))
        return kinds.FloatDistribution(parameter.low, parameter.high, log=parameter.scale == "log")


def _finite(mean: float) -> float:
    """A mean for Optuna: the sum of huge losses may overflow, which counts as very bad."""
    return mean if math.isfinite(mean) else -1e30
