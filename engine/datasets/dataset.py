"""A data set: its four arrays, and its source."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from engine.datasets.own_about import About

#: Called with (bytes received, bytes in all).
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """Images and labels.

    Images are (N, C, H, W) or (N, features), float32 or, as levels of brightness (see `engine.levels`), uint8;
    labels are class indices, intp, (N,). `digest` identifies the content of an own data set or of one from the cache;
    otherwise it is empty.

    Raises:
        ValueError: the shapes of the arrays do not match, or a part is empty, or a label has no class.
    """

    name: str
    train_images: NDArray[Any]
    train_labels: NDArray[Any]
    test_images: NDArray[Any]
    test_labels: NDArray[Any]
    class_names: Sequence[str]
    digest: str = ""

    def __post_init__(self) -> None:
        for part in ("train", "test"):
            images, labels = getattr(self, f"{part}_images"), getattr(self, f"{part}_labels")
            if len(images) != len(labels) or labels.ndim != 1:
                raise ValueError(f"{part}: {images.shape} images do not go with {labels.shape} labels")
            if not len(images):
                raise ValueError(f"{part}: there are no images")
            low, high = int(labels.min()), int(labels.max())
            if low < 0 or high >= len(self.class_names):
                raise ValueError(f"{part}: labels {low} to {high} for {len(self.class_names)} classes")
        if self.train_images.shape[1:] != self.test_images.shape[1:]:
            raise ValueError(
                f"train images are {self.train_images.shape[1:]}, test images {self.test_images.shape[1:]}"
            )

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one image."""
        return tuple(self.train_images.shape[1:])


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a data set comes from.

    `fetch` downloads it; None if it needs no download, or if its licence forbids passing it on. `listed` is False for a
    data set that must be given to the trainer (`Trainer(config, dataset)`). `flippable`: an image keeps its class when
    left and right are exchanged. `levels`: `read` gives images as levels of brightness (see `engine.levels`), as the
    files hold them. `files` lists the files that `read` would read, in order; it is empty if one of them is missing.
    `about` is what else an own data set has (see `engine.datasets.own`); None: it is one of the catalog.
    """

    name: str
    title: str
    shape: tuple[int, ...]
    train_size: int
    test_size: int
    class_names: tuple[str, ...]
    read: Callable[[Path | None], Dataset]
    is_available: Callable[[Path | None], bool] = lambda data_dir: True
    fetch: Callable[[Path, Sequence[str], Progress | None], None] | None = None
    download_bytes: int = 0
    listed: bool = True
    levels: bool = False
    flippable: bool = False
    files: Callable[[Path | None], tuple[Path, ...]] = lambda data_dir: ()
    about: About | None = None
