"""POST /api/stream: for networks that block WebSockets, what a WebSocket would have sent since the last answer.

The server remembers nothing between two requests. The page sends what it has, and a viewer that is made for the request
finds what is new. So if an answer is lost, the next one has the same content.

An answer is the messages that are due (see `app/routes/stream.py`), each as

    u8 kind (1 text, 2 binary) | u32 length, little endian | bytes

The first one is `{"type": "hello", "version", "server", "now", "state", "rest", "whole", "more"}`. The page sends
`server`, `state` and `rest` with its next request. `whole`: the list of all runs begins in this answer: at the first
request, after a restart, and after more than 1,000 deletions. `rest`: where the list goes on, as an answer holds one
part of it. `more`: the answer is full, or a part of the list follows, so the page asks again immediately. Unlike on the
WebSocket, no stream begins with an overview.

When a page polls, and when it tries a WebSocket again, is decided in `static/js/server/connection.js`.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import struct
import time
from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Response
from pydantic import BaseModel, ConfigDict, Field

from app import __version__
from app.answers.errors import ERRORS
from app.errors import Invalid
from app.lab import TheLab
from app.live.states import START, Place
from app.live.subscription import MAX_ROW, BadMessage, apply
from app.people.visits import ThePerson
from app.people.wall import WALL, may_open_wall

router = APIRouter(prefix="/api/stream", tags=["stream"], responses=ERRORS)

#: An answer ends with the message that makes it as long as this; the page asks for the rest immediately.
ANSWER_BYTES = 512 * 1024
#: Before each message, its kind (as a WebSocket's opcode) and its length in bytes, little endian.
_HEAD = struct.Struct("<BI")
TEXT, BINARY = 1, 2


class Rest(BaseModel):
    """Where the list of runs goes on."""

    model_config = ConfigDict(extra="forbid")

    archived: bool = Field(strict=True)
    before: int = Field(ge=0, le=MAX_ROW, strict=True)
    lane: int = Field(0, ge=0, le=1, strict=True)


class Poll(BaseModel):
    """What the page has already."""

    model_config = ConfigDict(extra="forbid")

    subscribe: dict[str, Any] = Field({}, description="as on the WebSocket: run id → rows that the page has")
    server: Annotated[str, Field(max_length=100)] = Field("", description="`server` of the last answer")
    state: int = Field(0, ge=0, le=MAX_ROW, strict=True, description="`state` of the last answer")
    view: Literal["", "wall"] = Field("", description="as in the address of the WebSocket")
    rest: Rest | None = Field(None, description="`rest` of the last answer")


@router.post("", response_class=Response)
async def poll(
    lab: TheLab, person: ThePerson, question: Poll, accept_encoding: Annotated[str, Header()] = ""
) -> Response:
    """The messages of the WebSocket that are due, one after the other; the first one is `hello`."""
    hub = lab.hub
    wall = lab.wall if question.view == WALL and may_open_wall(person) else None
    if wall is not None:
        wall.polled()
    on_wall = wall is not None
    # A page that has seen another server, or was away for long, gets the whole list of runs and not what has changed.
    whole = (
        question.server != lab.server_id
        or not question.state
        or not hub.remembers(question.state, person, wall=on_wall)
    )
    rest = None if question.rest is None else Place(**question.rest.model_dump())
    viewer = (
        hub.glance(0, START, person, wall=on_wall)
        if whole
        else hub.glance(question.state, rest, person, wall=on_wall)
    )
    last = len(viewer.lanes) - 1
    if rest is not None and rest.lane > last:
        message = f"rest.lane must be at most {last}, not {rest.lane}"
        raise Invalid(message, code="range", field="rest.lane", bounds={"maximum": last})
    try:
        apply(viewer, {"subscribe": question.subscribe})
    except BadMessage as error:
        raise Invalid(str(error), code="bad_message", field=error.field) from None
    parts: list[bytes] = []
    size = 0
    has_list = viewer.place is not None
    while size < ANSWER_BYTES and (messages := await viewer.next_messages()):
        packed = [_pack(message) for message in messages]
        parts += packed
        size += sum(map(len, packed))
        if viewer.place is not None:
            break  # the page can show this part of the list while the next one is made
    hello = {
        "type": "hello",
        "version": __version__,
        "server": lab.server_id,
        "now": time.time(),
        "state": viewer.version,
        "whole": whole,
        "rest": viewer.place and asdict(viewer.place),
        "more": size >= ANSWER_BYTES or viewer.place is not None,
    }
    body = b"".join((_pack(json.dumps(hello)), *parts))
    headers = {"Cache-Control": "no-store"}
    if has_list and "gzip" in accept_encoding:  # the list of two thousand runs is 1.7 MB; rows gain nothing
        body = await asyncio.to_thread(gzip.compress, body, 1)
        headers["Content-Encoding"] = "gzip"
    return Response(body, media_type="application/octet-stream", headers=headers)


def _pack(message: str | bytes) -> bytes:
    """A message after its kind and length."""
    kind, data = (BINARY, message) if isinstance(message, bytes) else (TEXT, message.encode())
    return _HEAD.pack(kind, len(data)) + data
