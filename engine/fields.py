"""A field of an experiment: its type, its bounds and its default, declared in one place.

Validation, the form in the browser (`engine.options`) and error messages are all made from tables of fields, so they
always agree.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.errors import ConfigError
from engine.reasons import Reason

#: A field without a default must be given.
REQUIRED: Any = object()


@dataclass(frozen=True, slots=True)
class Field:
    """One value of an experiment.

    `kind` is "integer", "number", "boolean", "text", "choice", "integers" (a list), "layers" (a list of layers, which
    `engine.network_config` checks) or "object" (its own table of fields checks its keys). An integer field with choices
    takes an integer or one of the choices. A nullable field takes null for "off".

    `stored_above`: earlier versions had this bound in place of `minimum`. In a stored experiment the number must only
    be greater than it.
    """

    name: str
    kind: str
    default: Any = REQUIRED
    minimum: float | None = None
    maximum: float | None = None
    exclusive_minimum: float | None = None
    choices: Sequence[str] = ()
    scale: str = "linear"
    nullable: bool = False
    stored_above: float | None = None

    def check(self, value: Any, path: str) -> Any:
        """Check a value, and return it converted to the field's type.

        Raises:
            ConfigError: the value is wrong; the error names the field, the bound and the value.
        """
        if value is None:
            if self.nullable:
                return None
            raise self._wrong_type(path, "null")
        match self.kind:
            case "integer" if isinstance(value, str) and value in self.choices:
                return value
            case "integer":
                return self._interval(self._integer(value, path), path)
            case "number":
                return self._interval(self._number(value, path), path)
            case "integers":
                return self._integers(value, path)
            case "boolean" if isinstance(value, bool):
                return value
            case "layers" if isinstance(value, (list, tuple)):
                return list(value)
            case "object" if isinstance(value, Mapping):
                return dict(value)
            case "text" if isinstance(value, str):
                if self.maximum is not None and len(value) > self.maximum:
                    message = Reason(
                        "too_long",
                        f"{path} must have at most {self.maximum:.0f} characters, not {len(value)}",
                        most=int(self.maximum),
                    )
                    raise ConfigError("range", path, message, self.bounds)
                return value
            case "choice" if isinstance(value, str):
                if value not in self.choices:
                    text = f"{path} must be one of {', '.join(self.choices)}, not {value[:60]!r}"
                    raise ConfigError("unknown_name", path, text, self.bounds)
                return value
        raise self._wrong_type(path, _shown(value))

    def _wrong_type(self, path: str, given: str) -> ConfigError:
        code = f"type.{self.kind}" if self.kind in ("integer", "integers", "number") else "type"
        message = Reason(code, f"{path} must be {self._expected()}, not {given}")
        return ConfigError("type", path, message, self.bounds)

    def _integer(self, value: Any, path: str) -> int:
        if isinstance(value, float) and value.is_integer():  # JSON does not distinguish 3 and 3.0
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise self._wrong_type(path, _shown(value))
        return value

    def _number(self, value: Any, path: str) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self._wrong_type(path, _shown(value))
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            message = Reason("not_finite", f"{path} must be a finite number, not {number}")
            raise ConfigError("range", path, message, self.bounds)
        return number

    def _integers(self, value: Any, path: str) -> list[int]:
        if not isinstance(value, (list, tuple)):
            raise self._wrong_type(path, _shown(value))
        return [
            self._interval(self._integer(item, f"{path}.{i}"), f"{path}.{i}") for i, item in enumerate(value)
        ]

    def _interval(self, value: Any, path: str) -> Any:
        if (
            (self.minimum is not None and value < self.minimum)
            or (self.exclusive_minimum is not None and value <= self.exclusive_minimum)
            or (self.maximum is not None and value > self.maximum)
        ):
            # in a list the wrong value is one of its integers
            field = replace(self, kind="integer") if self.kind == "integers" else self
            message = f"{path} must be {field._expected()}, not {_shown(value)}"
            raise ConfigError("range", path, message, self.bounds)
        return value

    def _expected(self) -> str:
        """The right values in words, such as "a whole number at least 1"."""
        kinds = {
            "integer": "a whole number",
            "number": "a number",
            "integers": "a list of whole numbers",
            "boolean": "true or false",
            "text": "text",
            "layers": "a list of layers",
            "object": "an object",
            "choice": f"one of {', '.join(self.choices)}",
        }
        bounds = []
        if self.kind in ("integer", "number", "integers"):
            if self.minimum is not None:
                bounds.append(f"at least {self.minimum:,.12g}")
            if self.exclusive_minimum is not None:
                bounds.append(f"greater than {self.exclusive_minimum:,.12g}")
            if self.maximum is not None:
                bounds.append(f"at most {self.maximum:,.12g}")
        text = f"{kinds[self.kind]} {' and '.join(bounds)}".strip()
        return f"{text}, or {', '.join(self.choices)}" if self.kind == "integer" and self.choices else text

    @property
    def as_stored(self) -> Field:
        """The field as it is in a stored experiment."""
        if self.stored_above is None:
            return self
        return replace(self, minimum=None, exclusive_minimum=self.stored_above)

    @property
    def bounds(self) -> dict[str, Any]:
        """The bounds and choices as JSON, for programs."""
        bounds: dict[str, Any] = {}
        for name in ("minimum", "maximum", "exclusive_minimum"):
            if getattr(self, name) is not None:
                bounds[name] = getattr(self, name)
        if self.choices:
            bounds["choices"] = list(self.choices)
        return bounds

    def describe(self) -> dict[str, Any]:
        """The field as JSON, for the form."""
        return {
            "name": self.name,
            "kind": self.kind,
            "default": None if self.default is REQUIRED else self.default,
            "minimum": self.minimum,
            "maximum": self.maximum,
            "exclusive_minimum": self.exclusive_minimum,
            "choices": list(self.choices),
            "scale": self.scale,
            "nullable": self.nullable,
        }


def parse(
    fields: Sequence[Field], given: Any, path: str, *, also: Sequence[str] = (), stored: bool = False
) -> dict[str, Any]:
    """Check an object against its table of fields, and fill in defaults.

    Args:
        fields: the fields that the object may have.
        given: the object to check, such as parsed JSON.
        path: where the object is in the whole document, for messages.
        also: keys that are allowed but not checked here.
        stored: whether the object was accepted before, perhaps by an earlier version.

    Raises:
        ConfigError: `given` is not an object, a key is unknown, or a value is missing or wrong.
    """
    demand_object(given, path)
    names = [field.name for field in fields]
    for key in given:
        if key not in names and key not in also:
            where = join(path, str(key)[:60])
            message = f"there is no {where}; {path or 'an experiment'} has {', '.join([*also, *names])}"
            raise ConfigError("unknown_key", where, message, {"choices": [*also, *names]})
    parsed = {}
    for field in [field.as_stored for field in fields] if stored else fields:
        where = join(path, field.name)
        if field.name in given:
            parsed[field.name] = field.check(given[field.name], where)
        elif field.default is REQUIRED:
            raise ConfigError("missing", where, f"{where} is missing", field.bounds)
        else:
            parsed[field.name] = field.default
    return parsed


def parse_named(
    registry: Mapping[str, Sequence[Field]],
    given: Any,
    path: str,
    *,
    key: str = "name",
    default: str = "",
    stored: bool = False,
) -> dict[str, Any]:
    """Check an object whose value at `key` decides which fields it has, such as an optimizer."""
    demand_object(given, path)
    chooser = Field(key, "choice", default or REQUIRED, choices=tuple(registry))
    name = parse([chooser], {key: given[key]} if key in given else {}, path)[key]
    rest = {k: v for k, v in given.items() if k != key}
    return {key: name, **parse(registry[name], rest, path, stored=stored)}


def demand_object(given: Any, path: str) -> None:
    if not isinstance(given, Mapping):
        message = f"{path or 'an experiment'} must be an object, not {_shown(given)}"
        raise ConfigError("type", path, message)


def join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _shown(value: Any) -> str:
    """A wrong value as text for a message, shortened."""
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, (list, tuple)):
        return "a list"
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10**15:
        if abs(value) >= 10**4000:
            return "a huge number" if value > 0 else "a huge negative number"
        return f"about {'-' if value < 0 else ''}10^{len(str(abs(value))) - 1}"
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
