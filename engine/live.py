"""Live changes: the settings that may be changed while a run trains, with the same bounds as in an experiment."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine import regularizers
from engine.described_layers import at_any_depth
from engine.errors import ConfigError
from engine.fields import Field
from engine.layers import dropout
from engine.optimizers import LEARNING_RATE
from engine.reasons import Reason


@dataclass(frozen=True, slots=True)
class Change:
    """Settings that were changed by hand after `iteration` iterations: name → value; see `Trainer.set_live`."""

    iteration: int
    values: Mapping[str, float]


FIELDS: dict[str, Field] = {
    "learning_rate": LEARNING_RATE,
    **{field.name: field for field in regularizers.FIELDS},
    "dropout": replace(dropout.FIELDS[0], name="dropout"),
}


def check_live(given: Mapping[str, Any], *, has_dropout: bool) -> dict[str, float]:
    """Check changes, and return their values as numbers.

    Raises:
        ConfigError: an unknown name, a value out of bounds, or dropout for a network without a dropout layer.
    """
    values = {}
    for name, value in given.items():
        if name not in FIELDS:
            message = f"{name} cannot be changed while a run goes on; {', '.join(FIELDS)} can"
            raise ConfigError("unknown_key", name, message, {"choices": list(FIELDS)})
        values[name] = FIELDS[name].check(value, name)
    if "dropout" in values and not has_dropout:
        raise ConfigError("unknown_key", "dropout", Reason("no_dropout", "this network has no dropout layer"))
    return values


def dropout_rate(layers: Sequence[Mapping[str, Any]]) -> float | None:
    """The rate of the first dropout layer of a config, at any depth; None where there is none."""
    rates = (float(layer["rate"]) for layer in at_any_depth(layers) if layer["type"] == "dropout")
    return next(rates, None)


def as_changed(document: Mapping[str, Any], values: Mapping[str, float]) -> dict[str, Any]:
    """A complete experiment whose settings are what they were changed to by hand."""
    changed = copy.deepcopy(dict(document))
    if "learning_rate" in values:
        changed["optimizer"]["learning_rate"] = values["learning_rate"]
    changed["regularization"].update({name: values[name] for name in ("l1", "l2") if name in values})
    if "dropout" in values:
        for layer in at_any_depth(changed["network"]["layers"]):
            if layer["type"] == "dropout":
                layer["rate"] = values["dropout"]
    return changed
