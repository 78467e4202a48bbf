"""Own data sets, those that people brought: which ones this process knows.

Each is a folder of its name (see `engine.datasets.own_folder`). The name is made of a digest of the content, so the
same content is the same data set in every lab. The folder is the one truth: all processes look there, and a data set is
there as soon as its folder is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

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
from engine.datasets.own_folder import (
    array_paths,
    dataset_of,
    file_state,
    is_there,
    load,
    missing,
    move_in,
    read_about,
    read_card,
    remove_arrays,
    remove_leftovers,
    size_of,
    write,
    write_about,
    write_card,
)
from engine.errors import DatasetError

__all__ = [
    "ARRAYS",
    "About",
    "Arrays",
    "Card",
    "described",
    "digest_of",
    "file_state",
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
        state = (str(folder), *map(file_state, (folder / "about.json", folder / "card.json")))
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
    dataset = dataset_of(about, arrays)
    source = described(about, title)
    _given[source.name] = replace(source, read=lambda _: dataset, is_available=lambda _: True)
    return dataset


@contextmanager
def mentioned(sources: Mapping[str, Source]) -> Iterator[None]:
    """Know these data sets too, by name, while this block works: so a document's experiments can be read before
    anything of it is kept."""
    token = _mentioned.set(sources)
    try:
        yield
    finally:
        _mentioned.reset(token)


def names() -> list[str]:
    """The own data sets that can be trained on, the oldest first."""
    cards = {name: read_card(folder) for name, folder in _all() if is_there(folder)}
    return sorted(cards, key=lambda name: (cards[name].made_at, name))


def _all() -> Iterator[tuple[str, Path]]:
    for parent in _folders:
        with suppress(OSError):
            yield from ((folder.name, folder) for folder in parent.iterdir() if is_name(folder.name))


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
        read=lambda data_dir: load(folder, about),
        is_available=lambda data_dir: is_there(folder),
        files=lambda data_dir: tuple(array_paths(folder)) if is_there(folder) else (),
    )
