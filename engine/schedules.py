"""Schedules: the learning rate as a function of the step.

Contract: `schedule(t, total, **parameters)` gives a factor for the learning rate of the experiment, at step t (counted
from 0) of a run with `total` steps.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from engine.fields import Field

Schedule = Callable[..., float]


def constant(t: int, total: int) -> float:
    """1."""
    return 1.0


def step(t: int, total: int, *, every: int, factor: float) -> float:
    """factor^⌊t / every⌋: constant for `every` steps, then multiplied by `factor`."""
    return float(factor ** (t // every))


def exponential(t: int, total: int, *, rate: float) -> float:
    """rate^(t / total): falls smoothly from 1 to `rate`."""
    return float(rate ** (t / total))


def cosine(t: int, total: int, *, minimum: float) -> float:
    """From 1 to `minimum` along half a cosine (Loshchilov & Hutter 2017, one cycle)."""
    return minimum + (1 - minimum) * (1 + math.cos(math.pi * min(t / total, 1))) / 2


SCHEDULES: dict[str, Schedule] = {
    "constant": constant,
    "step": step,
    "exponential": exponential,
    "cosine": cosine,
}

_WARM_UP = Field("warm_up", "integer", 0, minimum=0, maximum=10_000_000)

FIELDS: dict[str, Sequence[Field]] = {
    "constant": (_WARM_UP,),
    "step": (
        Field("every", "integer", 1000, minimum=1, maximum=10_000_000),
        Field("factor", "number", 0.1, exclusive_minimum=0, maximum=1),
        _WARM_UP,
    ),
    "exponential": (Field("rate", "number", 0.01, exclusive_minimum=0, maximum=1, scale="log"), _WARM_UP),
    "cosine": (Field("minimum", "number", 0.0, minimum=0, maximum=1), _WARM_UP),
}


def factor_at(config: dict[str, Any] | None, t: int, total: int) -> float:
    """The factor at step t by the schedule `config`, `{"name", ..., "warm_up"}`; 1 if it is None.

    During the first `warm_up` steps the rate also rises in a straight line from almost 0 (Goyal et al. 2017).
    """
    if config is None:
        return 1.0
    parameters = {name: value for name, value in config.items() if name not in ("name", "warm_up")}
    factor = SCHEDULES[config["name"]](t, total, **parameters)
    warm_up = config["warm_up"]
    return factor * (t + 1) / warm_up if t < warm_up else factor
