"""Rules on what views have seen: units that are dead or saturated, and classes that are never predicted. Where nobody
has looked they say nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from engine.findings.case import Case, Seen
from engine.findings.finding import Sample
from engine.findings.rule import Limits, Look


def dead_units(case: Case, limits: Limits) -> Look | None:
    """Many units of a layer are 0 for every image of the sample, so no gradient goes through them."""
    return _units(case, "dead", limits["share"])


def saturated_units(case: Case, limits: Limits) -> Look | None:
    """Most outputs of a layer are where its activation is flat, so hardly any gradient goes through."""
    return _units(case, "saturated", limits["share"])


def never_predicted(case: Case, limits: Limits) -> Look | None:
    """The network gives some classes to no image at all, although there are images of them."""
    looks = case.confusion
    if not looks:
        return None
    missing = [_missing(look) for look in looks]
    names = case.config.dataset.source.class_names
    facts = looks[-1].facts
    counts = np.asarray(facts["counts"])
    part = facts.get("part", "test")
    return Look(
        _iterations(looks),
        np.array([len(classes) >= limits["classes"] for classes in missing]),
        {
            "count": len(missing[-1]),
            "classes": [names[place] for place in missing[-1]],
            "total": len(counts),
        },
        Sample(part, int(counts.sum())),
    )


def _units(case: Case, name: str, share: float) -> Look | None:
    looks = case.units
    if not looks:
        return None
    worst = [max(_shares(look, name), default=(0.0, "", 0)) for look in looks]
    shares = np.array([value for value, _, _ in worst])
    value, layer, units = worst[-1]
    facts: dict[str, Any] = {"share": value, "layer": layer, "units": units}
    return Look(
        _iterations(looks), shares > share, facts, case.of_view(int(looks[-1].facts["sample"])), layer
    )


def _shares(look: Seen, name: str) -> list[tuple[float, str, int]]:
    """Of each layer where it was measured: the share, the layer's name, and how many units it has."""
    return [
        (float(layer[name]), str(layer["name"]), int(layer["units"]))
        for layer in look.facts["layers"]
        if layer.get(name) is not None
    ]


def _missing(look: Seen) -> list[int]:
    """The classes that are among the images and never predicted."""
    counts = np.asarray(look.facts["counts"])
    return [int(place) for place in np.flatnonzero((counts.sum(axis=0) == 0) & (counts.sum(axis=1) > 0))]


def _iterations(looks: Sequence[Seen]) -> Any:
    return np.array([look.iteration for look in looks], np.float64)
