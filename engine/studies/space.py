"""The space of a study: which fields are varied, and over which values."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.errors import ConfigError
from engine.fields import Field, join, parse
from engine.reasons import Reason

#: Fields that are varied together, choices and steps of one field, and the characters of a path.
MAX_FIELDS, MAX_CHOICES, MAX_PATH = 20, 100, 200

SCALES = ("linear", "log", "integer")
#: Ends of ranges are at most this far from 0. Up to here, all whole numbers are different as floats.
MAX_END = 1e15
_RANGE = (
    Field("low", "number", minimum=-MAX_END, maximum=MAX_END),
    Field("high", "number", minimum=-MAX_END, maximum=MAX_END),
    Field("scale", "choice", "linear", choices=SCALES),
    Field("steps", "integer", None, minimum=2, maximum=MAX_CHOICES, nullable=True),
)
#: What a study sets itself, and what makes its trials incomparable.
_FIXED_SECTIONS = ("seed", "name", "version", "dataset.fold")
_FIXED = (
    *_FIXED_SECTIONS,
    "dataset",
    "dataset.name",
    "dataset.validation_size",
    "dataset.test_size",
)

#: Path → value.
Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A field that is varied: over `choices`, or in the range from `low` to `high`.

    Attributes:
        path: a dotted path into the experiment, as `engine.paths` has it.
        choices: None: it is a range.
        scale: how the range is divided: "linear", "log", or "integer" for whole numbers.
        steps: into how many values a grid divides the range.
    """

    path: str
    choices: tuple[Any, ...] | None = None
    low: float = 0.0
    high: float = 0.0
    scale: str = "linear"
    steps: int | None = None

    def grid(self) -> tuple[Any, ...] | None:
        """The values of a grid; None: a range without steps."""
        if self.choices is not None:
            return self.choices
        if self.steps is None:
            return None
        values = [self.at(step / (self.steps - 1)) for step in range(self.steps)]
        return tuple(dict.fromkeys(values))

    def at(self, share: float) -> Any:
        """The value at a share of the range, from 0 to 1. Numbers have four digits, so that people can read them."""
        if self.scale == "integer":
            return round(self.low + share * (self.high - self.low))
        if self.scale == "log":
            value = math.exp(math.log(self.low) + share * (math.log(self.high) - math.log(self.low)))
        else:
            value = self.low + share * (self.high - self.low)
        return self.rounded(value)

    def rounded(self, value: float) -> float:
        """A number of the range, as a study uses it."""
        return min(self.high, max(self.low, float(f"{value:.4g}")))

    def draw(self, generator: np.random.Generator) -> Any:
        """A random value. All values are equally likely; on a logarithmic scale, all orders of magnitude are."""
        if self.choices is not None:
            return self.choices[int(generator.integers(len(self.choices)))]
        if self.scale == "integer":
            return int(generator.integers(int(self.low), int(self.high), endpoint=True))
        return self.at(float(generator.random()))

    @property
    def count(self) -> float:
        """How many different values the field can have; infinite for a range of numbers with 0 in it."""
        if self.choices is not None:
            return len(self.choices)
        if self.scale == "integer":
            return int(self.high) - int(self.low) + 1
        return abs(_place(self.high) - _place(self.low)) + 1 if self.low * self.high > 0 else math.inf

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        if self.choices is not None:
            return {"choices": list(self.choices)}
        number = int if self.scale == "integer" else float
        steps = {} if self.steps is None else {"steps": self.steps}
        return {"low": number(self.low), "high": number(self.high), "scale": self.scale, **steps}


def _place(value: float) -> int:
    """The place of a number, without its sign and rounded to four digits, among all numbers of four digits."""
    digits, exponent = f"{abs(value):.3e}".split("e")
    # 1.000 is at 1000, 9.999 at 9999, and 10.00 at 10000
    return int(digits.replace(".", "")) + 9000 * int(exponent)


def parse_space(given: Any, *, stored: bool = False) -> tuple[Parameter, ...]:
    """The section `space` of a study.

    Args:
        stored: it was accepted before, or is of version 1: earlier versions accepted fields that vary nothing.

    Raises:
        ConfigError: with the field, the bound and the value of the first thing that is wrong.
    """
    if not isinstance(given, Mapping):
        raise ConfigError(
            "type", "space", "space must be an object of fields, such as optimizer.learning_rate"
        )
    if not 1 <= len(given) <= MAX_FIELDS:
        text = f"space must have 1 to {MAX_FIELDS} fields, not {len(given)}"
        raise ConfigError("range", "space", text, {"minimum": 1, "maximum": MAX_FIELDS})
    if not stored:
        for path in map(str, given):
            _demand_varied(path, given)
    space = tuple(_parse(str(path), values) for path, values in given.items())
    if not stored:
        for parameter in space:
            _demand_distinct(parameter)
    return space


