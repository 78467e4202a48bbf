"""Stratified k-fold cross-validation: k runs, each tested on another part of the training images.

Each image is a test image in exactly one run, and each class has about the same share in every part. So the mean and
the spread of the k test accuracies show how reliable a single one is (Stone 1974).
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
    """The positions of the images to train on and of those to test on, ascending.

    The images are sorted by class, at random within a class, and given to the folds in turn. So the counts of a class
    in two folds differ by at most one.
    """
    shuffled = np.random.default_rng(_SEED).permutation(len(labels))
    by_class = shuffled[np.argsort(labels[shuffled], kind="stable")]
    fold = np.empty(len(labels), np.intp)
    fold[by_class] = np.arange(len(labels)) % folds
    return np.flatnonzero(fold != index), np.flatnonzero(fold == index)
