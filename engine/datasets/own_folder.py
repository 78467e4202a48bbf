"""The folder of an own data set: what is written there, and read.

    own-0123456789abcdef/about.json            what it is: enough to check an experiment; never changes
                         card.json             what may change: its title, whose it is, who sees it
                         train_images.npy …    the four arrays, as in the cache of decoded data sets

Of a deleted data set the arrays are removed, and the rest stays: the experiments of its runs can still be read.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from engine.datasets.dataset import Dataset
from engine.datasets.own_about import ARRAYS, About, Arrays, Card, demand_match, digest_of, name_of
from engine.durable import save_array, sync_folder, write_text
from engine.errors import DatasetError, unwritable
from engine.reasons import Reason

#: The names of unfinished folders begin with this.
_HIDDEN = ".own-"
#: Unfinished folders older than this many seconds are leftovers of killed processes.
LEFT_BEHIND_SECONDS = 3600


def is_there(folder: Path) -> bool:
    """Whether a data set can be trained on: all its arrays are there."""
    return all(path.is_file() for path in (*array_paths(folder), folder / "about.json"))


def read_about(folder: Path) -> About:
    """What a data set is.

    Raises:
        OSError, ValueError: its file cannot be read, is something else, or belongs to another data set.
    """
    about = About.from_dict(json.loads((folder / "about.json").read_text("utf-8")))
    if name_of(about) != folder.name:
        raise ValueError(f"{folder / 'about.json'} is about {name_of(about)}")
    return about


def read_card(folder: Path) -> Card:
    """The card of a data set. If its file is missing or damaged: a private card with the data set's name as title."""
    try:
        return Card.from_dict(json.loads((folder / "card.json").read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return Card(title=folder.name)


def write_card(folder: Path, card: Card) -> None:
    """Replace the card in one step, so that no reader sees half of it.

    Raises:
        DatasetError: the folder cannot be written.
    """
    _replace(folder / "card.json", json.dumps(asdict(card), ensure_ascii=False))


def write(folder: Path, about: About, arrays: Arrays) -> Path:
    """Write a data set into `folder`, all of it or nothing; returns its own folder there. Content that was
    written before is not stored twice; if that data set was deleted, its arrays come back.

    Raises:
        DatasetError: the folder cannot be written.
        ValueError: `about` does not say what the arrays hold.
    """
    demand_match(about, arrays)
    if about.digest != digest_of(arrays, about.class_names, about.columns):
        raise ValueError("digest must be that of the arrays")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=_HIDDEN, dir=folder))
    except OSError as error:
        raise unwritable(folder, error) from error
    try:
        new = temporary / name_of(about)
        new.mkdir(mode=0o755)
        for name in ARRAYS:
            save_array(new / f"{name}.npy", np.ascontiguousarray(getattr(arrays, name)))
        write_text(new / "about.json", _text(about))
        sync_folder(new)
        return move_in(new, folder)
    except OSError as error:
        raise unwritable(folder, error) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def move_in(new: Path, folder: Path) -> Path:
    """Move the folder of a data set into `folder`, on the same disk. Returns its new place. If a data set with the
    same content is there already, it keeps its card; if it was deleted, it gets its arrays back.

    Raises:
        DatasetError: the folder cannot be written.
    """
    target = folder / new.name
    try:
        about = read_about(new)
        folder.mkdir(parents=True, exist_ok=True)
        try:
            new.rename(target)
        except OSError:
            if not target.is_dir():
                raise
        else:
            sync_folder(folder)
            return target
        about_before = read_about(target)  # it was there already
        # earlier experiments may flip its images: that stays allowed
        merged = replace(about, flippable=about.flippable or about_before.flippable)
        for path in array_paths(new):
            path.replace(target / path.name)
        if not (target / "card.json").exists() and (new / "card.json").exists():
            (new / "card.json").replace(target / "card.json")
        _replace(target / "about.json", _text(merged))
    except (OSError, ValueError) as error:
        raise unwritable(folder, error if isinstance(error, OSError) else OSError(str(error))) from error
    return target


