"""Paths into a document of JSON: dotted, with positions of lists, such as `network.layers.0.units`."""

from __future__ import annotations

from typing import Any

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


class PathError(ValueError):
    """A path that leads to no place in a document; the message says where it ends."""


def put(document: dict[str, Any], path: str, value: Any) -> None:
    """Set one value of an experiment document. Sections on the way that are not there, or are null, are made.

    Another name in a section, such as of the optimizer, removes the settings of the one before; iterations remove
    epochs, and epochs iterations.

    Raises:
        PathError: the path goes through a value that is no section, or to a position that a list does not have.
    """
    *sections, key = path.split(".")
    place: Any = document
    for depth, section in enumerate(sections):
        where = ".".join(sections[:depth]) or "the experiment"
        place = _inside(place, section, where)
    if isinstance(place, list):
        place[_position(place, key, ".".join(sections))] = value
        return
    document = _section(place, key, ".".join(sections))
    # another optimizer has other settings, and length is given in one way only
    if key == "name":
        for other in [other for other in document if other not in ("name", "learning_rate", *_KEPT)]:
            del document[other]
    for one, other in (("epochs", "iterations"), ("iterations", "epochs")):
        if key == one:
            document.pop(other, None)
    document[key] = value


def _inside(place: Any, section: str, where: str) -> Any:
    """The value at `section` of a section or a list."""
    if isinstance(place, list):
        return place[_position(place, section, where)]
    place = _section(place, section, where)
    if place.get(section) is None:
        place[section] = {}
    return place[section]


def _section(place: Any, key: str, where: str) -> dict[str, Any]:
    if not isinstance(place, dict):
        raise PathError(f"{where} is not a section")
    if key.isdigit():
        raise PathError(f"there is no list {where} in the experiment; give the whole list")
    return place


def _position(place: list[Any], text: str, where: str) -> int:
    """A position of a list, counted from 0."""
    if not text.isascii() or not text.isdigit() or int(text) >= len(place):
        allowed = f"0 to {len(place) - 1}" if place else "none"
        raise PathError(f"{where} is a list with positions {allowed}, not {text}")
    return int(text)
