"""The cache of decoded data sets: memory-mappable arrays that all processes share, one folder for each content.

A folder is named with the identity of the files that it was decoded from, so files that are replaced are decoded again,
also while a lab runs. The older folder is then removed. Processes that have mapped it keep their arrays: a run
goes on with the images that it began with.

Several processes may do all of this at the same time: each writes its own folder and renames it; the first one wins.

A machine without the files can get a decoded folder from another one. Its name has no identity: there are no files.

Own data sets (see `engine.datasets.own`) are stored in this form already, and need no cache.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from engine.datasets.dataset import Dataset, Source
from engine.datasets.files import identity
from engine.datasets.own_folder import missing
from engine.durable import save_array, write_text
from engine.errors import DatasetError, unwritable
from engine.levels import as_levels
from engine.reasons import Reason

#: Increased when the decoded format changes, so that data sets are decoded again.
VERSION = 3

ARRAYS = ("train_images", "train_labels", "test_images", "test_labels")

#: How often to try if files are replaced, or the folder is removed, meanwhile.
ATTEMPTS = 5

#: Unfinished folders older than this many seconds are leftovers of killed processes.
LEFT_BEHIND_SECONDS = 3600


def prepare(source: Source, data_dir: Path | None, cache_dir: Path) -> Path:
    """The folder of a data set, decoded from the present content of its files; decodes them if that was not done yet.

    Images are stored as levels of brightness (see `engine.levels`) if their values are levels.

    Raises:
        DatasetError: the data set is missing, its files are damaged, or the cache cannot be written.
    """
    if source.about is not None:
        source.read(data_dir)  # an own data set is stored decoded; this refuses what is missing or damaged
        if not (files := source.files(data_dir)):
            raise DatasetError(missing(source.name, source.title))
        return files[0].parent
    for _ in range(ATTEMPTS):
        identity_before = identity(source.files(data_dir))
        folder = folder_of(source.name, cache_dir, identity_before)
        if folder.is_dir():
            return folder
        dataset = source.read(data_dir)
        if identity(source.files(data_dir)) != identity_before:
            continue  # replaced while they were read
        try:
            _write(dataset, folder)
        except OSError as error:
            raise unwritable(cache_dir, error) from error
        _remove_others(source.name, folder)
        return folder
    raise _changing(source)


def folder_of(name: str, cache_dir: Path, identity_of_files: str = "") -> Path:
    """The folder of a data set that is decoded from files of this identity. Without one: the folder in which a machine
    without the files has what it got from another machine."""
    return cache_dir / "-".join(filter(None, (name, f"v{VERSION}", identity_of_files)))


def load(source: Source, data_dir: Path | None, cache_dir: Path) -> Dataset:
    """A data set whose arrays are mapped from the cache.

    Raises:
        DatasetError: for the reasons of `prepare`; or the decoded files are damaged and cannot be removed.
    """
    if source.about is not None:
        return source.read(data_dir)
    for _ in range(ATTEMPTS):
        folder = prepare(source, data_dir, cache_dir)
        try:
            arrays: dict[str, Any] = {
                name: np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False) for name in ARRAYS
            }
            about = json.loads((folder / "about.json").read_text("utf-8"))
            classes, digest = tuple(about["class_names"]), str(about["digest"])
            return Dataset(name=source.name, class_names=classes, digest=digest, **arrays)
        except (OSError, ValueError, EOFError, KeyError, TypeError) as error:
            # arrays were deleted or cut short, or another process has decoded newer files meanwhile
            _remove(source.name, folder)
            if not folder.is_dir():
                continue
            message = f"the decoded {source.name} in {folder} is damaged; delete that folder: {error}"
            values = {"dataset": source.name, "folder": str(folder)}
            raise DatasetError(Reason("cache_damaged", message, **values)) from error
    raise _changing(source)


def _changing(source: Source) -> DatasetError:
    message = f"the files of {source.name} are replaced again and again while they are read"
    return DatasetError(Reason("dataset_changing", message, dataset=source.name))


def _write(dataset: Dataset, folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{dataset.name}-", dir=folder.parent))
    try:
        digest = hashlib.blake2b(digest_size=16)
        for name in ARRAYS:
            values = getattr(dataset, name)
            values = np.ascontiguousarray(as_levels(values) if name.endswith("images") else values)
            digest.update(f"{values.dtype} {values.shape}".encode())
            digest.update(values.data)
            save_array(temporary / f"{name}.npy", values)
        about = {"class_names": dataset.class_names, "digest": digest.hexdigest()}
        write_text(temporary / "about.json", json.dumps(about))
        temporary.chmod(0o755)
        temporary.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise  # otherwise another process was first, and its folder is as good
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _remove_others(name: str, folder_to_keep: Path) -> None:
    """Remove what was decoded from older files of this data set, and leftovers of killed processes."""
    for folder in folder_to_keep.parent.glob(f"{name}-v*"):
        if folder != folder_to_keep:
            _remove(name, folder)
    for folder in folder_to_keep.parent.glob(f".{name}-*"):
        with suppress(OSError):
            if time.time() - folder.stat().st_mtime > LEFT_BEHIND_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)


def _remove(name: str, folder: Path) -> None:
    """Remove a folder of decoded files. It is renamed first, so that no process finds half of it. On Windows,
    it stays while a process has one of its files mapped."""
    with suppress(OSError):
        old = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=folder.parent))
        with suppress(OSError):
            folder.rename(old / "cache")
        shutil.rmtree(old, ignore_errors=True)
