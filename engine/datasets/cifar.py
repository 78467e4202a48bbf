"""CIFAR-10 and CIFAR-100: 60,000 colour photographs of 32×32 pixels in ten or a hundred classes (Krizhevsky 2009), in
the binary files.

A file is a sequence of records: the label, then 1,024 bytes each of red, green and blue. In CIFAR-100 two bytes are the
label: one of 20 groups, which is not used, and the class. All training batches that are on this machine are used.
"""

from __future__ import annotations

import shutil
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.datasets.dataset import Dataset, Progress, Source
from engine.datasets.download import download, unpacking
from engine.datasets.files import find, opened, read_at_most
from engine.errors import DatasetError
from engine.reasons import Reason

SHAPE = (3, 32, 32)
_PIXELS = 3 * 32 * 32
#: A file with more records than the whole data set is something else.
MAX_RECORDS = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CifarFiles:
    """The files of one data set.

    `label_bytes` precede the pixels of each record; the last of them is the class. `batches` and `test` are names of
    files without endings, in `folder`; `checksum` and `total` are those of the publisher's `archive`.
    """

    name: str
    folder: str
    class_names: tuple[str, ...]
    label_bytes: int
    batches: tuple[str, ...]
    test: str
    archive: str
    checksum: str
    total: int

    @property
    def record(self) -> int:
        """The bytes of one record."""
        return self.label_bytes + _PIXELS

    def read_records(self, path: Path) -> tuple[NDArray[np.uint8], NDArray[np.intp]]:
        """Images (N, 3, 32, 32), levels of brightness, and labels of one file, gzipped or not.

        Raises:
            DatasetError: the file is missing, cut short or something else; its name is in the message.
        """
        record = self.record
        with opened(path) as content:
            data, held = read_at_most(content, MAX_RECORDS * record)
        if not held or held != len(data) or held % record:
            message = f"{path} should hold records of {record:,} bytes but holds {held:,} bytes"
            wanted = record * min(max(1, round(held / record)), MAX_RECORDS)
            raise DatasetError(Reason("file_length", message, file=path.name, wanted=wanted, there=held))
        records = np.frombuffer(data, np.uint8).reshape(-1, record)
        labels = records[:, self.label_bytes - 1]
        if labels.max() >= len(self.class_names):
            message = f"{path} holds labels up to {labels.max()}; it is no file of {self.name}"
            raise DatasetError(Reason("file_other", message, file=path.name))
        return records[:, self.label_bytes :].reshape(-1, *SHAPE), labels.astype(np.intp)

    def read(self, data_dir: Path | None) -> Dataset:
        """All training batches on this machine, in their order, and the test batch."""
        paths = self.paths(data_dir)
        if not paths:
            where = f"{data_dir / self.folder}" if data_dir else "any data directory"
            missing = self.test if self._found(data_dir) else self.batches[0]
            lack = f"{self.name} is not there: no {missing}.bin[.gz] in {where}"
            message = f"{lack}; `lossroom fetch {self.name}` gets it"
            raise DatasetError(Reason("dataset_missing", message, dataset=self.name))
        *parts, (test_images, test_labels) = [self.read_records(path) for path in paths]
        return Dataset(
            name=self.name,
            train_images=np.concatenate([images for images, _ in parts]),
            train_labels=np.concatenate([labels for _, labels in parts]),
            test_images=test_images,
            test_labels=test_labels,
            class_names=self.class_names,
        )

    def paths(self, data_dir: Path | None) -> tuple[Path, ...]:
        """The files of the training batches and, last, of the test batch; empty if either kind is missing."""
        batches = self._found(data_dir)
        test = find(data_dir / self.folder, _names(self.test)) if data_dir is not None else None
        return (*batches, test) if batches and test is not None else ()

    def fetch(self, data_dir: Path, mirrors: Sequence[str], progress: Progress | None) -> None:
        addresses = [f"{mirror.rstrip('/')}/{self.archive}" for mirror in (*mirrors, _PUBLISHER)]
        archive = data_dir / self.archive
        download(addresses, archive, self.checksum, lambda now, _: progress and progress(now, self.total))
        with unpacking(archive) as fresh:
            with tarfile.open(archive) as file:
                file.extractall(fresh, filter="data")
            shutil.rmtree(data_dir / self.folder, ignore_errors=True)
            (fresh / self.folder).rename(data_dir / self.folder)

    def _found(self, data_dir: Path | None) -> list[Path]:
        """The files of the training batches on this machine, plain or gzipped."""
        if data_dir is None:
            return []
        paths = (find(data_dir / self.folder, _names(batch)) for batch in self.batches)
        return [path for path in paths if path is not None]


def _names(batch: str) -> tuple[str, str]:
    return f"{batch}.bin", f"{batch}.bin.gz"


def _source(title: str, files: CifarFiles) -> Source:
    return Source(
        name=files.name,
        title=title,
        shape=SHAPE,
        train_size=50_000,
        test_size=10_000,
        class_names=files.class_names,
        read=files.read,
        is_available=lambda data_dir: bool(files.paths(data_dir)),
        files=files.paths,
        fetch=files.fetch,
        levels=True,
        download_bytes=files.total,
        flippable=True,
    )


_PUBLISHER = "https://www.cs.toronto.edu/~kriz"
TEN = CifarFiles(
    name="cifar10",
    folder="cifar-10-batches-bin",
    class_names=("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
    label_bytes=1,
    batches=tuple(f"data_batch_{number}" for number in range(1, 6)),
    test="test_batch",
    archive="cifar-10-binary.tar.gz",
    checksum="md5:c32a1d4ab5d03f1284b67883e8d87530",
    total=170_052_171,
)
#: One word each, with hyphens for spaces.
_CLASSES = """
apple aquarium-fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly
camel can castle caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup
dinosaur dolphin elephant flatfish forest fox girl hamster house kangaroo keyboard lamp lawn-mower
leopard lion lizard lobster man maple-tree motorcycle mountain mouse mushroom oak-tree orange orchid
otter palm-tree pear pickup-truck pine-tree plain plate poppy porcupine possum rabbit raccoon ray
road rocket rose sea seal shark shrew skunk skyscraper snail snake spider squirrel streetcar
sunflower sweet-pepper table tank telephone television tiger tractor train trout tulip turtle
wardrobe whale willow-tree wolf woman worm
"""
HUNDRED = CifarFiles(
    name="cifar100",
    folder="cifar-100-binary",
    class_names=tuple(name.replace("-", " ") for name in _CLASSES.split()),
    label_bytes=2,
    batches=("train",),
    test="test",
    archive="cifar-100-binary.tar.gz",
    checksum="md5:03b5dce01913d631647c71ecec9e9cb8",
    total=168_513_733,
)
CIFAR10 = _source("CIFAR-10", TEN)
CIFAR100 = _source("CIFAR-100", HUNDRED)
