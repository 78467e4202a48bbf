"""Views: what can be seen of a training at a moment, as functions from a training to arrays.

    view = see(trainer, "weights", check("weights", {"layer": 1}, trainer.config))
    view.arrays["weights"]

A view changes nothing in the training that it looks at, and is the same whenever it is made at the same moment. Each
kind has its file here; see `Subject` for what it may use.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from engine import fields
from engine.arrays import Array
from engine.config import ExperimentConfig
from engine.errors import ConfigError
from engine.trainer import Trainer
from engine.views import boundary, confusion, digit, histograms, maps, mistakes, reasons, units, weights
from engine.views.kind import Kind, View
from engine.views.subject import Subject

__all__ = ["KINDS", "View", "check", "reasons", "see"]

KINDS: dict[str, Kind] = {
    "weights": weights.KIND,
    "units": units.KIND,
    "histograms": histograms.KIND,
    "maps": maps.KIND,
    "confusion": confusion.KIND,
    "mistakes": mistakes.KIND,
    "boundary": boundary.KIND,
    "digit": digit.KIND,
}


def check(name: str, options: Mapping[str, Any], config: ExperimentConfig) -> dict[str, Any]:
    """The options of a view, with defaults filled in.

    Raises:
        ConfigError: there is no such view, or an option is wrong or does not fit the experiment.
    """
    if name not in KINDS:
        text = f"there is no view {name[:40]!r}; there are {', '.join(KINDS)}"
        raise ConfigError("unknown_name", "view", text, {"choices": list(KINDS)})
    kind = KINDS[name]
    checked = fields.parse(kind.fields, options, "")
    if kind.check is not None:
        kind.check(config, checked)
    return checked


def see(trainer: Trainer, name: str, options: Mapping[str, Any], before: Array | None = None) -> View:
    """Look at a training.

    Args:
        options: as `check` gives them.
        before: all parameters before the last iteration, for the views that compare with them (`Kind.needs_step`).
    """
    # what a training computes on its way to a divergence may overflow here as well
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        return KINDS[name].see(Subject(trainer, before), options)
