"""Denials: a refused request is answered with the lab's error, also if it asks for a WebSocket."""

from __future__ import annotations

from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from app.errors import error_body
from engine.reasons import Reason


async def deny(scope: Scope, receive: Receive, send: Send, status: int, reason: Reason) -> None:
    """Answer with `reason`, whose code is the error's."""
    if scope["type"] == "websocket" and "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": 1008, "reason": reason[:120]})
        return
    headers = {"Connection": "close"}  # the body, if there is one, is not read
    await JSONResponse(error_body(reason.code, reason), status_code=status, headers=headers)(
        scope, receive, send
    )
