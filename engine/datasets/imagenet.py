"""ImageNet's shape, for networks made for it. The images must not be passed on, so users must bring their own.

Trainer(config, dataset=Dataset(name="imagenet", ...))
"""

from __future__ import annotations

from pathlib import Path

from engine.datasets.dataset import Dataset, Source
from engine.errors import DatasetError
from engine.reasons import Reason


def read(data_dir: Path | None) -> Dataset:
    message = "the images of imagenet must be brought along: Trainer(config, dataset=...)"
    raise DatasetError(Reason("dataset_missing", message, dataset="imagenet"))


IMAGENET = Source(
    name="imagenet",
    title="ImageNet (your own)",
    shape=(3, 224, 224),
    train_size=1_281_167,
    test_size=50_000,
    class_names=tuple(f"class {number}" for number in range(1000)),
    read=read,
    is_available=lambda data_dir: False,
    listed=False,
    flippable=True,
)
