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
    """A path that does not lead to a value of a document; the message says where it ends."""


def put(document: dict[str, Any], path: str, value: Any, *, keeps_same: bool = True) -> None:
    """Set one value of an experiment document. Sections on the path that are missing, or are null, are made.

    Another name in a section, such as of the optimizer, removes the settings of the one before; iterations remove
    epochs, and epochs iterations.

    Args:
        keeps_same: whether the settings stay where the section has this name already.

    Raises:
        PathError: the path goes through a value that is no section, or to a position that a list does not have.
    """
    *sections, key = path.split(".")
    part: Any = document
    for depth, section in enumerate(sections):
        where = ".".join(sections[:depth]) or "the experiment"
        part = _inside(part, section, where)
    if isinstance(part, list):
        part[_position(part, key, ".".join(sections))] = value
        return
    document = _section(part, key, ".".join(sections))
    # another optimizer has other settings (the experiment has a name too), and length is given in one way only
    if sections and key == "name" and not (keeps_same and document.get("name") == value):
        for other in [other for other in document if other not in ("name", "learning_rate", *_KEPT)]:
            del document[other]
    for unit, other in (("epochs", "iterations"), ("iterations", "epochs")):
        if key == unit:
            document.pop(other, None)
    document[key] = value


def _inside(part: Any, section: str, where: str) -> Any:
    """The value at `section` of a section or a list."""
    if isinstance(part, list):
        return part[_position(part, section, where)]
    part = _section(part, section, where)
    if part.get(section) is None:
        part[section] = {}
    return part[section]


def _section(part: Any, key: str, where: str) -> dict[str, Any]:
    if not isinstance(part, dict):
        raise PathError(f"{where} is not a section")
    if key.isdigit():
        raise PathError(f"there is no list {where} in the experiment; give the whole list")
    return part


def _position(items: list[Any], text: str, where: str) -> int:
    """A position of a list, counted from 0."""
    if not text.isascii() or not text.isdigit() or int(text) >= len(items):
        allowed = f"0 to {len(items) - 1}" if items else "none"
        raise PathError(f"{where} is a list with positions {allowed}, not {text}")
    return int(text)
