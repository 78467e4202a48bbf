"""/ws: one socket a tab, for all runs that it shows."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from fastapi import APIRouter, WebSocket
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect

from app import __version__
from app.errors import error_body
from app.lab import Lab
from app.live.protocol import SHARED_FRAMES
from app.live.viewer import Viewer
from app.texts import find_unfit
from engine.events import STREAMS

router = APIRouter()

#: A viewer may show that many runs, more than a page can list.
MAX_SUBSCRIPTIONS = 2000
#: Malformed messages in a row before the socket is closed: a broken client, not a slip.
MAX_ERRORS = 100
#: Bins of an overview: more than a screen has pixels.
MAX_BINS = 8192
#: Row numbers must stay exact in the page's doubles.
MAX_ROW = 2**53


class BadMessage(Exception):
    """A message that is not of the contract; `field` says where."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class Stream:
    """States as text, rows as binary frames, until the tab goes.

    A bare ASGI application: at ten thousand frames a second each layer above it costs some hundredths of a core.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        socket = WebSocket(scope, receive, send)
        lab: Lab = socket.app.state.lab
        await socket.accept()
        if len(lab.hub.viewers) >= lab.settings.max_viewers:
            await socket.close(code=1013, reason=f"the lab shows at most {lab.settings.max_viewers} viewers")
            return
        viewer = Viewer(lab.hub, scope.get("extensions", {}).get(SHARED_FRAMES, {}).get("write"))
        lab.hub.viewers.add(viewer)
        replies: asyncio.Queue[str] = asyncio.Queue(maxsize=MAX_ERRORS)
        try:
            # The reader runs beside the sender: else a client that is slow to take frames could not be heard.
            async with asyncio.TaskGroup() as tasks:
                sender = tasks.create_task(_send(socket, send, lab, viewer, replies))
                await _receive(socket, lab, viewer, replies)
                sender.cancel()
        except* (WebSocketDisconnect, RuntimeError, OSError):
            pass  # gone; a RuntimeError is starlette's word for sending to a closed socket, an OSError uvicorn's
        finally:
            lab.hub.viewers.discard(viewer)


router.add_websocket_route("/ws", Stream())  # type: ignore[arg-type]  # starlette takes any ASGI application


async def _send(socket: WebSocket, send: Send, lab: Lab, viewer: Viewer, replies: asyncio.Queue[str]) -> None:
    await socket.send_text(json.dumps({"type": "hello", "version": __version__, "server": lab.server_id}))
    while True:
        viewer.news.clear()  # before looking, so that no change falls between
        if lab.hub.closing:
            await socket.close(code=1012, reason="the lab is restarting")
            return
        while not replies.empty():
            await socket.send_text(replies.get_nowait())
        messages = await viewer.next_messages()
        for message in messages:
            kind = "bytes" if isinstance(message, bytes) else "text"
            await send({"type": "websocket.send", kind: message})
        if not messages:
            await viewer.wait()
        elif len(messages) > 1:
            await asyncio.sleep(0)  # sending does not yield while buffers have room


async def _receive(socket: WebSocket, lab: Lab, viewer: Viewer, replies: asyncio.Queue[str]) -> None:
    errors = 0
    while errors < MAX_ERRORS:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return
        try:
            _obey(viewer, _parse(message))
            errors = 0
        except BadMessage as error:
            errors += 1
            if not replies.full():
                replies.put_nowait(
                    json.dumps({"type": "error", **error_body("bad_message", str(error), error.field)})
                )
                viewer.news.set()
    await socket.close(code=1008, reason=f"{MAX_ERRORS} malformed messages in a row")


def _parse(message: Any) -> dict[str, Any]:
    text = message.get("text")
    if text is None:
        raise BadMessage("a message must be text, not binary")
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadMessage(f"a message must be JSON: {error}") from None
    if not isinstance(parsed, dict):
        raise BadMessage(f"a message must be an object, not {type(parsed).__name__}")
    if (unfit := find_unfit(parsed)) is not None:
        raise BadMessage(unfit[1], unfit[0] or None)
    unknown = parsed.keys() - {"subscribe", "unsubscribe", "overview"}
    if unknown or not parsed:
        raise BadMessage(
            "a message has the keys subscribe (and overview), unsubscribe, or both",
            min(unknown, default=None),
        )
    return parsed


def _obey(viewer: Viewer, message: dict[str, Any]) -> None:
    """Take a whole message or nothing of it."""
    wanted = message.get("subscribe", {})
    unwanted = message.get("unsubscribe", [])
    if not isinstance(wanted, dict):
        raise BadMessage("subscribe must be an object of run id → rows", "subscribe")
    if not isinstance(unwanted, list) or not all(isinstance(run_id, str) for run_id in unwanted):
        raise BadMessage("unsubscribe must be a list of run ids", "unsubscribe")
    bins = message.get("overview", 0)
    if not _is_row(bins) or bins > MAX_BINS:
        raise BadMessage(f"overview must be a whole number from 0 to {MAX_BINS}", "overview")
    cursors = {run_id: _cursors(run_id, rows) for run_id, rows in wanted.items()}
    if viewer.subscriptions + len(cursors) > MAX_SUBSCRIPTIONS:
        raise BadMessage(f"a socket shows at most {MAX_SUBSCRIPTIONS} runs", "subscribe")
    for run_id in unwanted:
        viewer.unsubscribe(run_id)
    for run_id, rows in cursors.items():
        viewer.subscribe(run_id, rows, overview=bins)


def _cursors(run_id: str, rows: Any) -> dict[str, int]:
    if _is_row(rows):
        return dict.fromkeys(STREAMS, rows)
    if isinstance(rows, dict) and rows.keys() <= set(STREAMS) and all(_is_row(row) for row in rows.values()):
        return rows
    raise BadMessage(
        f"rows of {run_id[:40]!r} must be a whole number from 0 to 2^53, or one for each of {', '.join(STREAMS)}",
        f"subscribe.{run_id[:40]}",
    )


def _is_row(row: Any) -> bool:
    return isinstance(row, int) and not isinstance(row, bool) and 0 <= row <= MAX_ROW
