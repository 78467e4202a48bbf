"""CIFAR-10: 60,000 colour photographs of 32×32 pixels in ten classes (Krizhevsky 2009), in the binary files.

A file is a sequence of records: one byte of label, then 1,024 bytes each of red, green and blue. All training batches
that are on this machine are used; the whole data set has five of 10,000 images.
"""

from __future__ import annotations

import shutil
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.datasets.dataset import Dataset, Progress, Source
from engine.datasets.download import download
from engine.datasets.files import find, opened, read_at_most
from engine.errors import DatasetError, unreadable
from engine.reasons import Reason

FOLDER = "cifar-10-batches-bin"
SHAPE = (3, 32, 32)
RECORD = 1 + 3 * 32 * 32
#: A file with more records than the whole data set is something else.
MAX_RECORDS = 60_000
CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")

_ARCHIVE = "cifar-10-binary.tar.gz"
_CHECKSUM = "md5:c32a1d4ab5d03f1284b67883e8d87530"
_BYTES = 170_052_171
_MIRRORS = ("https://www.cs.toronto.edu/~kriz/",)


def read_records(path: Path) -> tuple[NDArray[np.uint8], NDArray[np.intp]]:
    """Images (N, 3, 32, 32), levels of brightness, and labels of one file, gzipped or not.

    Raises:
        DatasetError: the file is missing, cut short or something else; its name is in the message.
    """
    with opened(path) as content:
        data, there = read_at_most(content, MAX_RECORDS * RECORD)
    if not there or there != len(data) or there % RECORD:
        message = f"{path} should hold records of {RECORD:,} bytes but holds {there:,} bytes"
        wanted = RECORD * min(max(1, round(there / RECORD)), MAX_RECORDS)
        raise DatasetError(Reason("file_length", message, file=path.name, wanted=wanted, there=there))
    records = np.frombuffer(data, np.uint8).reshape(-1, RECORD)
    if records[:, 0].max() >= len(CLASSES):
        message = f"{path} holds labels up to {records[:, 0].max()}; it is not a CIFAR-10 file"
        raise DatasetError(Reason("file_other", message, file=path.name))
    return records[:, 1:].reshape(-1, *SHAPE), records[:, 0].astype(np.intp)


def read(data_dir: Path | None) -> Dataset:
    """All training batches on this machine, in their order, and the test batch."""
    paths = _files(data_dir)
    if not paths:
        where = f"{data_dir / FOLDER}" if data_dir else "any data directory"
        missing = "test_batch.bin" if _batches(data_dir) else "data_batch_1.bin"
        message = f"cifar10 is not there: no {missing}[.gz] in {where}; `lossroom fetch cifar10` gets it"
        raise DatasetError(Reason("dataset_missing", message, dataset="cifar10"))
    *parts, (test_images, test_labels) = [read_records(path) for path in paths]
    return Dataset(
        name="cifar10",
        train_images=np.concatenate([images for images, _ in parts]),
        train_labels=np.concatenate([labels for _, labels in parts]),
        test_images=test_images,
        test_labels=test_labels,
        class_names=CLASSES,
    )


def _batches(data_dir: Path | None) -> list[Path]:
    """The files of the training batches on this machine, plain or gzipped."""
    if data_dir is None:
        return []
    found = (find(data_dir / FOLDER, _names(f"data_batch_{number}")) for number in range(1, 10))
    return [path for path in found if path is not None]


def _names(batch: str) -> tuple[str, str]:
    return f"{batch}.bin", f"{batch}.bin.gz"


def _files(data_dir: Path | None) -> tuple[Path, ...]:
    """The files of the training batches and, last, of the test batch; empty if either kind is missing."""
    batches = _batches(data_dir)
    test = find(data_dir / FOLDER, _names("test_batch")) if data_dir is not None else None
    return (*batches, test) if batches and test is not None else ()


def _fetch(data_dir: Path, mirrors: Sequence[str], progress: Progress | None) -> None:
    addresses = [f"{mirror.rstrip('/')}/{_ARCHIVE}" for mirror in (*mirrors, *_MIRRORS)]
    archive = data_dir / _ARCHIVE
    download(addresses, archive, _CHECKSUM, lambda now, _: progress and progress(now, _BYTES))
    fresh = Path(tempfile.mkdtemp(prefix=".cifar10-", dir=data_dir))
    try:
        with tarfile.open(archive) as file:
            file.extractall(fresh, filter="data")
        shutil.rmtree(data_dir / FOLDER, ignore_errors=True)
        (fresh / FOLDER).rename(data_dir / FOLDER)
    except (OSError, tarfile.TarError) as error:
        raise unreadable(archive, error, doing="unpacked") from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    archive.unlink(missing_ok=True)


CIFAR10 = Source(
    name="cifar10",
    title="CIFAR-10",
    shape=SHAPE,
    train_size=50_000,
    test_size=10_000,
    class_names=CLASSES,
    read=read,
    is_available=lambda data_dir: bool(_files(data_dir)),
    files=_files,
    fetch=_fetch,
    levels=True,
    download_bytes=_BYTES,
    flippable=True,
)
