"""The methods of a study: which configurations it trains, and which of them go on.

A method works in stages. The trials of a stage do not depend on each other, so they may be trained in any order and at
the same time; what follows depends on the scores of the whole stage. So a study repeats identically.

`grid`, `random`: one stage.
`halving`: one stage for each rung. The first trains all configurations for a short time, and the best 1/factor of them
go on to the next, which trains `factor` times as long (Jamieson and Talwalkar, "Non-stochastic best arm identification
and hyperparameter optimization", 2016). A trial of a later rung begins from the start: its curve is that of one
experiment, whose schedule extends over its whole length.
`tpe`: one stage for each batch; see `engine.studies.tpe`.
"""

from __future__ import annotations

import importlib.util
import itertools
import json
import math
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from engine.errors import ConfigError
from engine.fields import REQUIRED, Field, parse_named
from engine.reasons import Reason
from engine.studies.space import Parameter, Values, combinations
from engine.studies.stages import Method, Stage

MAX_CONFIGURATIONS = 5000
_SEED = Field("seed", "integer", 0, minimum=0, maximum=2**32 - 1)


def _configurations(default: Any) -> Field:
    nullable = default is None
    return Field(
        "configurations", "integer", default, minimum=1, maximum=MAX_CONFIGURATIONS, nullable=nullable
    )


#: Method → its settings.
FIELDS: dict[str, tuple[Field, ...]] = {
    "grid": (),
    "random": (_configurations(REQUIRED), _SEED),
    "halving": (
        _configurations(None),
        _SEED,
        Field("factor", "integer", 3, minimum=2, maximum=10),
        Field("rungs", "integer", None, minimum=1, maximum=10, nullable=True),
    ),
    "tpe": (_configurations(REQUIRED), _SEED, Field("batch", "integer", 4, minimum=1, maximum=100)),
}
#: How often a configuration that was drawn before is drawn again.
_MAX_TRIES = 100


def parse_method(given: Any, space: Sequence[Parameter], *, stored: bool = False) -> dict[str, Any]:
    """The section `method` of a study, complete.

    Args:
        stored: it was accepted before, perhaps where Optuna was installed.

    Raises:
        ConfigError: with the field, the bound and the value of the first thing that is wrong.
    """
    method = parse_named(FIELDS, given, "method", default="grid")
    name, where = method["name"], "method.configurations"
    if name == "grid" or (name == "halving" and method["configurations"] is None):
        grid(space)
    most = combinations(space)
    if (
        not stored
        and name != "grid"
        and method["configurations"] is not None
        and method["configurations"] > most
    ):
        text = f"{where} must be at most {most:.0f}, the different ones there are, not {method['configurations']}"
        reason = Reason("study_few_combinations", text, most=int(most))
        raise ConfigError("range", where, reason, {"minimum": 1, "maximum": int(most)})
    if name == "halving":
        _complete_rungs(method, space)
    if name == "tpe" and not (stored or has_optuna()):
        text = "method.name is tpe, which needs Optuna: pip install 'lossroom[studies]'"
        raise ConfigError("optuna_missing", "method.name", Reason("optuna_missing", text))
    return method


def has_optuna() -> bool:
    """Whether Optuna is installed."""
    return importlib.util.find_spec("optuna") is not None


def _complete_rungs(method: dict[str, Any], space: Sequence[Parameter]) -> None:
    """How many rungs: the last one has some configurations to compare, and there are no more than there can be."""
    count, factor = _begun(method, space), method["factor"]
    most = 1
    while count // factor**most >= 1:
        most += 1
    if method["rungs"] is None:
        method["rungs"] = max(1, most - 1)
    elif method["rungs"] > most:
        text = f"method.rungs must be at most {most} for {count} configurations, not {method['rungs']}"
        raise ConfigError("range", "method.rungs", text, {"minimum": 1, "maximum": most})
    for path in (parameter.path for parameter in space):
        if path in ("training", "training.iterations", "training.epochs"):
            text = f"space.{path} cannot be varied by halving, which varies the length itself"
            raise ConfigError("range", f"space.{path}", Reason("study_fixed", text))


def _begun(method: Mapping[str, Any], space: Sequence[Parameter]) -> int:
    """How many configurations a study begins with."""
    given: int | None = method.get("configurations")
    return math.prod(len(parameter.grid() or ()) for parameter in space) if given is None else given


