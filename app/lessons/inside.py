"""What was measured inside of a network: figures of each of its layers, from the measurements of `engine.measuring`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from app.lessons.outcome import Numbers

#: Figure of a layer → by what the fact of a measurement is multiplied for it: shares are given in per cent.
#:
#:     small_weights  per cent of the layer's weights below 0.001 in size
#:     small_outputs  per cent of its outputs for test images that are below 0.001 in size: its activation sparsity
#:     moved          how far its weights are from those at the start, in per cent of the length of these; only at the
#:                    end
#:     smoothness     of its weights as pictures: how alike neighbours are (Moran's I), from about 0, at random, to 1
FIGURES: Mapping[str, float] = {"small_weights": 100, "small_outputs": 100, "moved": 100, "smoothness": 1}
#: Those that are known at each measurement, and not only at the end.
ON_THE_WAY = tuple(name for name in FIGURES if name != "moved")


def of_layers(facts: Mapping[str, Any]) -> dict[str, list[float]]:
    """Each figure that a measurement has: one number for each layer with weights, lowest first; NaN where a layer has
    none."""
    layers = facts["layers"]
    return {
        name: [np.nan if one[name] is None else factor * one[name] for one in layers]
        for name, factor in FIGURES.items()
        if layers and all(name in one for one in layers)
    }


def joined(measured: Sequence[Mapping[str, Sequence[float]]]) -> dict[str, Numbers]:
    """The figures of several measurements or seeds together: name → array (measurements, layers). Only those that all
    of them have."""
    names = [name for name in FIGURES if measured and all(name in one for one in measured)]
    return {name: np.array([one[name] for one in measured], float) for name in names}
