"""Request limits: a body is read only up to its bound, whatever its headers promise."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import error_body
from app.security.prefix import route_path
from engine.reasons import Reason

#: A body's next part must come within this time, and all of it within the longer one.
PART_SECONDS = 10.0
BODY_SECONDS = 300.0
TOO_SLOW = Reason(
    "request_too_slow",
    f"the request stood still for {PART_SECONDS:.0f} s, or took longer than {BODY_SECONDS:.0f} s",
    seconds=int(PART_SECONDS),
    longest=int(BODY_SECONDS),
)


class BodyLimit:
    """Answers 413 to a request whose body is longer than `max_bytes`, and 408 to one that comes too slowly.

    Args:
        other: paths with a bound of their own.
    """

    def __init__(self, app: ASGIApp, *, max_bytes: int, other: Mapping[str, int] | None = None) -> None:
        self.app = app
        self.max_bytes = max_bytes
        self.other = other or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self.app(scope, receive, send)
            return
        # The body is small by definition: collect it first, so that the answer can still be a clean 413.
        parts: list[bytes] = []
        size = 0
        more = True
        most = self.other.get(route_path(scope), self.max_bytes)
        deadline = asyncio.get_running_loop().time() + BODY_SECONDS
        while more:
            try:
                async with asyncio.timeout_at(deadline), asyncio.timeout(PART_SECONDS):
                    message = await receive()
            except TimeoutError:
                await _refuse(408, error_body("too_slow", TOO_SLOW), scope, receive, send)
                return
            if message["type"] != "http.request":
                return  # the client has gone
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            more = message.get("more_body", False)
            if size > most:
                text = f"the request is longer than {most:,} bytes"
                reason = Reason("request_too_long", text, megabytes=max(1, most // 10**6))
                body = error_body("too_large", reason)
                await _refuse(413, body, scope, receive, send)
                return
        whole: list[Message] = [{"type": "http.request", "body": b"".join(parts), "more_body": False}]

        async def replay() -> Message:
            return whole.pop() if whole else await receive()

        await self.app(scope, replay, send)


async def _refuse(status: int, body: dict[str, Any], scope: Scope, receive: Receive, send: Send) -> None:
    """Answer before the body is read: the rest of it is not waited for."""
    await JSONResponse(body, status_code=status, headers={"Connection": "close"})(scope, receive, send)
