"""The parts of a data set that a run uses: images to train on, images to choose by, and images to report on.

All are taken in the order of the data set's files: the first `train_size` training images to train on, the
`validation_size` that follow them to choose by, the first `test_size` test images. Where `train_size` is empty, the
last training images are kept back for validation. In a cross-validation each fold is a part of the images that would be
trained on, and is tested on; the validation images are the same for all folds. A fold may be the validation images
instead: then the test images are those of the data set.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike, NDArray

from engine.arrays import Array
from engine.dataset_config import DatasetConfig
from engine.datasets.dataset import Dataset
from engine.errors import DatasetError
from engine.kfold import split
from engine.reasons import Reason


@dataclass(frozen=True, slots=True)
class Part:
    """Images (N, features), numbers or levels (see `engine.levels`), and their labels (N,)."""

    images: Array
    labels: NDArray[np.intp]

    def chosen(self, places: NDArray[np.intp]) -> Part:
        """A copy of the images at these places."""
        return Part(self.images[places], self.labels[places])


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts; `validation` is None where no images are kept back, `test` where the test set stays closed."""

    train: Part
    validation: Part | None
    test: Part | None


def parts_of(dataset: Dataset, config: DatasetConfig, dtype: DTypeLike) -> Parts:
    """The images of an experiment; numbers have the type `dtype`, levels stay levels.

    Raises:
        DatasetError: fewer images are on this machine than the experiment asks for.
    """
    available = len(dataset.train_labels)
    kept_back = validation_of(config, available)
    _demand(config, "train", available, (config.train_size or 0) if kept_back is None else kept_back.stop)
    _demand(config, "test", len(dataset.test_labels), config.test_size or 0)

    def part(name: str, chosen: slice) -> Part:
        images = getattr(dataset, f"{name}_images")[chosen]
        images = images.reshape(len(images), -1)
        images = images if images.dtype == np.uint8 else np.asarray(images, dtype)
        return Part(images, np.asarray(getattr(dataset, f"{name}_labels")[chosen], np.intp))

    train = part("train", slice(config.train_size if kept_back is None else kept_back.start))
    test = part("test", slice(config.test_size)) if config.test_size != 0 else None
    if config.fold is not None:
        learnt, held_out = split(train.labels, config.fold["folds"], config.fold["index"])
        train, fold = train.chosen(learnt), train.chosen(held_out)
        if config.validates_on_fold:
            return Parts(train, fold, test)
        test = fold
    return Parts(train, None if kept_back is None else part("train", kept_back), test)


def validation_of(config: DatasetConfig, available: int) -> slice | None:
    """Which of the training images are kept back, if `available` of them are on this machine; None: none are."""
    size = config.validation_size
    if size is None:
        return None
    first = config.train_size or max(1, available - size)
    return slice(first, first + size)


def _demand(config: DatasetConfig, name: str, available: int, asked: int) -> None:
    if asked > available:
        message = f"{config.name} has {available:,} {name} examples here, but {asked:,} are requested"
        values = {"dataset": config.name, "there": available, "asked": asked}
        raise DatasetError(Reason("too_few_images", message, **values))
