"""Figures of each layer of a network, from the measurements of `engine.measuring`, for the expressions of lessons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from app.lessons.outcome import Numbers

#: The name of a figure → the factor by which the number in a measurement is multiplied: shares are given in per cent.
#:
#:     small_weights  per cent of the layer's weights below 0.001 in size
#:     small_outputs  per cent of its outputs for test images that are below 0.001 in size: its activation sparsity
#:     moved          how far its weights are from those at the start, in per cent of the length of these; only at the
#:                    end
#:     smoothness     of its weights as pictures: how alike neighbours are (Moran's I), from about 0, at random, to 1
FIGURES: Mapping[str, float] = {"small_weights": 100, "small_outputs": 100, "moved": 100, "smoothness": 1}
#: The figures that are measured during training too; the others are known only at its end.
DURING_TRAINING = tuple(name for name in FIGURES if name != "moved")


def figures_of_layers(facts: Mapping[str, Any]) -> dict[str, list[float]]:
    """The figures in one measurement, by name.

    Args:
        facts: what `engine.measuring.measure` gives. A figure that it does not have for all layers is left out.

    Returns one number for each layer with weights, the layer nearest to the input first; NaN where a layer has none.
    """
    layers = facts["layers"]
    return {
        name: [np.nan if layer[name] is None else factor * layer[name] for layer in layers]
        for name, factor in FIGURES.items()
        if layers and all(name in layer for layer in layers)
    }


def stacked(measured: Sequence[Mapping[str, Sequence[float]]]) -> dict[str, Numbers]:
    """The figures of several measurements, or of several seeds, in one array each, with the shape (measurements,
    layers); only those figures that all of them have."""
    names = [name for name in FIGURES if measured and all(name in figures for figures in measured)]
    return {name: np.array([figures[name] for figures in measured], float) for name in names}
