"""A view: what can be seen of a training at a moment, as named arrays and facts."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.arrays import Array
from engine.config import ExperimentConfig
from engine.errors import ConfigError
from engine.fields import Field
from engine.views.subject import Subject


@dataclass(frozen=True, slots=True)
class View:
    """What was seen.

    Attributes:
        arrays: by name, each float32, int32 or uint8.
        facts: JSON values that say what the arrays are, and what was measured on what.
    """

    arrays: Mapping[str, Array] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of view.

    Attributes:
        see: looks at a training, with checked options.
        fields: the options, such as the layer to look at.
        check: refuses options that do not fit an experiment.
        needs_step: whether it compares the weights with those before the last iteration.
    """

    see: Callable[[Subject, Mapping[str, Any]], View]
    fields: Sequence[Field] = ()
    check: Callable[[ExperimentConfig, Mapping[str, Any]], None] | None = None
    needs_step: bool = False


def finite(value: float | None) -> float | None:
    """A number as a fact; None if it is not finite, as JSON has no such numbers."""
    return float(value) if value is not None and math.isfinite(value) else None


def demand_at_most(name: str, value: int, last: int) -> None:
    """Refuse an option that is too large for an experiment.

    Raises:
        ConfigError: it names the option, the bound and the value.
    """
    if value > last:
        raise ConfigError("range", name, f"{name} must be at most {last:,}, not {value:,}", {"maximum": last})
