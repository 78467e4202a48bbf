"""Origins: a page of another site must not open the lab's WebSocket from a student's browser."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import HTTPConnection


def is_allowed(connection: HTTPConnection, allowed: list[str]) -> bool:
    """True for the lab's own pages, for origins that the settings name, and for clients without a browser."""
    origin = connection.headers.get("origin")
    if origin is None:
        return True
    return urlsplit(origin).netloc == connection.headers.get("host") or origin.rstrip("/") in allowed
