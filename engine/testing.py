"""The test figures of a trainer whose test set has stayed closed: measured once, when nothing is chosen any more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from engine.datasets import Dataset
from engine.evaluation import Evaluator
from engine.parts import parts_of
from engine.replay import Cancelled
from engine.trainer import Trainer


def measure_test(
    trainer: Trainer, dataset: Dataset, *, is_cancelled: Callable[[], bool] = lambda: False
) -> tuple[float, float]:
    """Accuracy (0 to 1) and mean loss of the trainer's network on all test images.

    Args:
        dataset: the one that the trainer learns from.
        is_cancelled: asked before each block of images.

    Raises:
        Cancelled: `is_cancelled` returned True.
        DatasetError: fewer images are on this machine than the experiment asks for.
    """
    config = replace(trainer.config.dataset, test_size=None, fold=None)
    part = parts_of(dataset, config, np.dtype(trainer.config.dtype)).test
    assert part is not None

    def demand_wanted() -> None:
        if is_cancelled():
            raise Cancelled

    evaluator = Evaluator(trainer.network, part.images, part.labels, dataset.shape)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        return evaluator.measure(demand_wanted)