def write_about(folder: Path, about: About, card: Card) -> Path:
    """Store what a data set is that is not on this machine, so that experiments on it can be read. Nothing changes if
    it is known already.

    Raises:
        DatasetError: the folder cannot be written.
    """
    target = folder / name_of(about)
    if not (target / "about.json").exists():
        try:
            target.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unwritable(folder, error) from error
        write_card(target, card)
        _replace(target / "about.json", _text(about))
    return target


def remove_arrays(folder: Path) -> None:
    """Delete a data set. Processes that have mapped its arrays keep them."""
    for path in array_paths(folder):
        path.unlink(missing_ok=True)


def remove_leftovers(folder: Path) -> None:
    """Remove what killed processes left unfinished; what is newer may still be written."""
    for path in folder.glob(f"{_HIDDEN}*"):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > LEFT_BEHIND_SECONDS:
                shutil.rmtree(path, ignore_errors=True)


def size_of(folder: Path) -> int:
    """Bytes of everything in a folder."""
    total = 0
    for parent, _, files in os.walk(folder):
        for file in files:
            with suppress(OSError):
                total += os.lstat(os.path.join(parent, file)).st_size
    return total


def file_state(path: Path) -> tuple[int, int, int] | None:
    """Changes when a file is replaced: its time, size and inode; None: there is no file."""
    try:
        state = path.stat()
    except OSError:
        return None
    return state.st_mtime_ns, state.st_size, state.st_ino


def array_paths(folder: Path) -> list[Path]:
    """The files of the four arrays, in the order of `ARRAYS`."""
    return [folder / f"{name}.npy" for name in ARRAYS]


def load(folder: Path, about: About) -> Dataset:
    """The data set with its arrays mapped.

    Raises:
        DatasetError: it is deleted, or its files are damaged.
    """
    title = read_card(folder).title
    if not is_there(folder):
        raise DatasetError(missing(folder.name, title))
    try:
        arrays = Arrays(
            **{path.stem: np.load(path, mmap_mode="r", allow_pickle=False) for path in array_paths(folder)}
        )
        demand_match(about, arrays)
        return dataset_of(about, arrays)
    except (OSError, ValueError, EOFError) as error:
        if not is_there(folder):  # deleted meanwhile
            raise DatasetError(missing(folder.name, title)) from error
        message = f"the files of the data set {title} in {folder} are damaged: {error}"
        raise DatasetError(Reason("own_data_damaged", message, dataset=title)) from error


def dataset_of(about: About, arrays: Arrays) -> Dataset:
    """The arrays, with the names and the digest from `about`."""
    parts = {name: getattr(arrays, name) for name in ARRAYS}
    return Dataset(name=name_of(about), class_names=about.class_names, digest=about.digest, **parts)


def missing(name: str, title: str | None = None) -> Reason:
    """Why an own data set cannot be trained on. `title` is None if nothing is known of it."""
    if title is None:
        text = (
            f"there is no data set {name}: a person brought it, and it was never on this machine or is lost"
        )
        return Reason("own_data_unknown", text, dataset=name)
    text = f"the data set {title} is deleted, or was never on this machine; its runs keep their curves"
    return Reason("own_data_deleted", text, dataset=title)


def _replace(path: Path, text: str) -> None:
    """Write a temporary file beside a file, and give it the file's name.

    Raises:
        DatasetError: it cannot be written.
    """
    new = path.with_name(f".{path.name}-{os.getpid()}-{os.urandom(4).hex()}")
    try:
        write_text(new, text)
        new.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise unwritable(path.parent, error) from error
    finally:
        with suppress(OSError):
            new.unlink(missing_ok=True)


def _text(about: About) -> str:
    return json.dumps(about.to_dict(), ensure_ascii=False)
