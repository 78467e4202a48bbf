"""/ws: one WebSocket for each page, for all runs that it shows.

The page sends text: `{"subscribe": {run id: {"train": rows it has, "evaluation": rows it has}}}`, or one number for
both streams, and `{"unsubscribe": [run id]}`. With `"overview": bins` beside `subscribe`, a stream of more than 10,000
rows of which the page has none begins with an overview (see `app/live/frames.py`).

With `{"watch": [{"run", "view", "options"}]}` it watches views of networks, live (see `app/jobs/viewing.py`), until
`{"unwatch": [...]}` names the same ones. They come as binary frames too (`app/live/view_frames.py`).

The server sends rows as binary frames, and text:

- `{"type": "hello", "version", "server", "now"}`, first of all. A restarted lab has another `server`; row numbers go
  on. `now` is the server's time in Unix seconds; a page's clock may differ.
- `{"type": "runs", "runs": [run without config], "deleted": [run id], "more"}`: after `hello` the list of all runs, in
  parts of about 128 kB with archived runs last, and `"more": true` in each part but the last. What has changed comes in
  the same form without `more`, also between two parts. A run that no part has named does not exist.
- `{"type": "lab", "workers", "busy", "queued", "slowness"}`: the last is how much longer trainings take on this machine
  than was estimated. On a cluster, `hosts` are its machines, each with `name`, `slots` and `busy`.
- `{"type": "dataset", "dataset": {...}}`: the progress of a download, or an own data set that is new or has changed;
  one that is deleted has `deleted`.
- `{"type": "dataset_gone", "name"}`: an own data set that the viewer may not see any more.
- `{"type": "study", "id", "revision", "study"}`: a study is new or has changed; null: it is gone.
- in a class: `class` and `person`, `views` (`app/people/shared_views.py`), `challenge` and `standing`
  (`app/people/scoreboard.py`), and for students `cloud` and `cloud_curve` (`app/people/class_cloud.py`).
- with `?view=wall` in the address, for the teacher and the projector: what `app/people/wall.py` makes.
- `{"type": "view", "run", "view", "options", "error": {...}}`: a view that is watched cannot be made.
- `{"type": "error", "error": {...}}`: a message that cannot be understood. The socket stays open.

Something comes at least every 15 seconds. A lab that ends closes with 1012, and one with too many viewers
(`LOSSROOM_MAX_VIEWERS`) with 1013. In a class, a socket without a person is refused with 401, and one whose person is
removed or leaves is closed with 1008; each gets the runs that its person may see. A socket that sends 100 malformed
messages in a row is closed with 1008 too.
"""

from __future__ import annotations

import asyncio
import json
import time

from fastapi import APIRouter, WebSocket
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect

from app import __version__
from app.answers.errors import ERRORS
from app.errors import error_body
from app.lab import Lab
from app.live.protocol import SHARED_FRAMES
from app.live.subscription import BadMessage, apply, parse
from app.live.viewer import Viewer
from app.people.visits import is_gone, person
from app.people.wall import WALL, may_open_wall

router = APIRouter(responses=ERRORS)

#: Malformed messages in a row before the socket is closed: a broken client, not a slip.
MAX_ERRORS = 100


class Stream:
    """States as text, rows as binary frames, until the tab goes.

    A bare ASGI application: at ten thousand frames a second each layer above it costs some hundredths of a core.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        socket = WebSocket(scope, receive, send)
        lab: Lab = socket.app.state.lab
        viewing = person(socket)
        await socket.accept()
        if lab.hub.viewers >= lab.settings.max_viewers:
            await socket.close(code=1013, reason=f"the lab shows at most {lab.settings.max_viewers} viewers")
            return
        write = scope.get("extensions", {}).get(SHARED_FRAMES, {}).get("write")
        wall = lab.wall if socket.query_params.get("view") == WALL and may_open_wall(viewing) else None
        if wall is not None:
            wall.enter()
        viewer = lab.hub.join(viewing, write, wall=wall is not None)
        # the person may have been removed while the socket was being accepted, before there was a viewer to dismiss
        viewer.dismissed = is_gone(socket)
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
            lab.viewing.leave(viewer)
            lab.hub.leave(viewer)
            if wall is not None:
                wall.leave()


router.add_websocket_route("/ws", Stream())  # type: ignore[arg-type]  # starlette takes any ASGI application


async def _send(socket: WebSocket, send: Send, lab: Lab, viewer: Viewer, replies: asyncio.Queue[str]) -> None:
    hello = {"type": "hello", "version": __version__, "server": lab.server_id, "now": time.time()}
    await socket.send_text(json.dumps(hello))
    while True:
        viewer.news.clear()  # before looking, so that no change falls between
        if lab.hub.closing or viewer.dismissed:
            code, reason = (1012, "the lab is restarting") if lab.hub.closing else (1008, "no longer known")
            await socket.close(code=code, reason=reason)
            return
        while not replies.empty():
            await socket.send_text(replies.get_nowait())
        messages = await viewer.next_messages()
        for message in messages:
            kind = "bytes" if isinstance(message, bytes) else "text"
            await send({"type": "websocket.send", kind: message})
        if not messages:
            await viewer.wait()
        elif len(messages) > 1 or viewer.place is not None:
            await asyncio.sleep(0)  # sending does not yield while buffers have room


async def _receive(socket: WebSocket, lab: Lab, viewer: Viewer, replies: asyncio.Queue[str]) -> None:
    errors = 0
    while errors < MAX_ERRORS:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return
        try:
            apply(viewer, parse(message), lab.viewing)
            errors = 0
        except BadMessage as error:
            errors += 1
            if not replies.full():
                replies.put_nowait(
                    json.dumps({"type": "error", **error_body("bad_message", str(error), error.field)})
                )
                viewer.news.set()
    await socket.close(code=1008, reason=f"{MAX_ERRORS} malformed messages in a row")
