"""Names of the runs that show the trials of a study. They are short, because the run list has little room."""

from __future__ import annotations

from typing import Any

from engine.studies.config import Pair
from engine.studies.space import Values

MAX_CHARACTERS = 200


def run_name(values: Values, pair: Pair) -> str:
    """The name of a trial's run, such as "learning_rate 0.1 · optimizer adam · seed 3".

    Args:
        values: of the fields that the study varies, by their dotted paths in the experiment.
        pair: the seed and the fold of the trial.
    """
    parts = [f"{_field_name(path)} {_value_name(value)}" for path, value in values.items()]
    fold = [] if pair.fold is None else [f"fold {pair.fold}"]
    return " · ".join([*parts, f"seed {pair.seed}", *fold])[:MAX_CHARACTERS]


def _field_name(path: str) -> str:
    """The last part of a path: "learning_rate" of "optimizer.learning_rate". For an item of a list the name of the list
    too: "hidden.0" of "network.hidden.0"."""
    parts = path.split(".")
    return ".".join(parts[-2:] if parts[-1].isdigit() else parts[-1:])


def _value_name(value: Any) -> str:
    """A value as text; of a whole section, such as an optimizer, only its name."""
    return str(value["name"] if isinstance(value, dict) and "name" in value else value)
