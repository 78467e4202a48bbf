"""An own data set as an NPZ: all that it is, in one file, which every program reads and every lab takes back.

own_npz.load("Leaves.npz")                      # from now on this process knows it
Trainer(ExperimentConfig.from_dict(experiment))
"""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from engine.datasets import own
from engine.datasets.dataset import Dataset
from engine.datasets.own import About, Arrays
from engine.errors import DatasetError, unreadable
from engine.reasons import Reason


def write(file: BinaryIO, dataset: Dataset, about: About) -> None:
    """Write x_train, y_train, x_test, y_test, class_names, validation_size and flippable; of a table also columns, and
    if it was standardized units, (features, 2): mean and standard deviation."""
    contents: dict[str, NDArray[Any]] = {
        "x_train": dataset.train_images,
        "y_train": dataset.train_labels,
        "x_test": dataset.test_images,
        "y_test": dataset.test_labels,
        "class_names": np.array(about.class_names),
        "validation_size": np.array(about.validation_size, np.int64),
        "flippable": np.array(about.flippable),
    }
    if about.columns:
        contents["columns"] = np.array(about.columns)
    if about.units:
        contents["units"] = np.array(about.units, np.float64)
    np.savez(file, allow_pickle=False, **contents)


def load(path: str | Path) -> Dataset:
    """A data set from a file that `write` has written. This process knows its name from now on.

    Raises:
        DatasetError: the file is missing, damaged or something else.
    """
    path = Path(path)
    try:
        with np.load(path, allow_pickle=False) as file:
            members = dict(file)
        arrays = Arrays(
            train_images=members["x_train"],
            train_labels=members["y_train"].astype(np.intp),
            test_images=members["x_test"],
            test_labels=members["y_test"].astype(np.intp),
        )
        class_names = tuple(map(str, members["class_names"]))
        columns = tuple(map(str, members.get("columns", ())))
        about = About(
            shape=tuple(arrays.train_images.shape[1:]),
            class_names=class_names,
            columns=columns,
            units=tuple((float(mean), float(deviation)) for mean, deviation in members.get("units", ())),
            train_size=len(arrays.train_labels),
            test_size=len(arrays.test_labels),
            validation_size=int(members["validation_size"]),
            flippable=bool(members["flippable"]),
            origin="npz",
            digest=own.digest_of(arrays, class_names, columns),
        )
        return own.give(about, arrays, title=path.stem)
    except OSError as error:
        raise unreadable(path, error) from error
    except (ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        message = f"{path} is no file of an own data set: {error}"
        raise DatasetError(Reason("file_other", message, file=path.name)) from error
