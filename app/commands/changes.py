"""Changes of an experiment document from the command line: `--set network.layers.0.units=50`."""

from __future__ import annotations

import json
from typing import Any

from app.mistake import Mistake


def apply_change(document: dict[str, Any], change: str) -> None:
    """Apply `path.to.key=value` to an experiment document."""
    path, equals, text = change.partition("=")
    if not equals or not path:
        raise Mistake(f"--set takes key=value, such as optimizer.name=adam, not {change!r}")
    try:
        value = json.loads(text)
    except ValueError:
        value = text  # optimizer.name=adam needs no quotes
    *sections, key = path.split(".")
    place: Any = document
    for depth, section in enumerate(sections):
        where = ".".join(sections[:depth]) or "the experiment"
        place = _inside(place, section, where, change)
    if isinstance(place, list):
        place[_position(place, key, ".".join(sections), change)] = value
        return
    document = _section(place, key, ".".join(sections), change)
    # another optimizer has other settings, and length is given in one way only
    if key == "name":
        for other in [other for other in document if other not in ("name", "learning_rate", *_KEPT)]:
            del document[other]
    for one, other in (("epochs", "iterations"), ("iterations", "epochs")):
        if key == one:
            document.pop(other, None)
    document[key] = value


def _inside(place: Any, section: str, where: str, change: str) -> Any:
    """The value at `section` of a section or a list."""
    if isinstance(place, list):
        return place[_position(place, section, where, change)]
    place = _section(place, section, where, change)
    if place.get(section) is None:
        place[section] = {}
    return place[section]


def _section(place: Any, key: str, where: str, change: str) -> dict[str, Any]:
    if not isinstance(place, dict):
        raise Mistake(f"--set {change}: {where} is not a section")
    if key.isdigit():
        raise Mistake(f"--set {change}: there is no list {where} in the experiment; give the whole list")
    return place


def _position(place: list[Any], text: str, where: str, change: str) -> int:
    """A position of a list, counted from 0."""
    if not text.isascii() or not text.isdigit() or int(text) >= len(place):
        there = f"0 to {len(place) - 1}" if place else "none"
        raise Mistake(f"--set {change}: {where} is a list with positions {there}, not {text}")
    return int(text)


#: Settings that stay when a section's name changes: they mean the same with any of them.
_KEPT = (
    "type",
    "activity_l1",
    "activity_l2",
    "train_size",
    "validation_size",
    "test_size",
    "label_noise",
    "augment",
    "schedule",
)
