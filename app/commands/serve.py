"""Serving: uvicorn around `create_app`, and the line that says where the lab is."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from app import logs, machine
from app.addresses import Addresses
from app.lab import Lab
from app.live.protocol import SharedFramesProtocol
from app.main import create_app
from app.security.bounded_head import BoundedHeadProtocol
from app.settings import Settings

#: After SIGTERM, viewers are given this long to be notified, then requests that are under way this long to end; then
#: the workers save their runs (`scheduler.GRACE_SECONDS`). Together less than 5 s.
FAREWELL_SECONDS = 0.5
SHUTDOWN_SECONDS = 1
#: Files that the server holds open beside its connections: the database, its log, listeners; and for each worker.
OWN_FILES = 64
FILES_OF_A_RUN = 4
#: The longest message that a page may send: a list of subscriptions.
WEBSOCKET_BYTES = 256 * 1024


def serve(settings: Settings, app: FastAPI | None = None) -> int:
    """Serve until a signal; 1 if the address cannot be opened.

    Raises:
        Mistake, Failure: the state folder cannot be written, or another lab has it; or the database cannot be opened.
    """
    logs.configure(settings.log_format)
    try:
        listener = _listen(settings.host, settings.port)
    except OSError as error:
        print(
            f"lossroom: cannot listen on {settings.host}:{settings.port}: {error.strerror}", file=sys.stderr
        )
        return 1
    port: int = listener.getsockname()[1]
    connections = _max_connections(settings)
    # Viewers get at most three quarters of the connections: refused pages and other requests need some too.
    settings = settings.model_copy(update={"max_viewers": min(settings.max_viewers, connections * 3 // 4)})
    app = app or create_app(settings)
    config = uvicorn.Config(
        _EndsQuietly(app, app.state.lab),
        http=BoundedHeadProtocol,
        ws=SharedFramesProtocol,
        limit_concurrency=connections,
        ws_per_message_deflate=False,  # see `app.live.deflate`
        ws_max_size=WEBSOCKET_BYTES,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        log_level="warning",
        access_log=False,
        proxy_headers=False,  # see `app.security.proxies`
    )
    lab: Lab = app.state.lab
    lab.addresses.port = port
    server = _Server(config, lab)
    with contextlib.closing(listener):
        # before uvicorn, which would show a traceback
        lab.open(f"the lab at {lab.addresses.own}")
        server.run(sockets=[listener])
    return 0 if server.started else 1


class _EndsQuietly:
    """Ends connections that are still open when the time to shut down is over, such as a viewer that reads nothing.
    uvicorn would cancel them and log a traceback for each."""

    def __init__(self, app: ASGIApp, lab: Lab) -> None:
        self._app = app
        self._lab = lab

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except asyncio.CancelledError:
            if not self._lab.hub.closing:
                raise


class _Server(uvicorn.Server):
    """Prints the lab's address once it answers there, and notifies the viewers when it stops."""

    def __init__(self, config: uvicorn.Config, lab: Lab) -> None:
        super().__init__(config)
        self._lab = lab

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            print("\n".join(self._where()), flush=True)

    def _where(self) -> list[str]:
        """The addresses to type, and how many runs are shown there."""
        addresses = self._lab.addresses
        lines = [f"Lossroom is open at {addresses.own} (Ctrl-C closes it)"]
        if addresses.reaches_others:
            lines.append(f"  for other machines: {_for_others(addresses)}")
        lines += self._class()
        count = len(self._lab.register.runs)
        lines.append(
            f"  {count:,} {'run' if count == 1 else 'runs'} in {self._lab.settings.state_dir.absolute()}"
        )
        return lines

    def _class(self) -> list[str]:
        """How people join, and the teacher's link, which is shown once."""
        classroom = self._lab.classroom
        if classroom is None:
            return []
        lines = [f"  class {classroom.name}: people join with the code {classroom.code}"]
        secret, classroom.new_secret = classroom.new_secret, None
        if secret is not None:
            link = f"{self._lab.addresses.own}/join#teacher={secret}"
            lines.append(f"  the teacher's link, shown once: {link}")
        return lines

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._lab.hub.close(FAREWELL_SECONDS)
        await super().shutdown(sockets)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(2048)  # a class that opens the page at the same moment
    except OSError:
        listener.close()
        raise
    return listener


def _max_connections(settings: Settings) -> int:
    """How many connections are allowed at the same time; one more gets 503. Enough files stay free to start workers."""
    may_open = machine.open_files()
    own = OWN_FILES + FILES_OF_A_RUN * (settings.workers + settings.max_paused)
    return max(may_open // 2, may_open - own)


def _for_others(addresses: Addresses) -> str:
    """The addresses to type on other machines, as far as this process can find them."""
    if found := addresses.all():
        return " or ".join(found)
    if machine.is_container():
        return (
            "the address of the machine that runs this container, and the port that it publishes"
            " (LOSSROOM_PUBLIC_URL names both)"
        )
    return "this machine has no network address"
