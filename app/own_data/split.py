"""The parts of a data set: each class has its share in each of them, and a seed determines which examples."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from app.own_data.material import TEST, TRAIN


@dataclass(frozen=True, slots=True)
class Split:
    """Positions of the examples of each part, in the order of the data set. The last `validation_size` of `train` are
    the validation part."""

    train: NDArray[np.intp]
    test: NDArray[np.intp]
    validation_size: int


def split(labels: NDArray[np.int32], *, test_share: float, validation_share: float, seed: int) -> Split:
    """Divide examples into parts.

    Args:
        labels: (N,): the class of each example; -1: it is in no part.
        test_share: of all examples of each class. At least one is for testing, and at least one for training.
        validation_share: of the training examples of each class.
    """
    generator = np.random.Generator(np.random.PCG64(seed))
    train, test, validation = [], [], []
    for positions in _by_class(labels):
        positions = generator.permutation(positions)
        count = min(max(1, round(test_share * len(positions))), len(positions) - 1)
        kept = validation_count(len(positions) - count, validation_share)
        test.append(positions[:count])
        validation.append(positions[count : count + kept])
        train.append(positions[count + kept :])
    mixed = [generator.permutation(np.concatenate(part)) for part in (train, validation, test)]
    return Split(np.concatenate(mixed[:2]), mixed[2], len(mixed[1]))


def keep_parts(
    labels: NDArray[np.int32],
    parts: NDArray[np.uint8],
    *,
    validation_share: float,
    seed: int,
    validation_size: int | None = None,
) -> Split:
    """The parts as the file has them. The training part keeps its order if its last examples already have each class in
    the right share; so a data set that is saved and read again stays the same. Otherwise it is shuffled.

    Args:
        validation_size: how many of the file's training examples are for validation, the last ones, also those that are
            left out now. The order stays. None: the file does not say so.
    """
    train, test = (np.flatnonzero((parts == part) & (labels >= 0)) for part in (TRAIN, TEST))
    whole = np.flatnonzero(parts == TRAIN)
    if validation_size is not None and validation_size <= len(whole):
        size = int((labels[whole[len(whole) - validation_size :]] >= 0).sum())
        if size < len(train):
            return Split(train, test, size)
    of_train = labels[train]
    counts = [
        (label, validation_count(int((of_train == label).sum()), validation_share))
        for label in np.unique(of_train)
    ]
    size = sum(count for _, count in counts)
    last = of_train[len(of_train) - size :]
    if all((last == label).sum() == count for label, count in counts):
        return Split(train, test, size)
    generator = np.random.Generator(np.random.PCG64(seed))
    first, validation = [], []
    for label, count in counts:
        positions = generator.permutation(train[of_train == label])
        validation.append(positions[:count])
        first.append(positions[count:])
    mixed = [generator.permutation(np.concatenate(part)) for part in (first, validation)]
    return Split(np.concatenate(mixed), test, size)


def validation_count(examples: int, share: float) -> int:
    """How many of a class's training examples are validation examples; at least one stays for training."""
    return min(round(share * examples), examples - 1)


def _by_class(labels: NDArray[np.int32]) -> list[NDArray[np.intp]]:
    """The positions of each class, in order."""
    order = np.argsort(labels, kind="stable")
    bounds = np.searchsorted(labels[order], np.arange(int(labels.max()) + 2))
    return [order[low:high] for low, high in pairwise(bounds) if high > low]
