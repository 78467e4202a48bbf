"""MNIST and Fashion-MNIST: 70,000 images of 28×28 pixels, in IDX files.

The IDX format (LeCun): two zero bytes, a type (8: unsigned byte), the number of axes, each axis' length as a
big-endian u32, then the values. Files may be gzipped.
"""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.datasets.dataset import Dataset, Progress, Source
from engine.datasets.download import download
from engine.errors import DatasetError, unreadable
from engine.reasons import Reason

TRAIN_SIZE = 60_000
TEST_SIZE = 10_000
_UNSIGNED_BYTE = 8
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
    try:
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (OSError, EOFError, zlib.error) as error:
        raise unreadable(path, error) from error
    if len(data) < 4 or data[:3] != bytes((0, 0, _UNSIGNED_BYTE)):
        message = f"{path} is not an IDX file of unsigned bytes"
        raise DatasetError(Reason("file_other", message, file=path.name))
    axes = data[3]
    start = 4 + 4 * axes
    if len(data) < start:
        message = f"{path} ends in the middle of its header"
        raise DatasetError(Reason("file_length", message, file=path.name, wanted=start, there=len(data)))
    shape = struct.unpack(f">{axes}I", data[4:start])
    if len(data) - start != math.prod(shape):
        wanted, there = math.prod(shape), len(data) - start
        message = f"{path} should hold {wanted:,} values but holds {there:,}"
        raise DatasetError(Reason("file_length", message, file=path.name, wanted=wanted, there=there))
    return np.frombuffer(data, np.uint8, offset=start).reshape(shape)


def _find(folder: Path, name: str) -> Path | None:
    """The file, plain or gzipped."""
    return next((path for path in (folder / name, folder / f"{name}.gz") if path.is_file()), None)


def _is_available(folder: str, data_dir: Path | None) -> bool:
    return data_dir is not None and all(_find(data_dir / folder, name) for name in _FILES.values())


def _read(name: str, folder: str, class_names: tuple[str, ...], data_dir: Path | None) -> Dataset:
    arrays: dict[str, Any] = {}
    for array, file in _FILES.items():
        path = None if data_dir is None else _find(data_dir / folder, file)
        if path is None:
            where = f"{data_dir / folder}" if data_dir else "any data directory"
            message = f"{name} is not there: no {file}[.gz] in {where}; `lossroom fetch {name}` gets it"
            raise DatasetError(Reason("dataset_missing", message, dataset=name))
        values = read_idx(path)
        wanted = (28, 28) if array.endswith("images") else ()
        if values.shape[1:] != wanted:
            message = f"{path} holds items of shape {values.shape[1:]}, not {wanted}"
            raise DatasetError(Reason("file_other", message, file=path.name))
        if array.endswith("images"):
            arrays[array] = (values[:, np.newaxis] * np.float32(1 / 255)).astype(np.float32, copy=False)
        else:
            arrays[array] = values.astype(np.intp)
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
    read=partial(_read, "mnist", "mnist", _DIGITS),
    is_available=partial(_is_available, "mnist"),
    fetch=partial(_fetch, "mnist", _MNIST_SUMS, _MNIST_MIRRORS, 11_594_722),
    download_bytes=11_594_722,
)

FASHION_MNIST = Source(
    name="fashion_mnist",
    title="Fashion-MNIST",
    shape=(1, 28, 28),
    train_size=TRAIN_SIZE,
    test_size=TEST_SIZE,
    class_names=_CLOTHES,
    read=partial(_read, "fashion_mnist", "fashion-mnist", _CLOTHES),
    is_available=partial(_is_available, "fashion-mnist"),
    fetch=partial(_fetch, "fashion-mnist", _FASHION_SUMS, _FASHION_MIRRORS, 30_878_645),
    download_bytes=30_878_645,
    flippable=True,
)
