"""Compressing what pages load at their start: each text once, and not for each page."""

from __future__ import annotations

import functools
import gzip
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Shorter answers are sent as they are.
MIN_BYTES = 1000
#: Compressed texts that are kept: all viewers get the same few.
KEPT = 16


class Zipped:
    """Compresses whole answers of some paths for browsers that take it; other answers are small, or made faster than
    compressed."""

    def __init__(self, app: ASGIApp, *, fits: Callable[[Scope], bool]) -> None:
        """`fits`: whether the answer to a request may be compressed."""
        self.app = app
        self._fits = fits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not self._fits(scope):
            await self.app(scope, receive, send)
            return
        takes = "gzip" in Headers(scope=scope).get("accept-encoding", "")
        start: Message | None = None

        async def zip_and_send(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                return
            if start is not None:
                headers = MutableHeaders(raw=start["headers"])
                body = message.get("body", b"")
                whole = not message.get("more_body", False) and "content-encoding" not in headers
                if whole and len(body) >= MIN_BYTES:
                    headers.add_vary_header("Accept-Encoding")
                    if takes:
                        message = {**message, "body": _compress(body)}
                        headers["Content-Encoding"] = "gzip"
                        headers["Content-Length"] = str(len(message["body"]))
                await send(start)
                start = None
            await send(message)

        await self.app(scope, receive, zip_and_send)


@functools.lru_cache(maxsize=KEPT)
def _compress(body: bytes) -> bytes:
    return gzip.compress(body, compresslevel=9, mtime=0)
