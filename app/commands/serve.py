"""Serving: uvicorn around `create_app`, and the line that says where the lab is."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
import sys
from collections.abc import Iterator

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from app import logs, machine
from app.addresses import Addresses, code_lines
from app.commands.terminal import can_show, colored
from app.lab import Lab
from app.live.protocol import SharedFramesProtocol
from app.mistake import Mistake
from app.people.classroom import Classroom
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
#: New connections that are taken in one turn of the event loop; see `doors`.
DOORS = 16
#: A thread that computes gives way to the event loop after this time. Python's own 5 ms are too many, as the loop gives
#: way at each read and write, and then waits as long again.
SWITCH_SECONDS = 0.001


def serve(settings: Settings, app: FastAPI | None = None) -> int:
    """Serve until a signal; 1 if the address cannot be opened.

    Raises:
        Mistake, Failure: it would be open to others without a class; the state folder cannot be written, or another
            lab has it; or the database cannot be opened.
    """
    logs.configure(settings.log_format)
    if settings.class_name and settings.open:
        raise Mistake(
            "a lab is a class (--class, LOSSROOM_CLASS) or open to all (--open, LOSSROOM_OPEN), not both"
        )
    try:
        listener = _listen(settings.host, settings.port)
    except OSError as error:
        print(
            f"lossroom: cannot listen on {settings.host}:{settings.port}: {error.strerror}", file=sys.stderr
        )
        return 1
    address, port = listener.getsockname()[:2]
    try:
        _demand_class(settings, address)
    except Mistake:
        listener.close()
        raise
    connections = _max_connections(settings)
    # Viewers get at most three quarters of the connections: refused pages and other requests need some too.
    settings = settings.model_copy(update={"max_viewers": min(settings.max_viewers, connections * 3 // 4)})
    if app is None:
        from app.main import create_app  # a second of work, which a mistake need not wait for

        app = create_app(settings)
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
    sys.setswitchinterval(SWITCH_SECONDS)
    lab: Lab = app.state.lab
    lab.addresses.port = port
    server = _Server(config, lab)
    with contextlib.closing(listener):
        # before uvicorn, which would show a traceback
        lab.open(f"the lab at {lab.addresses.own}")
        server.run(sockets=list(doors(listener)))
    return 0 if server.started else 1


def doors(listener: socket.socket) -> Iterator[socket.socket]:
    """A listening socket under several names. From each, uvloop takes one new connection in a turn of the loop: with a
    single one, a class that opens its pages waits for as many turns as there are connections, and a busy lab has only
    some tens of turns a second."""
    yield listener
    for _ in range(DOORS - 1):
        yield listener.dup()


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
        if self._lab.classroom is not None:
            lines += self._class(self._lab.classroom)
        elif addresses.reaches_others:
            lines.append(f"  for other machines: {_for_others(addresses)}")
            lines.append("  there is no class: anyone who opens it may stop and delete every run")
        count = len(self._lab.register.runs)
        lines.append(
            f"  {count:,} {'run' if count == 1 else 'runs'} in {self._lab.settings.state_dir.absolute()}"
        )
        return lines

    def _class(self, classroom: Classroom) -> list[str]:
        """How people join, also as a QR code, and the teacher's link."""
        addresses = self._lab.addresses
        urls, code = addresses.all(), classroom.entrance.code
        where = " or ".join(f"{address}/join" for address in urls) or _for_others(addresses)
        lines = [
            f"  class {classroom.name}: people join at {where}",
            f"  with the code {code[:3]} {code[3:]}",
        ]
        picture = code_lines(f"{urls[0]}/join#{code}") if urls else []
        lines += colored(picture) if can_show("".join(picture)) else []
        secret, classroom.new_secret = classroom.new_secret, None
        if secret is not None and sys.stdout.isatty():
            return [*lines, f"  the teacher's link, shown once: {addresses.best}/join#teacher={secret}"]
        # a secret that was printed into a log would stay there
        where = " in this container" if machine.is_container() else ""
        return [*lines, f"  the teacher's link: `lossroom teacher-link`{where} makes a new one"]

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._lab.hub.close(FAREWELL_SECONDS)
        await super().shutdown(sockets)


def _demand_class(settings: Settings, address: str) -> None:
    """Refuse to open a lab to other machines in which anyone may do everything, unless that is wanted.

    Raises:
        Mistake: it says what helps.
    """
    is_own = ipaddress.ip_address(address.partition("%")[0]).is_loopback
    if not (is_own or settings.class_name or settings.open):
        raise Mistake(
            f"on {settings.host} anyone on the network could stop and delete every run; begin a class with"
            " --class NAME (LOSSROOM_CLASS=NAME), or let anyone do everything with --open (LOSSROOM_OPEN=1)"
        )


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
    if urls := addresses.all():
        return " or ".join(urls)
    if machine.is_container():
        return (
            "the address of the machine that runs this container, and the port that it publishes"
            " (LOSSROOM_PUBLIC_URL names both)"
        )
    return "this machine has no network address"
