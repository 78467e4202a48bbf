"""Claims: what a lesson says, as a question to the figures of its runs, which were trained from several seeds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended, a number for each seed, in the order of the seeds: those of two runs are pairs, which share
    initial weights and batches.

    `train` and `test` are accuracies in per cent on all images trained on and all test images, `loss` is that on the
    images trained on; `diverged` and `dead` are 0 or 1; `iterations` is how long it trained; `weights` is the Euclidean
    norm of all weights, `small` the per cent of them below 0.001 in size; `lowest` is the median norm of the lowest
    layer's gradient over the first 100 iterations, `highest` that of the highest one's.
    """

    train: Numbers
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
    """Something that a lesson says.

    `so` gives a truth, or one for each seed. It must hold on the data set `on`, by default on each that the lesson can
    be launched on.
    """

    says: str
    so: Callable[[Figures], Any]
    on: str | None = None

    def holds(self, figures: Figures) -> bool:
        """Whether it is so, for every seed."""
        return bool(np.all(self.so(figures)))
