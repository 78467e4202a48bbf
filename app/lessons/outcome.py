"""What was measured of a lesson's runs: the numbers that a lesson's expressions compute with."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
#: `lowest` and `highest` are medians of gradient norms over this number of iterations at the start of a training.
EARLY_ITERATIONS = 100


@dataclass(frozen=True, slots=True)
class Outcome:
    """The results of a run, one number for each seed, in the order of the seeds. Results of two runs with the same seed
    are pairs: they share initial weights and batches.

    `train`, `validation` and `test` are accuracies in per cent on all images of each kind; NaN where there are no
    validation images. `loss` is the mean loss on all training images. `diverged` and `dead` are 0 or 1. `iterations` is
    the length of training. `weights` is the Euclidean norm of all weights, `small` the percentage of weights below
    0.001 in size. `lowest` and `highest` are median gradient norms over the first `EARLY_ITERATIONS` iterations: of the
    layer nearest to the input, and of that nearest to the output. `layers` has the figures of
    `app.lessons.layer_figures`, each with the shape (seeds, layers), the layer nearest to the input first; none where
    they were not measured.
    """

    train: Numbers
    validation: Numbers
    test: Numbers
    loss: Numbers
    diverged: Numbers
    dead: Numbers
    iterations: Numbers
    weights: Numbers
    small: Numbers
    lowest: Numbers
    highest: Numbers
    layers: Mapping[str, Numbers] = field(default_factory=dict)

    @property
    def gap(self) -> Numbers:
        return self.train - self.test


#: The quantities of an `Outcome` that are measured for the whole network; `gap` is computed from them.
QUANTITIES = tuple(each.name for each in dataclasses.fields(Outcome) if each.name != "layers")


@dataclass(frozen=True, slots=True)
class Curves:
    """What was measured during one run with one seed.

    `evaluations` are the iterations of the evaluations, ascending; `train`, `test` (per cent) and `loss` (on training
    images) have a value for each of them. `steps` are the iterations whose gradient norms are known, ascending;
    `gradients` holds them, with the shape (steps, layers), the layer nearest to the input first. `measurements` are the
    iterations after which the layers were measured, ascending; `layers` has the figures of
    `app.lessons.layer_figures` that are known at each of them, each with the shape (measurements, layers).
    """

    evaluations: Numbers
    train: Numbers
    test: Numbers
    loss: Numbers
    steps: Numbers
    gradients: Numbers
    measurements: Numbers = field(default_factory=lambda: np.empty(0))
    layers: Mapping[str, Numbers] = field(default_factory=dict)

    @property
    def nbytes(self) -> int:
        """Of all its arrays."""
        arrays = [
            value
            for each in dataclasses.fields(self)
            if isinstance(value := getattr(self, each.name), np.ndarray)
        ]
        return sum(array.nbytes for array in (*arrays, *self.layers.values()))


@dataclass(frozen=True, slots=True)
class Figures:
    """All that is known of the runs of a lesson.

    Attributes:
        outcomes: run's name → its outcome, in the order of the lesson.
        curves: run's name → its curves; empty where only the outcomes are known.
        names: a run's name in the lesson's file → its name on this data set, if it differs: on the digits, the run
            "10,000 images" is "1,437 images".
        test_images: run's name → on how many test images its accuracy was measured.
    """

    outcomes: Mapping[str, Outcome]
    curves: Mapping[str, Curves] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    test_images: Mapping[str, int] = field(default_factory=dict)

    def name(self, written: str) -> str:
        """The name on this data set of the run that a lesson's file calls so."""
        return self.names.get(written, written)
