"""Digits: 1,797 handwritten digits of 8×8 pixels that come with scikit-learn. Always there, no network.

From the UCI repository (Alpaydin & Kaynak 1998): the test part of "Optical Recognition of Handwritten Digits".
"""

from __future__ import annotations

import gzip
import importlib.util
from pathlib import Path

import numpy as np

from engine.datasets.dataset import Dataset, Source
from engine.errors import DatasetError, unreadable
from engine.reasons import Reason

TRAIN_SIZE = 1437
TEST_SIZE = 360
_CLASSES = tuple("0123456789")


def _path() -> Path:
    """Their file, in its package; without importing scikit-learn, which takes a second."""
    package = importlib.util.find_spec("sklearn")
    if package is None or package.origin is None:
        message = "the digits come with scikit-learn, which is not installed"
        raise DatasetError(Reason("digits_missing", message))
    return Path(package.origin).parent / "datasets" / "data" / "digits.csv.gz"


def read(data_dir: Path | None = None) -> Dataset:
    """The digits, split once and for all: in a fixed random order, the first 1,437 train, 360 test."""
    path = _path()
    try:
        with gzip.open(path, "rt") as file:
            table = np.loadtxt(file, delimiter=",", dtype=np.float32)
    except (OSError, ValueError, EOFError) as error:
        raise unreadable(path, error) from error
    table = table[np.random.Generator(np.random.PCG64(1797)).permutation(len(table))]
    images = (table[:, :-1] / 16).reshape(-1, 1, 8, 8)
    labels = table[:, -1].astype(np.intp)
    return Dataset(
        name="digits",
        train_images=images[:TRAIN_SIZE],
        train_labels=labels[:TRAIN_SIZE],
        test_images=images[TRAIN_SIZE:],
        test_labels=labels[TRAIN_SIZE:],
        class_names=_CLASSES,
    )


DIGITS = Source(
    name="digits",
    title="Digits 8×8",
    shape=(1, 8, 8),
    train_size=TRAIN_SIZE,
    test_size=TEST_SIZE,
    class_names=_CLASSES,
    read=read,
    files=lambda data_dir: (_path(),),
)