def rungs_of(method: Mapping[str, Any], space: Sequence[Parameter]) -> list[int]:
    """How many configurations each rung has at most."""
    begun = _begun(method, space)
    if method["name"] != "halving":
        return [begun]
    return [max(1, begun // method["factor"] ** rung) for rung in range(method["rungs"])]


def make(
    method: Mapping[str, Any], space: Sequence[Parameter], *, index_of: Callable[[Values], int | None]
) -> Method:
    """The method of a study.

    Args:
        index_of: the index of a configuration that is in the list already; None: it is new.
    """
    name = method["name"]
    if name == "tpe":
        from engine.studies.tpe import Tpe  # it needs Optuna

        return Tpe(method, space, index_of)
    if name == "grid" or method["configurations"] is None:
        begun = grid(space)
    else:
        begun = drawn(space, method["configurations"], method["seed"])
    return _in_rungs(begun, method, space)


def recorded(
    method: Mapping[str, Any], space: Sequence[Parameter], stages: Sequence[Sequence[Values]]
) -> Method:
    """The method of a study whose configurations are known, and are not drawn again.

    Args:
        stages: the new configurations of each.
    """
    if method["name"] == "halving":
        return _in_rungs(stages[0], method, space)
    return _Recorded(stages)


def _in_rungs(begun: Sequence[Values], method: Mapping[str, Any], space: Sequence[Parameter]) -> Method:
    return _Rungs(tuple(begun), [len(begun), *rungs_of(method, space)[1:]])


class _Recorded:
    """The stages of a study without rungs. `stages`: the new configurations of each."""

    def __init__(self, stages: Sequence[Sequence[Values]]) -> None:
        self._stages = deque(stages)
        self._count = 0

    def next_stage(self, means: Mapping[int, float]) -> Stage | None:
        if not self._stages:
            return None
        new = self._stages.popleft()
        first, self._count = self._count, self._count + len(new)
        return Stage(1, tuple(range(first, self._count)), tuple(new))


class _Rungs:
    """All configurations begin on the first rung, and the best go on to each next one. `sizes`: of the rungs."""

    def __init__(self, begun: tuple[Values, ...], sizes: Sequence[int]) -> None:
        self._begun = begun
        self._sizes = sizes
        self._rung = 0

    def next_stage(self, means: Mapping[int, float]) -> Stage | None:
        self._rung += 1
        if self._rung == 1:
            return Stage(1, tuple(range(len(self._begun))), self._begun)
        if self._rung > len(self._sizes):
            return None
        best = sorted(means, key=lambda index: -means[index])[: self._sizes[self._rung - 1]]
        return Stage(self._rung, tuple(sorted(best)))


def grid(space: Sequence[Parameter]) -> list[Values]:
    """Every combination; the last field changes fastest.

    Raises:
        ConfigError: a range has no steps, or there are too many combinations.
    """
    choices = []
    for parameter in space:
        values = parameter.grid()
        if values is None:
            where = f"space.{parameter.path}.steps"
            raise ConfigError(
                "missing", where, f"{where} is missing: how many values a grid has of the range"
            )
        choices.append(values)
    count = math.prod(map(len, choices))
    if count > MAX_CONFIGURATIONS:
        text = f"the grid has {count:,} combinations, and at most {MAX_CONFIGURATIONS:,} are allowed"
        raise ConfigError("range", "space", text, {"maximum": MAX_CONFIGURATIONS})
    paths = [parameter.path for parameter in space]
    return [dict(zip(paths, chosen, strict=True)) for chosen in itertools.product(*choices)]


def drawn(space: Sequence[Parameter], count: int, seed: int) -> list[Values]:
    """Configurations that are drawn independently, each once as far as there are others."""
    generator = np.random.default_rng(seed)
    distinct: dict[str, Values] = {}
    tries = 0
    while len(distinct) < count and tries < _MAX_TRIES * count:
        values = {parameter.path: parameter.draw(generator) for parameter in space}
        distinct.setdefault(written(values), values)
        tries += 1
    return list(distinct.values())


def written(values: Values) -> str:
    """A configuration as text; equal ones have the same."""
    return json.dumps(values, sort_keys=True)
