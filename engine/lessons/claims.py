"""Claims: the statements of a lesson as functions, which tests check with the figures of its runs from several
seeds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The results of a run, one number for each seed, in the order of the seeds. Results of two runs with the same seed
    are pairs: they share initial weights and batches.

    `train`, `validation` and `test` are accuracies in per cent on all images of each kind; NaN where there are no
    validation images. `loss` is the mean loss on all training images. `diverged` and `dead` are 0 or 1. `iterations` is
    the length of training. `weights` is the Euclidean norm of all weights, `small` the percentage of weights below
    0.001 in size. `lowest` and `highest` are median gradient norms over the first 100 iterations: of the layer nearest
    to the input, and of that nearest to the output.
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

    @property
    def gap(self) -> Numbers:
        return self.train - self.test


#: run's name → its outcome
Figures = Mapping[str, Outcome]


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement of a lesson.

    `so` gives a truth, or one for each seed. It must hold on the data set `on`, by default on each that the lesson can
    be launched on.
    """

    says: str
    so: Callable[[Figures], Any]
    on: str | None = None

    def holds(self, figures: Figures) -> bool:
        """Whether it is true for every seed."""
        return bool(np.all(self.so(figures)))
