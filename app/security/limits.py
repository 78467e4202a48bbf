"""Request limits: a body is read only up to its bound, whatever its headers promise."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import error_body
from engine.reasons import Reason


class BodyLimit:
    """Answers 413 to a request whose body is longer than `max_bytes`.

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
        most = self.other.get(scope["path"], self.max_bytes)
        while more:
            message = await receive()
            if message["type"] != "http.request":
                return  # the client has gone
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            more = message.get("more_body", False)
            if size > most:
                text = f"the request is longer than {most:,} bytes"
                reason = Reason("request_too_long", text, megabytes=max(1, most // 10**6))
                body = error_body("too_large", reason)
                await JSONResponse(body, status_code=413, headers={"Connection": "close"})(
                    scope, receive, send
                )
                return
        whole: list[Message] = [{"type": "http.request", "body": b"".join(parts), "more_body": False}]

        async def replay() -> Message:
            return whole.pop() if whole else await receive()

        await self.app(scope, replay, send)
