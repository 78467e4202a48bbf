"""Prefixes: the path below which a lab is reached, before the path of every route."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

MAX_PREFIX = 200
#: The first names of the lab's own routes. A lab below `/api` could not distinguish `/api/runs` and `/runs`.
OWN_NAMES = frozenset(
    (
        "api",
        "docs",
        "favicon.ico",
        "guide",
        "health",
        "i18n",
        "join",
        "metrics",
        "openapi.json",
        "preview",
        "static",
        "vendor",
        "wall",
        "ws",
    )
)

_PREFIX = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*")


def clean_prefix(text: str) -> str:
    """A prefix without a slash at its end: `/lossroom`, or nothing for a lab at the root.

    It becomes part of addresses that browsers follow, so nothing is let through that could mean another host, a
    parent folder or markup.

    Raises:
        ValueError: for anything else; it says what is wrong.
    """
    prefix = text.removesuffix("/")
    if len(prefix) > MAX_PREFIX or not _PREFIX.fullmatch(prefix):
        raise ValueError(
            f"must be a path such as /lossroom, of letters, digits and . _ ~ -, at most {MAX_PREFIX} long"
        )
    first = prefix.split("/")[1] if prefix else ""
    if first in OWN_NAMES:
        raise ValueError(f"must not begin with /{first}, which is the lab's own")
    return prefix


def route_path(scope: Mapping[str, Any]) -> str:
    """The path of an ASGI scope below its prefix."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))
