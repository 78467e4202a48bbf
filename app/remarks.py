"""Remarks: what people say of a run (its name, colour, star, tags, notes), several of them at the same time."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from app.errors import Conflict, Invalid

#: Tags of one run.
MAX_TAGS = 20


def changed(
    said: Mapping[str, Any],
    changes: Mapping[str, Any],
    *,
    was: Mapping[str, Any],
    add_tags: Iterable[str] = (),
    remove_tags: Iterable[str] = (),
) -> dict[str, Any]:
    """What is to be stored of a change, given what was said of the run before it.

    Args:
        was: the values that the change was made from, as far as the one who made it says them.

    Raises:
        Conflict: another person has changed such a value meanwhile; what it is now is in the bounds.
        Invalid: too many tags.
    """
    for name, before in was.items():
        if said[name] not in (before, changes.get(name, before)):
            message = f"{name} has been changed by another person meanwhile"
            raise Conflict(message, code="changed_meanwhile", field=name, bounds={"now": said[name]})
    result = dict(changes)
    if "tags" in changes or add_tags or remove_tags:
        removed = {_key(tag) for tag in remove_tags}
        kept = [tag for tag in changes.get("tags", said["tags"]) if _key(tag) not in removed]
        result["tags"] = distinct([*kept, *add_tags])
        if len(result["tags"]) > MAX_TAGS:
            message = f"a run has at most {MAX_TAGS} tags, not {len(result['tags'])}"
            raise Invalid(message, code="range", field="tags", bounds={"maximum": MAX_TAGS})
    return result


def distinct(tags: Iterable[str]) -> list[str]:
    """Each tag once, as it was written first; width and composition of its letters make no other tag of it."""
    return list({_key(tag): tag for tag in reversed(list(tags))}.values())[::-1]


def _key(tag: str) -> str:
    return unicodedata.normalize("NFKC", tag)
