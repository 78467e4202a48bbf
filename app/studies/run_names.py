"""Names of the runs that show trials. They are short, because a list of runs has little room."""

from __future__ import annotations

from typing import Any

from engine.studies.config import Pair
from engine.studies.space import Values

#: The most characters of a name.
MAX_NAME = 200


def run_name(values: Values, pair: Pair) -> str:
    """What a trial trains: "learning_rate 0.1 · optimizer adam · seed 3"."""
    parts = [f"{_field_name(path)} {_value_name(value)}" for path, value in values.items()]
    fold = [] if pair.fold is None else [f"fold {pair.fold}"]
    return " · ".join([*parts, f"seed {pair.seed}", *fold])[:MAX_NAME]


def _field_name(path: str) -> str:
    """The last part of a path; of a place in a list, with the name of the list: "hidden.0"."""
    parts = path.split(".")
    return ".".join(parts[-2:] if parts[-1].isdigit() else parts[-1:])


def _value_name(value: Any) -> Any:
    """A section, such as an optimizer, by its name."""
    return value["name"] if isinstance(value, dict) and "name" in value else value
