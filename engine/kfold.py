"""Stratified k-fold cross-validation: k runs, each tested on another part of the training images.

Every image is tested on exactly once, and each part holds each class in about its share of the whole, so the mean
and the spread of the k test accuracies show how far a single one can be trusted (Stone 1974).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.config import ExperimentConfig

#: The folds do not depend on the run's seed: all seeds see the same ones.
_SEED = 1974


def fold_configs(config: ExperimentConfig, folds: int) -> list[ExperimentConfig]:
    """The experiments of a cross-validation: `config` once for each fold, named "… fold 1 of 5".

    Raises:
        ConfigError: `folds` is out of bounds, or larger than the number of images.
    """
    document = config.to_dict()
    document["dataset"]["test_size"] = None
    configs = []
    for fold in range(folds):
        document["dataset"]["fold"] = {"folds": folds, "index": fold}
        document["name"] = f"{config.name} fold {fold + 1} of {folds}".strip()
        configs.append(ExperimentConfig.from_dict(document))
    return configs


def split(labels: NDArray[np.intp], folds: int, index: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Positions of the images to train on and to test on, in their order.

    Images are sorted by class, at random within a class, and dealt out to the folds like cards: the counts of a
    class in two folds differ by one at most.
    """
    shuffled = np.random.default_rng(_SEED).permutation(len(labels))
    by_class = shuffled[np.argsort(labels[shuffled], kind="stable")]
    fold = np.empty(len(labels), np.intp)
    fold[by_class] = np.arange(len(labels)) % folds
    return np.flatnonzero(fold != index), np.flatnonzero(fold == index)
