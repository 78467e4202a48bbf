"""Data sets by name: which ones exist, which are on this machine, and how to download the others.

status(name, data_dir)                what the data set is, and whether it is there
fetch(name, data_dir, progress=...)   download it
prepare(name, data_dir, cache_dir)    decode it once into arrays that all processes map
load_dataset(name, ...)               the arrays
sample(dataset, part=..., ...)        some of them, to look at

There is a catalog of data sets, and there are those that people brought (see `engine.datasets.own`).
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.datasets import cache, cifar, digits, emnist, imagenet, mnist, own, points
from engine.datasets.dataset import Dataset, Source
from engine.datasets.sample import Sample, sample
from engine.errors import DatasetError
from engine.levels import as_numbers
from engine.reasons import Reason

__all__ = [
    "Dataset",
    "DatasetError",
    "Sample",
    "catalog",
    "digest",
    "fetch",
    "find",
    "load_dataset",
    "names",
    "own",
    "prepare",
    "sample",
    "source",
    "status",
]

SOURCES: dict[str, Source] = {
    source.name: source
    for source in (
        mnist.MNIST,
        digits.DIGITS,
        mnist.FASHION_MNIST,
        mnist.KUZUSHIJI_MNIST,
        emnist.LETTERS,
        emnist.BALANCED,
        cifar.CIFAR10,
        cifar.CIFAR100,
        *points.SETS,
        imagenet.IMAGENET,
    )
}


def catalog() -> list[str]:
    """The data sets that every lab has, in the order of the form."""
    return [name for name, data_source in SOURCES.items() if data_source.listed]


def names() -> list[str]:
    """All data sets, in the order of the form: the catalog, then own ones that can be trained on."""
    return [*catalog(), *own.names()]


def find(name: str) -> Source | None:
    """The description of a data set, whether or not it is on this machine; None if there is none of this name."""
    return SOURCES.get(name) or own.find(name)


def source(name: str) -> Source:
    """The description of a data set, whether or not it is on this machine.

    Raises:
        DatasetError: there is none of this name.
    """
    data_source = find(name)
    if data_source is None:
        raise _unknown(name)
    return data_source


def _unknown(name: str) -> DatasetError:
    if own.is_name(name):
        return DatasetError(own.missing(name))
    message = f"there is no data set {name!r}; there are {', '.join(catalog())}"
    return DatasetError(Reason("dataset_unknown", message))


def status(name: str, data_dir: Path | None = None) -> dict[str, Any]:
    """A data set for the form; `available` says whether it can be trained on now. `class_names` are those of an own
    data set; the catalog's are not listed here, as every page gets these values and needs no names.

    Raises:
        DatasetError: there is none of this name.
    """
    chosen = source(name)
    about = chosen.about
    return {
        "name": name,
        "title": chosen.title,
        "shape": list(chosen.shape),
        "classes": len(chosen.class_names),
        "class_names": [] if about is None else list(about.class_names),
        "columns": [] if about is None else list(about.columns),
        "flippable": chosen.flippable,
        "train_size": chosen.train_size,
        "test_size": chosen.test_size,
        "validation_size": 0 if about is None else about.validation_size,
        "available": chosen.is_available(data_dir),
        "fetchable": chosen.fetch is not None,
        "download_bytes": chosen.download_bytes,
        "own": about is not None,
    }


def fetch(
    name: str,
    data_dir: Path,
    *,
    progress: Callable[[int, int], None] | None = None,
    mirrors: Sequence[str] = (),
) -> None:
    """Download a data set into `data_dir`.

    Args:
        progress: called with the bytes received and the bytes there are.
        mirrors: base addresses to try first, such as a school's own server; those of the environment
            variable LOSSROOM_MIRRORS (separated by spaces) follow.

    Raises:
        DatasetError: it cannot be downloaded, or the downloaded files are wrong.
    """
    data_source = source(name)
    if data_source.fetch is None:
        raise DatasetError(Reason("dataset_not_fetchable", f"{name} cannot be downloaded", dataset=name))
    data_source.fetch(data_dir, [*mirrors, *os.environ.get("LOSSROOM_MIRRORS", "").split()], progress)


def prepare(name: str, data_dir: Path | None, cache_dir: Path) -> Path:
    """Decode a data set into memory-mappable .npy files, once for each content of its files; returns their folder.

    See `engine.datasets.cache`.
    """
    return cache.prepare(source(name), data_dir, cache_dir)


def digest(name: str, data_dir: Path | None, cache_dir: Path) -> str:
    """Identifies the content of a data set; decodes it if it is not decoded yet.

    Raises:
        DatasetError: it is not there, or its files are damaged.
    """
    return cache.load(source(name), data_dir, cache_dir).digest


def load_dataset(name: str, *, data_dir: Path | None = None, cache_dir: Path | None = None) -> Dataset:
    """A data set's arrays: images as numbers, decoded into memory, or mapped from the cache, as levels where they are
    such (see `engine.levels`).

    Raises:
        DatasetError: it is not there, or its files are damaged.
    """
    data_source = source(name)
    if cache_dir is not None:
        return cache.load(data_source, data_dir, cache_dir)
    dataset = data_source.read(data_dir)
    train_images, test_images = (
        as_numbers(x, np.float32) for x in (dataset.train_images, dataset.test_images)
    )
    return replace(dataset, train_images=train_images, test_images=test_images)


def noisy_labels(
    labels: NDArray[np.intp], classes: int, share: float, generator: np.random.Generator
) -> NDArray[np.intp]:
    """A copy of labels in which a share (0 to 1) is wrong: replaced by one of the other classes."""
    labels = np.array(labels)
    wrong = generator.choice(len(labels), size=math.floor(share * len(labels)), replace=False)
    labels[wrong] = (labels[wrong] + generator.integers(1, classes, size=len(wrong))) % classes
    return labels
