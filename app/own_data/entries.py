"""What is in the folder of own data sets, as it was at a look."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.datasets import own
from engine.datasets.own import About, Card

#: What a folder looked like: the times of its files, and whether the arrays are there.
Stamp = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """An own data set as it was at the last look. `bytes`: of its arrays, 0 if it is deleted."""

    name: str
    about: About
    card: Card
    bytes: int
    stamp: Stamp

    @property
    def is_there(self) -> bool:
        """Whether it can be trained on; False: it is deleted, or was never here."""
        return self.bytes > 0


def scan(folder: Path, before: dict[str, Entry]) -> dict[str, Entry]:
    """What is in the folder; what has not changed is not read again."""
    entries = {}
    for path in _folders(folder):
        stamp = (own.file_state(path / "about.json"), own.file_state(path / "card.json"), own.is_there(path))
        if path.name in before and before[path.name].stamp == stamp:
            entries[path.name] = before[path.name]
            continue
        try:
            about = own.read_about(path)
        except (OSError, ValueError):
            continue
        size = own.size_of(path) if own.is_there(path) else 0
        entries[path.name] = Entry(path.name, about, own.read_card(path), size, stamp)
    return entries


def _folders(folder: Path) -> Iterable[Path]:
    try:
        return sorted(path for path in folder.iterdir() if own.is_name(path.name))
    except OSError:
        return []
