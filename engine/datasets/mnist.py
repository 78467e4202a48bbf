"""MNIST and Fashion-MNIST: 70,000 images of 28×28 pixels, in IDX files.

The IDX format (LeCun): two zero bytes, a type (8: unsigned byte), the number of axes, each axis' length as a
big-endian u32, then the values. Files may be gzipped.

If several folders hold all four files, the first one is read: the lab's own, then torchvision's. In a folder, a name
with a hyphen comes before one with a dot (`train-images.idx3-ubyte`), and a plain file before `.gz`.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.datasets.dataset import Dataset, Progress, Source
from engine.datasets.download import download
from engine.datasets.files import find, opened, read_at_most
from engine.errors import DatasetError
from engine.reasons import Reason

TRAIN_SIZE = 60_000
TEST_SIZE = 10_000
_UNSIGNED_BYTE = 8
#: The number of axes of images; labels have one.
_MAX_AXES = 3
#: A file of more values than a million images have is something else.
MAX_VALUES = 28 * 28 * 1_000_000
_FILES = {
    "train_images": "train-images-idx3-ubyte",
    "train_labels": "train-labels-idx1-ubyte",
    "test_images": "t10k-images-idx3-ubyte",
    "test_labels": "t10k-labels-idx1-ubyte",
}

_MNIST_SUMS = {
    "train-images-idx3-ubyte.gz": "md5:f68b3c2dcbeaaa9fbdd348bbdeb94873",
    "train-labels-idx1-ubyte.gz": "md5:d53e105ee54ea40749a09fcbcd1e9432",
    "t10k-images-idx3-ubyte.gz": "md5:9fb629c4189551a2d022fa330f9573f3",
    "t10k-labels-idx1-ubyte.gz": "md5:ec29112dd5afa0611ce80d1b7f02629c",
}
_FASHION_SUMS = {
    "train-images-idx3-ubyte.gz": "md5:8d4fb7e6c68d591d4c3dfef9ec88bf0d",
    "train-labels-idx1-ubyte.gz": "md5:25c81989df183df01b3e8a0aad5dffbe",
    "t10k-images-idx3-ubyte.gz": "md5:bef4ecab320f06d8554ea6380940ec79",
    "t10k-labels-idx1-ubyte.gz": "md5:bb300cfdad3c16e7a12a480ee83cd310",
}
_MNIST_MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
_FASHION_MIRRORS = (
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
)


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
            wanted, there = 4 + 4 * axes, 4 + len(lengths)
            raise DatasetError(Reason("file_length", message, file=path.name, wanted=wanted, there=there))
        shape = struct.unpack(f">{axes}I", lengths)
        wanted = math.prod(shape)
        if not 0 < wanted <= MAX_VALUES:
            message = f"{path} says that it holds {wanted:,} values; 1 to {MAX_VALUES:,} are read"
            raise DatasetError(Reason("file_other", message, file=path.name))
        data, there = read_at_most(content, wanted)
    if there != wanted:
        message = f"{path} should hold {wanted:,} values but holds {there:,}"
        raise DatasetError(Reason("file_length", message, file=path.name, wanted=wanted, there=there))
    return np.frombuffer(data, np.uint8).reshape(shape)


def _find(folders: Sequence[str], data_dir: Path | None) -> dict[str, Path] | None:
    """The four files, all in one folder: the first of `folders` that has them, under the first of the usual names."""
    if data_dir is None:
        return None
    for folder in folders:
        found = {array: find(data_dir / folder, _names(file)) for array, file in _FILES.items()}
        if all(found.values()):
            return {array: path for array, path in found.items() if path is not None}
    return None


def _names(file: str) -> tuple[str, ...]:
    """The possible names of a file: with a hyphen or, as archives unpack it, with a dot; plain or gzipped."""
    dotted = file.replace("-idx", ".idx")
    return file, f"{file}.gz", dotted, f"{dotted}.gz"


def _is_available(folders: Sequence[str], data_dir: Path | None) -> bool:
    return _find(folders, data_dir) is not None


def _files(folders: Sequence[str], data_dir: Path | None) -> tuple[Path, ...]:
    return tuple((_find(folders, data_dir) or {}).values())


def _missing(name: str, folders: Sequence[str], data_dir: Path | None) -> DatasetError:
    """The error if no folder has all files: it describes the folder that has most of them."""
    where, file = "any data directory", _FILES["train_images"]
    if data_dir is not None:
        lacks = {
            folder: [file for file in _FILES.values() if find(data_dir / folder, _names(file)) is None]
            for folder in folders
        }
        folder = min(folders, key=lambda folder: len(lacks[folder]))
        where, file = str(data_dir / folder), lacks[folder][0]
    message = f"{name} is not there: no {file}[.gz] in {where}; `lossroom fetch {name}` gets it"
    return DatasetError(Reason("dataset_missing", message, dataset=name))


def _read(name: str, folders: Sequence[str], class_names: tuple[str, ...], data_dir: Path | None) -> Dataset:
    paths = _find(folders, data_dir)
    if paths is None:
        raise _missing(name, folders, data_dir)
    arrays: dict[str, Any] = {}
    for array, path in paths.items():
        values = read_idx(path)
        wanted = (28, 28) if array.endswith("images") else ()
        if values.shape[1:] != wanted:
            message = f"{path} holds items of shape {values.shape[1:]}, not {wanted}"
            raise DatasetError(Reason("file_other", message, file=path.name))
        arrays[array] = values[:, np.newaxis] if array.endswith("images") else values.astype(np.intp)
    try:
        return Dataset(name=name, class_names=class_names, **arrays)
    except ValueError as error:
        message = f"the files of {name} do not belong together: {error}"
        raise DatasetError(Reason("dataset_mixed", message, dataset=name)) from error


def _fetch(
    folder: str,
    sums: dict[str, str],
    own_mirrors: Sequence[str],
    total: int,
    data_dir: Path,
    mirrors: Sequence[str],
    progress: Progress | None,
) -> None:
    bases = [f"{mirror.rstrip('/')}/{folder}/" for mirror in mirrors] + list(own_mirrors)
    received = 0
    for file, checksum in sums.items():

        def report(now: int, _: int, before: int = received) -> None:
            if progress is not None:
                progress(before + now, total)

        received += download([base + file for base in bases], data_dir / folder / file, checksum, report)


_MNIST_FOLDERS = ("mnist", "MNIST/raw")
_FASHION_FOLDERS = ("fashion-mnist", "FashionMNIST/raw")
_DIGITS = tuple("0123456789")
_CLOTHES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)

MNIST = Source(
    name="mnist",
    title="MNIST",
    shape=(1, 28, 28),
    train_size=TRAIN_SIZE,
    test_size=TEST_SIZE,
    class_names=_DIGITS,
    read=partial(_read, "mnist", _MNIST_FOLDERS, _DIGITS),
    is_available=partial(_is_available, _MNIST_FOLDERS),
    files=partial(_files, _MNIST_FOLDERS),
    fetch=partial(_fetch, "mnist", _MNIST_SUMS, _MNIST_MIRRORS, 11_594_722),
    levels=True,
    download_bytes=11_594_722,
)

FASHION_MNIST = Source(
    name="fashion_mnist",
    title="Fashion-MNIST",
    shape=(1, 28, 28),
    train_size=TRAIN_SIZE,
    test_size=TEST_SIZE,
    class_names=_CLOTHES,
    read=partial(_read, "fashion_mnist", _FASHION_FOLDERS, _CLOTHES),
    is_available=partial(_is_available, _FASHION_FOLDERS),
    files=partial(_files, _FASHION_FOLDERS),
    fetch=partial(_fetch, "fashion-mnist", _FASHION_SUMS, _FASHION_MIRRORS, 30_878_645),
    levels=True,
    download_bytes=30_878_645,
    flippable=True,
)
