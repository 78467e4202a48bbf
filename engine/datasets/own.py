"""Own data sets: those that people brought, each in a folder of its name.

    <folder>/own-0123456789abcdef/about.json            what it is: enough to check an experiment; never changes
                                  card.json             what may change: its title, whose it is, who sees it
                                  train_images.npy …    the four arrays, as in the cache of decoded data sets

The name is made of a digest of the content, so the same content is the same data set in every lab. The folder is the
one truth: all processes look there, and a data set is there as soon as its folder is. Of a deleted data set the arrays
are removed, and the rest stays: the experiments of its runs can still be read.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from engine.datasets.dataset import Dataset, Source
from engine.datasets.own_about import (
    ARRAYS,
    About,
    Arrays,
    Card,
    demand_match,
    digest_of,
    is_name,
    is_title,
    name_of,
)
from engine.errors import DatasetError, unwritable
from engine.reasons import Reason

__all__ = [
    "ARRAYS",
    "About",
    "Arrays",
    "Card",
    "described",
    "digest_of",
    "find",
    "give",
    "is_name",
    "is_there",
    "is_title",
    "look_in",
    "mentioned",
    "missing",
    "move_in",
    "name_of",
    "names",
    "read_about",
    "read_card",
    "remove_arrays",
    "remove_leftovers",
    "size_of",
    "write",
    "write_about",
    "write_card",
]

#: Unfinished folders begin so.
_HIDDEN = ".own-"
#: Those older than this many seconds are leftovers of killed processes.
LEFT_BEHIND_SECONDS = 3600

# -- where they are --------------------------------------------------------------------------------

#: The folders of this process, in the order in which they were named.
_folders: list[Path] = []
#: name → (state of its two files, what was read of them). About and card are small, and asked for often.
_read: dict[str, tuple[tuple[Any, ...], Source]] = {}


#: Own data sets that are in no folder, by name: those of this process, and those of the work under way.
_given: dict[str, Source] = {}
_mentioned: ContextVar[Mapping[str, Source]] = ContextVar("mentioned", default=MappingProxyType({}))


def look_in(folder: Path) -> None:
    """Find own data sets in this folder too, from now on and in this process. It need not exist yet."""
    folder = folder.absolute()
    if folder not in _folders:
        _folders.append(folder)


def find(name: str) -> Source | None:
    """The own data set of this name, also if it is deleted; None if none of the folders has it."""
    if not is_name(name):
        return None
    for parent in _folders:
        folder = parent / name
        state = (str(folder), *map(_state, (folder / "about.json", folder / "card.json")))
        if state[1] is None:
            continue
        if name in _read and _read[name][0] == state:
            return _read[name][1]
        try:
            source = _source(folder, read_about(folder))
        except (OSError, ValueError):
            continue
        _read[name] = (state, source)
        return source
    return _given.get(name) or _mentioned.get().get(name)


def give(about: About, arrays: Arrays, *, title: str) -> Dataset:
    """Let this process know a data set that is in no folder.

    Raises:
        ValueError: `about` does not say what the arrays hold.
    """
    demand_match(about, arrays)
    dataset = _dataset(name_of(about), about, arrays)
    source = described(about, title)
    _given[source.name] = replace(source, read=lambda _: dataset, is_available=lambda _: True)
    return dataset


@contextmanager
def mentioned(known: Mapping[str, Source]) -> Iterator[None]:
    """Know these data sets too, by name, while this block works: so a document's experiments can be read before
    anything of it is kept."""
    token = _mentioned.set(known)
    try:
        yield
    finally:
        _mentioned.reset(token)


def names() -> list[str]:
    """The own data sets that can be trained on, the oldest first."""
    found = {name: read_card(folder) for name, folder in _all() if is_there(folder)}
    return sorted(found, key=lambda name: (found[name].made_at, name))


def _all() -> Iterator[tuple[str, Path]]:
    for parent in _folders:
        with suppress(OSError):
            yield from ((folder.name, folder) for folder in parent.iterdir() if is_name(folder.name))


def _state(path: Path) -> tuple[int, int, int] | None:
    try:
        state = path.stat()
    except OSError:
        return None
    return state.st_mtime_ns, state.st_size, state.st_ino


def described(about: About, title: str) -> Source:
    """A data set of which nothing is here but what is said of it."""

    def read(data_dir: Path | None) -> Dataset:
        raise DatasetError(missing(name_of(about), title))

    return Source(
        name=name_of(about),
        title=title,
        shape=about.shape,
        train_size=about.train_size,
        test_size=about.test_size,
        class_names=about.class_names,
        read=read,
        is_available=lambda data_dir: False,
        levels=len(about.shape) == 3,
        flippable=about.flippable,
        about=about,
    )


def _source(folder: Path, about: About) -> Source:
    return replace(
        described(about, read_card(folder).title),
        read=partial(_load, folder, about),
        is_available=lambda data_dir: is_there(folder),
        files=lambda data_dir: tuple(_paths(folder)) if is_there(folder) else (),
    )


def _dataset(name: str, about: About, arrays: Arrays) -> Dataset:
    parts = {one: getattr(arrays, one) for one in ARRAYS}
    return Dataset(name=name, class_names=about.class_names, digest=about.digest, **parts)


# -- one folder ------------------------------------------------------------------------------------


def is_there(folder: Path) -> bool:
    """Whether a data set can be trained on: all its arrays are there."""
    return all(path.is_file() for path in (*_paths(folder), folder / "about.json"))


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
    """What may change of a data set; where its file is lost, its name stands for the title."""
    try:
        return Card.from_dict(json.loads((folder / "card.json").read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return Card(title=folder.name)


def write_card(folder: Path, card: Card) -> None:
    """Replace the card at once, as readers never see half of it.

    Raises:
        DatasetError: the folder cannot be written.
    """
    _replace(folder / "card.json", json.dumps(asdict(card), ensure_ascii=False))


def write(folder: Path, about: About, arrays: Arrays) -> Path:
    """Write a data set into `folder`, all of it or nothing; returns its own folder there. The same content again is the
    same data set; one that was deleted is there again.

    Raises:
        DatasetError: the folder cannot be written.
        ValueError: `about` does not say what the arrays hold.
    """
    demand_match(about, arrays)
    if about.digest != digest_of(arrays, about.class_names, about.columns):
        raise ValueError("digest must be that of the arrays")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=_HIDDEN, dir=folder))
    except OSError as error:
        raise unwritable(folder, error) from error
    try:
        made = fresh / name_of(about)
        made.mkdir(mode=0o755)
        for name in ARRAYS:
            np.save(made / f"{name}.npy", np.ascontiguousarray(getattr(arrays, name)), allow_pickle=False)
        (made / "about.json").write_text(_text(about), "utf-8")
        return move_in(made, folder)
    except OSError as error:
        raise unwritable(folder, error) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def move_in(made: Path, folder: Path) -> Path:
    """Move a data set's own folder into `folder`, on the same disk; returns where it is. If it is there already, it
    stays with its card, and gets the arrays if it had been deleted.

    Raises:
        DatasetError: the folder cannot be written.
    """
    there = folder / made.name
    try:
        about = read_about(made)
        folder.mkdir(parents=True, exist_ok=True)
        with suppress(OSError):  # it is there already, and not empty
            made.rename(there)
            return there
        known = read_about(there)
        # experiments may flip its images already
        kept = replace(about, flippable=about.flippable or known.flippable)
        for path in _paths(made):
            path.replace(there / path.name)
        if not (there / "card.json").exists() and (made / "card.json").exists():
            (made / "card.json").replace(there / "card.json")
        _replace(there / "about.json", _text(kept))
    except (OSError, ValueError) as error:
        raise unwritable(folder, error if isinstance(error, OSError) else OSError(str(error))) from error
    return there


def write_about(folder: Path, about: About, card: Card) -> Path:
    """Say of a data set that is not here what it is, so that experiments on it can be read; one that is here stays.

    Raises:
        DatasetError: the folder cannot be written.
    """
    there = folder / name_of(about)
    if not (there / "about.json").exists():
        try:
            there.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unwritable(folder, error) from error
        write_card(there, card)
        _replace(there / "about.json", _text(about))
    return there


def remove_arrays(folder: Path) -> None:
    """Delete a data set. Processes that have mapped its arrays keep them."""
    for path in _paths(folder):
        path.unlink(missing_ok=True)


def remove_leftovers(folder: Path) -> None:
    """Remove what killed processes left unfinished; what is newer may still be written."""
    for path in folder.glob(f"{_HIDDEN}*"):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > LEFT_BEHIND_SECONDS:
                shutil.rmtree(path, ignore_errors=True)


def size_of(folder: Path) -> int:
    """Bytes of everything in a folder."""
    sizes = 0
    for parent, _, files in os.walk(folder):
        for file in files:
            with suppress(OSError):
                sizes += os.lstat(os.path.join(parent, file)).st_size
    return sizes


def _paths(folder: Path) -> list[Path]:
    return [folder / f"{name}.npy" for name in ARRAYS]


def _load(folder: Path, about: About, data_dir: Path | None = None) -> Dataset:
    """The data set with its arrays mapped.

    Raises:
        DatasetError: it is deleted, or its files are damaged.
    """
    title = read_card(folder).title
    if not is_there(folder):
        raise DatasetError(missing(folder.name, title))
    try:
        arrays = Arrays(
            **{path.stem: np.load(path, mmap_mode="r", allow_pickle=False) for path in _paths(folder)}
        )
        demand_match(about, arrays)
        return _dataset(folder.name, about, arrays)
    except (OSError, ValueError, EOFError) as error:
        if not is_there(folder):  # deleted meanwhile
            raise DatasetError(missing(folder.name, title)) from error
        message = f"the files of the data set {title} in {folder} are damaged: {error}"
        raise DatasetError(Reason("own_data_damaged", message, dataset=title)) from error


def missing(name: str, title: str | None = None) -> Reason:
    """Why an own data set cannot be trained on."""
    if title is None:
        text = (
            f"there is no data set {name}: a person brought it, and it was never on this machine or is lost"
        )
        return Reason("own_data_unknown", text, dataset=name)
    text = f"the data set {title} is deleted, or was never on this machine; its runs keep their curves"
    return Reason("own_data_deleted", text, dataset=title)


def _replace(path: Path, text: str) -> None:
    """Write a file beside, and rename it.

    Raises:
        DatasetError: it cannot be written.
    """
    fresh = path.with_name(f".{path.name}-{os.getpid()}-{os.urandom(4).hex()}")
    try:
        fresh.write_text(text, "utf-8")
        fresh.replace(path)
    except OSError as error:
        raise unwritable(path.parent, error) from error
    finally:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)


def _text(about: About) -> str:
    return json.dumps(about.to_dict(), ensure_ascii=False)
