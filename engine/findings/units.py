"""Rules on measurements (`engine.measuring`): units that are dead or saturated, and classes that are never
predicted."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from engine.findings.case import Case, Measured
from engine.findings.rows import Numbers
from engine.findings.rule import Limits, Look


def dead_units(case: Case, limits: Limits) -> Look | None:
    """Many units of a layer are 0 for every image of the sample, so no gradient goes through them."""
    return _units(case, "dead", limits["share"])


def saturated_units(case: Case, limits: Limits) -> Look | None:
    """Most outputs of a layer are where its activation is flat, so hardly any gradient goes through."""
    return _units(case, "saturated", limits["share"])


def never_predicted(case: Case, limits: Limits) -> Look | None:
    """The network gives some classes to no image at all, at two consecutive measurements, although there are images of
    them."""
    if not case.measured:
        return None
    each = [_missing(measured, limits["images"]) for measured in case.measured]
    missing = [sorted(now & before) for before, now in pairwise([set[int](), *each])]
    names = case.config.dataset.source.class_names
    classes = np.empty(len(missing), object)
    classes[:] = [[names[place] for place in places] for places in missing]
    counts = np.array([len(places) for places in missing])
    sample = case.of_sample(int(case.measured[-1].facts["sample"]))
    return Look(
        _iterations(case),
        counts >= limits["classes"],
        {"count": counts, "classes": classes, "total": len(names)},
        sample,
    )


def _units(case: Case, name: str, share: float) -> Look | None:
    if not case.measured:
        return None
    worst = [max(_shares(measured, name), default=(0.0, "", 0)) for measured in case.measured]
    shares, layers, units = (np.array(values) for values in zip(*worst, strict=True))
    true = shares > share
    shown = worst[int(np.flatnonzero(true)[-1])] if true.any() else worst[-1]
    sample = case.of_sample(int(case.measured[-1].facts["sample"]))
    return Look(_iterations(case), true, {"share": shares, "layer": layers, "units": units}, sample, shown[1])


def _shares(measured: Measured, name: str) -> list[tuple[float, str, int]]:
    """Of each layer where it was measured: the share, the layer's name, and how many units it has."""
    return [
        (float(layer[name]), str(layer["name"]), int(layer["units"]))
        for layer in measured.facts["layers"]
        if layer.get(name) is not None
    ]


def _missing(measured: Measured, least: float) -> set[int]:
    """The classes that are never predicted, of those with at least this number of images."""
    labels, predicted = (np.asarray(measured.facts[name]) for name in ("labels", "predicted"))
    return {int(place) for place in np.flatnonzero((predicted == 0) & (labels >= least))}


def _iterations(case: Case) -> Numbers:
    return np.array([measured.iteration for measured in case.measured], np.float64)
