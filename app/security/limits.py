"""Request limits: a body is read only up to its bound, whatever its headers promise."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import LabError
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


class TooLong(LabError):
    """A request's body has more bytes than its route takes. Args: both numbers, in bytes."""

    status = 413
    code = "too_large"

    def __init__(self, sent: int, most: int) -> None:
        text = f"the request is {sent:,} bytes long, or longer; at most {most:,} are taken"
        values = {"sent": round(sent / 1e6, 2), "megabytes": round(most / 1e6, 2)}
        super().__init__(Reason("request_too_long", text, **values), bounds={"maximum": most})


class TooSlow(LabError):
    """A request's body did not come in time; see `PART_SECONDS` and `BODY_SECONDS`."""

    status = 408
    code = "too_slow"


class BodyLimit:
    """Answers 413 to a request whose body is longer than `max_bytes`, and 408 to one that comes too slowly.

    Args:
        streamed: paths with their own bounds, whose routes read the body as it comes. The others get it whole.
    """

    def __init__(self, app: ASGIApp, *, max_bytes: int, streamed: Mapping[str, int] | None = None) -> None:
        self.app = app
        self.max_bytes = max_bytes
        self.streamed = streamed or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self.app(scope, receive, send)
            return
        path = route_path(scope)
        bounded = _bounded(scope, receive, self.streamed.get(path, self.max_bytes))
        if path in self.streamed:
            await self.app(scope, bounded, send)
            return
        # The body is small, as `max_bytes` is: collect it first, so that its reader need not wait.
        parts: list[bytes] = []
        more = True
        while more:
            try:
                message = await bounded()
            except LabError as error:
                await refuse(error, scope, receive, send)
                return
            if message["type"] != "http.request":
                return  # the client has gone
            parts.append(message.get("body", b""))
            more = message.get("more_body", False)
        whole: list[Message] = [{"type": "http.request", "body": b"".join(parts), "more_body": False}]

        async def replay() -> Message:
            return whole.pop() if whole else await receive()

        await self.app(scope, replay, send)


def _bounded(scope: Scope, receive: Receive, most: int) -> Receive:
    """A function like `receive` that raises `TooLong` for more than `most` bytes, and `TooSlow` for a late part."""
    deadline: float | None = None
    promised = dict(scope["headers"]).get(b"content-length", b"")
    length = int(promised) if promised.isdigit() else 0
    size = 0
    ended = False

    async def bounded() -> Message:
        nonlocal size, ended, deadline
        if ended:
            return await receive()  # a message here means that the client has disconnected
        if length > most:
            raise TooLong(length, most)
        if deadline is None:  # from the first look on: a route may have let the request wait for its turn
            deadline = asyncio.get_running_loop().time() + BODY_SECONDS
        try:
            async with asyncio.timeout_at(deadline), asyncio.timeout(PART_SECONDS):
                message = await receive()
        except TimeoutError:
            raise TooSlow(TOO_SLOW) from None
        size += len(message.get("body", b""))
        if size > most:
            raise TooLong(size, most)
        ended = not message.get("more_body", False)
        return message

    return bounded


async def refuse(error: LabError, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer before the body is read: the rest of it is not waited for."""
    headers = {"Connection": "close"}
    await JSONResponse(error.body(), status_code=error.status, headers=headers)(scope, receive, send)
