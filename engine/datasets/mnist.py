"""MNIST, Fashion-MNIST and Kuzushiji-MNIST: 70,000 images of 28×28 pixels each, in four IDX files.

Kuzushiji are the cursive characters of Japanese books up to the 19th century (Clanuwat et al. 2018, CC BY-SA 4.0).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.datasets.dataset import Progress, Source
from engine.datasets.download import download
from engine.datasets.idx import IdxFiles

TRAIN_SIZE = 60_000
TEST_SIZE = 10_000


@dataclass(frozen=True, slots=True)
class _Publisher:
    """Where the four files can be fetched: base addresses, MD5 sums by file, and the bytes of all files."""

    addresses: tuple[str, ...]
    sums: dict[str, str]
    total: int


_DIGITS = IdxFiles(name="mnist", folders=("mnist", "MNIST/raw"), class_names=tuple("0123456789"))
_CLOTHES = IdxFiles(
    name="fashion_mnist",
    folders=("fashion-mnist", "FashionMNIST/raw"),
    class_names=(
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
    ),
)
_KUZUSHIJI = IdxFiles(
    name="kmnist",
    folders=("kmnist", "KMNIST/raw"),
    class_names=tuple("おきすつなはまやれを"),
)


def _source(title: str, files: IdxFiles, publisher: _Publisher, *, flippable: bool = False) -> Source:
    def fetch(data_dir: Path, mirrors: Sequence[str], progress: Progress | None) -> None:
        folder = files.folders[0]
        bases = [f"{mirror.rstrip('/')}/{folder}/" for mirror in mirrors] + list(publisher.addresses)
        received = 0
        for file, checksum in publisher.sums.items():

            def report(now: int, _: int, before: int = received) -> None:
                if progress is not None:
                    progress(before + now, publisher.total)

            addresses = [base + file for base in bases]
            received += download(addresses, data_dir / folder / file, f"md5:{checksum}", report)

    return files.source(
        title=title,
        train_size=TRAIN_SIZE,
        test_size=TEST_SIZE,
        fetch=fetch,
        download_bytes=publisher.total,
        flippable=flippable,
    )


MNIST = _source(
    "MNIST",
    _DIGITS,
    _Publisher(
        (
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
        ),
        {
            "train-images-idx3-ubyte.gz": "f68b3c2dcbeaaa9fbdd348bbdeb94873",
            "train-labels-idx1-ubyte.gz": "d53e105ee54ea40749a09fcbcd1e9432",
            "t10k-images-idx3-ubyte.gz": "9fb629c4189551a2d022fa330f9573f3",
            "t10k-labels-idx1-ubyte.gz": "ec29112dd5afa0611ce80d1b7f02629c",
        },
        11_594_722,
    ),
)
FASHION_MNIST = _source(
    "Fashion-MNIST",
    _CLOTHES,
    _Publisher(
        (
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
            "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
        ),
        {
            "train-images-idx3-ubyte.gz": "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
            "train-labels-idx1-ubyte.gz": "25c81989df183df01b3e8a0aad5dffbe",
            "t10k-images-idx3-ubyte.gz": "bef4ecab320f06d8554ea6380940ec79",
            "t10k-labels-idx1-ubyte.gz": "bb300cfdad3c16e7a12a480ee83cd310",
        },
        30_878_645,
    ),
    flippable=True,
)
KUZUSHIJI_MNIST = _source(
    "Kuzushiji-MNIST",
    _KUZUSHIJI,
    _Publisher(
        ("https://codh.rois.ac.jp/kmnist/dataset/kmnist/", "http://codh.rois.ac.jp/kmnist/dataset/kmnist/"),
        {
            "train-images-idx3-ubyte.gz": "bdb82020997e1d708af4cf47b453dcf7",
            "train-labels-idx1-ubyte.gz": "e144d726b3acfaa3e44228e80efcd344",
            "t10k-images-idx3-ubyte.gz": "5c965bf0a639b31b8f53240b1b52f4d7",
            "t10k-labels-idx1-ubyte.gz": "7320c461ea6c1c855c0b718fb2a4b134",
        },
        21_240_888,
    ),
)
