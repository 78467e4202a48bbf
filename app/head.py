"""HEAD: what GET would answer, without its body."""

from __future__ import annotations

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Head:
    """Answers HEAD wherever GET has an answer, with the same status and headers. The body is not produced beyond its
    beginning, so the head of a long export costs nothing."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return
        answered = False

        async def send_head(message: Message) -> None:
            nonlocal answered
            if message["type"] == "http.response.start":
                answered = True
                await send(message)
                await send({"type": "http.response.body", "body": b"", "more_body": False})
            raise OSError("the head is all that was asked for")  # as if the client had disconnected

        try:
            await self.app({**scope, "method": "GET"}, receive, send_head)
        except (OSError, ClientDisconnect):
            if not answered:
                raise
