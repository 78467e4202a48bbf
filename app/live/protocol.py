"""The WebSocket protocol of the server: uvicorn's, which can also write a frame that was made once for all viewers.

A message that goes through ASGI is wrapped for each viewer again, by a task that has to be woken first: half of what
a frame costs. `write`, below, is what is left: the socket's own write. Applications find it in their scope's
extensions under `SHARED_FRAMES`; on a server without it they send as usual.
"""

from __future__ import annotations

import logging
from typing import Any

from uvicorn import Config
from uvicorn._types import ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State
from websockets.server import ServerProtocol

from app.live.deflate import LongTextsFactory

#: The extension's name. Its "write" takes the bytes of a frame and says whether it has written them.
SHARED_FRAMES = "lossroom.shared_frames"


def wrap(message: str | bytes) -> bytes:
    """A whole message as a server's frame (RFC 6455, section 5.2), which is the same for all viewers."""
    if isinstance(message, str):
        return Frame(Opcode.TEXT, message.encode()).serialize(mask=False)
    return Frame(Opcode.BINARY, message).serialize(mask=False)


class SharedFramesProtocol(WebSocketsSansIOProtocol):
    """uvicorn's protocol with `write`. It compresses long texts, and takes an answer that refuses a socket for one."""

    def __init__(
        self, config: Config, server_state: ServerState, app_state: dict[str, Any], **others: Any
    ) -> None:
        super().__init__(config, server_state, app_state, **others)
        self.conn = ServerProtocol(
            extensions=[LongTextsFactory()],
            max_size=config.ws_max_size,
            logger=logging.getLogger("uvicorn.error"),
        )

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if not self.close_sent:  # else the handshake was refused, and there is no scope
            self.scope["extensions"][SHARED_FRAMES] = {"write": self.write}

    async def send(self, message: ASGISendEvent) -> None:
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and not message.get("more_body", False):
            # else uvicorn logs an error for each refusal: "without completing handshake"
            self.handshake_complete = True

    def write(self, frame: bytes) -> bool:
        """Write a frame of `wrap` immediately. If `send` would wait or fail, because the viewer is slow or leaving,
        nothing is written and False is returned."""
        if not self.writable.is_set() or self.transport.is_closing() or self.conn.state is not State.OPEN:
            return False
        self.transport.write(frame)
        return True
