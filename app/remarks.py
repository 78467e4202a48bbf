"""Remarks: the name, colour, star, tags and notes of a run, which several people may change at the same time."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from app.errors import Conflict, Invalid

#: Tags of one run.
MAX_TAGS = 20


def changed(
    current: Mapping[str, Any],
    changes: Mapping[str, Any],
    *,
    was: Mapping[str, Any],
    add_tags: Iterable[str] = (),
    remove_tags: Iterable[str] = (),
) -> dict[str, Any]:
    """The values to store for a change of a run whose current values are given.

    Args:
        was: the values that the change was made from, as far as the request names them.

    Raises:
        Conflict: another person has changed one of these values meanwhile; its current value is in the bounds.
        Invalid: too many tags.
    """
    for name, before in was.items():
        if current[name] not in (before, changes.get(name, before)):
            message = f"{name} has been changed by another person meanwhile"
            raise Conflict(message, code="changed_meanwhile", field=name, bounds={"now": current[name]})
    result = dict(changes)
    if "tags" in changes or add_tags or remove_tags:
        removed = {_key(tag) for tag in remove_tags}
        kept = [tag for tag in changes.get("tags", current["tags"]) if _key(tag) not in removed]
        result["tags"] = distinct([*kept, *add_tags])
        if len(result["tags"]) > MAX_TAGS:
            message = f"a run has at most {MAX_TAGS} tags, not {len(result['tags'])}"
            raise Invalid(message, code="range", field="tags", bounds={"maximum": MAX_TAGS})
    return result


def distinct(tags: Iterable[str]) -> list[str]:
    """Each tag once, as it was written first. Tags that differ only in the width or composition of letters are
    equal."""
    return list({_key(tag): tag for tag in reversed(list(tags))}.values())[::-1]


def _key(tag: str) -> str:
    return unicodedata.normalize("NFKC", tag)
