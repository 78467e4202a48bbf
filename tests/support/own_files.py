"""Files as people bring them, read in tests: what a preview says, what is kept, and why one is refused."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.own_data.choices import Choices
from app.own_data.limits import Limits
from app.own_data.preview import Preview
from app.own_data.reading import decode, preview
from engine.datasets import own
from engine.errors import DatasetError
from engine.reasons import Reason

ROOMY = Limits()


@dataclass(frozen=True)
class Brought:
    """A file on its way into the lab. `out` is where data sets are kept."""

    path: Path
    name: str
    out: Path

    def preview(self, limits: Limits = ROOMY, **choices: Any) -> Preview:
        return preview(self.path, self.name, Choices(**choices), limits)

    def keep(self, limits: Limits = ROOMY, **choices: Any) -> tuple[own.About, dict[str, NDArray[Any]]]:
        """The data set and its arrays, read from its folder; the preview must have said the same."""
        said = self.preview(limits, **choices)
        about = decode(self.path, self.name, Choices(**choices), limits, self.out)
        folder = self.out / own.name_of(about)
        arrays = {name: np.load(folder / f"{name}.npy", allow_pickle=False) for name in own.ARRAYS}
        assert list(about.shape) == said["shape"]
        sizes = (about.train_size, about.test_size, about.validation_size)
        assert sizes == (said["train_size"], said["test_size"], said["validation_size"])
        assert sum(array.nbytes for array in arrays.values()) == said["decoded_bytes"]
        shown = dict.fromkeys(shown_class["shown"] for shown_class in said["classes"] if shown_class["shown"])
        assert tuple(shown) == about.class_names
        return about, arrays

    def refusal(self, limits: Limits = ROOMY, **choices: Any) -> Reason:
        """Why it is refused, by the preview and when it is to be kept; nothing of it stays."""
        reasons, before = [], set(self.out.iterdir())
        for attempt in (self.preview, self.keep):
            try:
                attempt(limits, **choices)
            except DatasetError as error:
                reasons.append(error.args[0])
        assert len(reasons) == 2, "it was read"
        assert reasons[0] == reasons[1]
        assert set(self.out.iterdir()) == before
        assert isinstance(reasons[0], Reason)
        return reasons[0]


def bring(folder: Path, name: str, data: bytes) -> Brought:
    """A file of these bytes. On disk it has another name, as uploads do."""
    (folder / "out").mkdir(exist_ok=True)
    path = folder / "file"
    path.write_bytes(data)
    return Brought(path, name, folder / "out")


def zipped(members: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP file with these members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, compression)
    return buffer.getvalue()


def rows_of(about: own.About, arrays: Mapping[str, NDArray[Any]]) -> list[tuple[str, tuple[Any, ...]]]:
    """All rows or images of a data set with the names of their classes, sorted."""
    found = []
    for part in ("train", "test"):
        for values, label in zip(arrays[f"{part}_images"], arrays[f"{part}_labels"], strict=True):
            found.append((about.class_names[label], tuple(values.ravel().tolist())))
    return sorted(found)
