"""IDX files, and data sets of 28×28 images that are four of them: images and labels, to train on and to test on.

The IDX format (LeCun): two zero bytes, a type (8: unsigned byte), the number of axes, each axis' length as a
big-endian u32, then the values. Files may be gzipped.

If several folders hold all four files, the first one is read: the lab's own, then torchvision's. In a folder, a name
with a hyphen comes before one with a dot (`train-images.idx3-ubyte`), and a plain file before `.gz`.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.datasets.dataset import Dataset, Progress, Source
from engine.datasets.files import find, opened, read_at_most
from engine.errors import DatasetError
from engine.reasons import Reason

SHAPE = (1, 28, 28)
_UNSIGNED_BYTE = 8
#: The number of axes of images; labels have one.
_MAX_AXES = 3
#: A file of more values than a million images have is something else.
MAX_VALUES = 28 * 28 * 1_000_000
#: The files of MNIST, and of sets that were made to stand in its place.
USUAL_FILES = {
    "train_images": "train-images-idx3-ubyte",
    "train_labels": "train-labels-idx1-ubyte",
    "test_images": "t10k-images-idx3-ubyte",
    "test_labels": "t10k-labels-idx1-ubyte",
}


def read_idx(path: Path) -> NDArray[np.uint8]:
    """The array in an IDX file of unsigned bytes, gzipped or not.

    Raises:
        DatasetError: the file is missing, cut short or something else; its name is in the message.
    """
    with opened(path) as content:
        head = content.read(4)
        if len(head) < 4 or head[:3] != bytes((0, 0, _UNSIGNED_BYTE)) or not 1 <= head[3] <= _MAX_AXES:
            message = f"{path} is not an IDX file of unsigned bytes"
            raise DatasetError(Reason("file_other", message, file=path.name))
        axes = head[3]
        lengths = content.read(4 * axes)
        if len(lengths) < 4 * axes:
            message = f"{path} ends in the middle of its header"
            wanted, held = 4 + 4 * axes, 4 + len(lengths)
            raise DatasetError(Reason("file_length", message, file=path.name, wanted=wanted, there=held))
        shape = struct.unpack(f">{axes}I", lengths)
        wanted = math.prod(shape)
        if not 0 < wanted <= MAX_VALUES:
            message = f"{path} says that it holds {wanted:,} values; 1 to {MAX_VALUES:,} are read"
            raise DatasetError(Reason("file_other", message, file=path.name))
        data, held = read_at_most(content, wanted)
    if held != wanted:
        message = f"{path} should hold {wanted:,} values but holds {held:,}"
        raise DatasetError(Reason("file_length", message, file=path.name, wanted=wanted, there=held))
    return np.frombuffer(data, np.uint8).reshape(shape)


@dataclass(frozen=True, slots=True, kw_only=True)
class IdxFiles:
    """The four files of one data set.

    `folders` may hold them, `files` are their names without endings, by array. `transposed`: the files have the columns
    of an image where others have its rows. `first_label` is the number of the first class in the files.
    """

    name: str
    folders: tuple[str, ...]
    class_names: tuple[str, ...]
    files: Mapping[str, str] = field(default_factory=lambda: USUAL_FILES)
    transposed: bool = False
    first_label: int = 0

    def source(
        self,
        *,
        title: str,
        train_size: int,
        test_size: int,
        fetch: Callable[[Path, Sequence[str], Progress | None], None],
        download_bytes: int,
        flippable: bool = False,
    ) -> Source:
        """The data set for the catalog. `download_bytes` is the size of all that `fetch` downloads."""
        return Source(
            name=self.name,
            title=title,
            shape=SHAPE,
            train_size=train_size,
            test_size=test_size,
            class_names=self.class_names,
            read=self.read,
            is_available=self.are_available,
            files=self.paths,
            fetch=fetch,
            levels=True,
            download_bytes=download_bytes,
            flippable=flippable,
        )

    def are_available(self, data_dir: Path | None) -> bool:
        return self._find(data_dir) is not None

    def paths(self, data_dir: Path | None) -> tuple[Path, ...]:
        """The four files, in the order in which they are read; empty if one is missing."""
        return tuple((self._find(data_dir) or {}).values())

    def read(self, data_dir: Path | None) -> Dataset:
        """Images (N, 1, 28, 28) as levels of brightness, and labels from 0.

        Raises:
            DatasetError: a file is missing, damaged or something else; its name is in the message.
        """
        paths = self._find(data_dir)
        if paths is None:
            raise self._missing(data_dir)
        arrays: dict[str, Any] = {}
        for array, path in paths.items():
            values = read_idx(path)
            wanted = SHAPE[1:] if array.endswith("images") else ()
            if values.shape[1:] != wanted:
                message = f"{path} holds items of shape {values.shape[1:]}, not {wanted}"
                raise DatasetError(Reason("file_other", message, file=path.name))
            arrays[array] = self._images(values) if wanted else values.astype(np.intp) - self.first_label
        try:
            return Dataset(name=self.name, class_names=self.class_names, **arrays)
        except ValueError as error:
            message = f"the files of {self.name} do not belong together: {error}"
            raise DatasetError(Reason("dataset_mixed", message, dataset=self.name)) from error

    def _images(self, values: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """(N, rows, columns) as (N, 1, rows, columns)."""
        images = values.transpose(0, 2, 1) if self.transposed else values
        return images[:, np.newaxis]

    def _find(self, data_dir: Path | None) -> dict[str, Path] | None:
        """The four files, all in one folder: the first that has them, under the first of the usual names."""
        if data_dir is None:
            return None
        for folder in self.folders:
            paths = {array: find(data_dir / folder, _names(file)) for array, file in self.files.items()}
            if all(paths.values()):
                return {array: path for array, path in paths.items() if path is not None}
        return None

    def _missing(self, data_dir: Path | None) -> DatasetError:
        """The error if no folder has all files: it describes the folder that has most of them."""
        where, file = "any data directory", self.files["train_images"]
        if data_dir is not None:
            lacks = {
                folder: [
                    name for name in self.files.values() if find(data_dir / folder, _names(name)) is None
                ]
                for folder in self.folders
            }
            folder = min(self.folders, key=lambda folder: len(lacks[folder]))
            where, file = str(data_dir / folder), lacks[folder][0]
        message = f"{self.name} is not there: no {file}[.gz] in {where}; `lossroom fetch {self.name}` gets it"
        return DatasetError(Reason("dataset_missing", message, dataset=self.name))


def _names(file: str) -> tuple[str, ...]:
    """The possible names of a file: with a hyphen or, as archives unpack it, with a dot; plain or gzipped."""
    dotted = file.replace("-idx", ".idx")
    return file, f"{file}.gz", dotted, f"{dotted}.gz"
