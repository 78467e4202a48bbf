"""Denials: a refused request is answered with the lab's error, also if it asks for a WebSocket."""

from __future__ import annotations

from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from app.errors import LabError
from engine.reasons import Reason


async def deny_with(error: LabError, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with an error."""
    if scope["type"] == "websocket" and "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": 1008, "reason": error.message[:120]})
        return
    headers = {"Connection": "close"}  # the body, if there is one, is not read
    await JSONResponse(error.body(), status_code=error.status, headers=headers)(scope, receive, send)


async def deny(scope: Scope, receive: Receive, send: Send, status: int, reason: Reason) -> None:
    """Answer with `reason`, whose code is the error's."""
    error = LabError(reason, code=reason.code)
    error.status = status
    await deny_with(error, scope, receive, send)