def _demand_varied(path: str, space: Mapping[str, Any]) -> None:
    """Refuse a field that would be the same in all configurations.

    Raises:
        ConfigError: a study sets it itself, or another field of the space takes its place.
    """
    if path == "training.iterations" and "training.epochs" in space:
        text = (
            f"space.{path} cannot be varied together with training.epochs: a length is given in one way only"
        )
    elif path.startswith(tuple(f"{section}." for section in _FIXED_SECTIONS)):
        text = f"space.{path[:MAX_PATH]} is not for a study to vary"
    else:
        return
    raise ConfigError("range", join("space", path[:MAX_PATH]), Reason("study_fixed", text))


def _demand_distinct(parameter: Parameter) -> None:
    """Refuse a grid of a range that has not as many numbers of four digits. Whole numbers may be fewer.

    Raises:
        ConfigError: with the number of steps that would be possible.
    """
    values, steps = parameter.grid(), parameter.steps
    if values is not None and steps is not None and parameter.scale != "integer" and len(values) < steps:
        where, most = join("space", f"{parameter.path}.steps"), len(values)
        text = f"{where} must be at most {most}, the numbers of four digits in this range, not {steps}"
        raise ConfigError("range", where, text, {"maximum": most})


def _parse(path: str, given: Any) -> Parameter:
    where = join("space", path[:MAX_PATH])
    if not path or len(path) > MAX_PATH or not all(path.split(".")):
        text = f"{where} must be a field of the experiment, such as optimizer.learning_rate"
        raise ConfigError("range", where, Reason("study_path", text))
    if path in _FIXED:
        raise ConfigError("range", where, Reason("study_fixed", f"{where} is not for a study to vary"))
    if not isinstance(given, Mapping):
        text = f'{where} must be an object: {{"choices": [...]}} or {{"low": ..., "high": ...}}'
        raise ConfigError("type", where, text)
    if "choices" in given:
        return Parameter(path, choices=_choices(given, where))
    return _range(path, given, where)


def _choices(given: Mapping[str, Any], where: str) -> tuple[Any, ...]:
    others = [key for key in given if key != "choices"]
    if others:
        where = join(where, str(others[0])[:60])
        raise ConfigError("unknown_key", where, f"there is no {where} beside choices")
    where, choices = join(where, "choices"), given["choices"]
    if not isinstance(choices, list | tuple):
        raise ConfigError("type", where, f"{where} must be a list of values")
    if not 1 <= len(choices) <= MAX_CHOICES:
        text = f"{where} must have 1 to {MAX_CHOICES} values, not {len(choices)}"
        raise ConfigError("range", where, text, {"minimum": 1, "maximum": MAX_CHOICES})
    try:
        written = [json.dumps(choice, sort_keys=True, allow_nan=False) for choice in choices]
    except ValueError:
        reason = Reason("not_finite", f"{where} must be values of JSON: a number in it is not finite")
        raise ConfigError("range", where, reason) from None
    for index, text in enumerate(written):
        if text in written[:index]:
            text = f"{where}.{index} is there twice: {text[:60]}"
            raise ConfigError("range", f"{where}.{index}", Reason("study_twice", text))
    return tuple(choices)


def _range(path: str, given: Mapping[str, Any], where: str) -> Parameter:
    values = parse(_RANGE, given, where)
    low, high, scale, steps = (values[name] for name in ("low", "high", "scale", "steps"))
    if scale == "integer":
        for name, value in (("low", low), ("high", high)):
            if not value.is_integer():
                text = f"{where}.{name} must be a whole number, not {value:g}"
                raise ConfigError("type", f"{where}.{name}", Reason("type.integer", text))
    if scale == "log" and low <= 0:
        text = f"{where}.low must be greater than 0 on a logarithmic scale, not {low:g}"
        raise ConfigError("range", f"{where}.low", text, {"exclusive_minimum": 0})
    if high <= low:
        text = f"{where}.high must be greater than {low:g}, its lowest value, not {high:g}"
        raise ConfigError("range", f"{where}.high", text, {"exclusive_minimum": low})
    return Parameter(path, None, low, high, scale, steps)


def combinations(space: Sequence[Parameter]) -> float:
    """How many different configurations there are; infinite, where a field has a range of numbers with 0 in it."""
    return math.prod(parameter.count for parameter in space)
