"""Digits: 1,797 handwritten digits of 8×8 pixels. They come with the lab and need no network.

From the UCI repository (Alpaydin & Kaynak 1998): the test part of "Optical Recognition of Handwritten Digits".
`digits.csv.gz.license` names its authors and licence.
"""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np

from engine.datasets.dataset import Dataset, Source
from engine.errors import unreadable

TRAIN_SIZE = 1437
TEST_SIZE = 360
_CLASSES = tuple("0123456789")
_FILE = Path(__file__).with_name("digits.csv.gz")


def read(data_dir: Path | None = None) -> Dataset:
    """The digits in a fixed random order: the first 1,437 are for training, the other 360 for the test."""
    try:
        with gzip.open(_FILE, "rt") as file:
            table = np.loadtxt(file, delimiter=",", dtype=np.float32)
    except (OSError, ValueError, EOFError) as error:
        raise unreadable(_FILE, error) from error
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
    files=lambda data_dir: (_FILE,),
)
