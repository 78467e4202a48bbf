"""Request bodies must be UTF-8 text that the lab can return unchanged; this is checked before a route reads them."""

from __future__ import annotations

import json
from collections.abc import Collection

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import Invalid, LabError
from app.security.limits import refuse
from app.security.prefix import route_path
from app.texts import decode, find_unfit

#: Methods whose bodies are read.
METHODS = ("POST", "PUT", "PATCH", "DELETE")


class TextBodies:
    """Refuses bodies that are not in UTF-8 or hold texts that the lab does not accept, with 422.

    It comes after `BodyLimit`, which hands over bodies whole. A body that is not JSON is left to FastAPI.

    Args:
        unread: paths whose bodies are left to their routes, which read them as they come. Nothing of them is read here:
            the clock of `BodyLimit` begins with the first look, and a route may let a request wait before it.
    """

    def __init__(self, app: ASGIApp, *, unread: Collection[str] = ()) -> None:
        self.app = app
        self.unread = unread

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in METHODS or route_path(scope) in self.unread:
            await self.app(scope, receive, send)
            return
        try:
            waiting = [await receive()]
            if body := waiting[0].get("body", b""):
                waiting[0]["body"] = _checked(body)
        except LabError as error:
            await refuse(error, scope, receive, send)
            return

        async def replay() -> Message:
            return waiting.pop() if waiting else await receive()

        await self.app(scope, replay, send)


def _checked(body: bytes) -> bytes:
    """The body without a byte order mark.

    Raises:
        Invalid: it is not UTF-8, or holds a text that the lab does not accept.
    """
    try:
        text = decode(body)
    except ValueError as error:
        raise Invalid(error.args[0]) from None
    body = text.encode()
    try:
        if "\0" in text:
            unfit = find_unfit(text)  # JSON in UTF-16 or UTF-32, which FastAPI would read, or no JSON
        elif "\\u" in text:
            # only escapes bring NUL and halves of surrogate pairs in; as bytes, because FastAPI parses bytes, too
            unfit = find_unfit(json.loads(body))
        else:
            unfit = None
    except (ValueError, RecursionError):
        unfit = None
    if unfit is not None:
        raise Invalid(unfit[1], field=unfit[0])
    return body
