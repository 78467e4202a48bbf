"""The attendant: a plugin in each Dask worker, which starts trainings there and reports what they send.

A training runs in a process of its own, as on the server's machine and by the same code (`app.jobs.local`), so it can
be ended at any time. Dask's tasks are not used; decision 30 says why.
"""

from __future__ import annotations

import asyncio
import logging
import multiprocessing as mp
import socket
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distributed.diagnostics.plugin import WorkerPlugin

from app import __version__
from app.cluster.messages import (
    BEAT_SECONDS,
    DOWN,
    LEASE_SECONDS,
    UP,
    WINDOW,
    WINDOW_BYTES,
    Message,
    decode_job,
)
from app.cluster.numbered import Inbox, Numbered, Outbox
from app.jobs.executor import Executor
from app.jobs.local import LocalExecutor
from app.jobs.messages import Began, Event, Machine, decode_command, encode
from app.machine import processor
from engine.fingerprint import of_arithmetic
from engine.reasons import why

if TYPE_CHECKING:
    from distributed.worker import Worker

log = logging.getLogger(__name__)

#: When a worker is asked to end, its trainings have this long to save.
GRACE_SECONDS = 2.5
#: The command that ends a training's process now.
KILL = b"kill"


class Attending(WorkerPlugin):
    """Lives in the event loop of a Dask worker; reports come from threads."""

    name = "lossroom"
    idempotent = True

    async def setup(self, worker: Worker) -> None:
        # Dask's nanny starts the worker as a process that may start none. Ours end with their pipe in any case.
        mp.current_process()._config["daemon"] = False  # type: ignore[attr-defined]
        # Each process of ours would load the program that started this one, such as `dask`, which takes a quarter of a
        # second; it needs nothing of it.
        vars(sys.modules["__main__"]).update(__file__=None, __spec__=None)
        self._worker = worker
        self._held: dict[str, _Held] = {}
        self._server, self._heard = "", 0.0
        self._executor: Executor = LocalExecutor(Path(worker.local_directory) / "sockets")
        await asyncio.to_thread(self._executor.open, self)
        worker.stream_handlers[DOWN] = self._down
        self._ticker = asyncio.create_task(self._tick())
        self._machine = Machine(
            host=socket.gethostname(),
            processor=processor(),
            arithmetic=await asyncio.to_thread(of_arithmetic),
        )
        self._send({"kind": "ready", "member": {**self._machine, "version": __version__}})

    async def teardown(self, worker: Worker) -> None:
        """Let the trainings save and end, if the server still hears of it."""
        self._send({"kind": "leaving"})
        self._ticker.cancel()
        is_heard = worker.batched_stream is not None and not worker.batched_stream.closed()
        if not is_heard:
            self._give_up(list(self._held))
        await asyncio.to_thread(self._executor.close, GRACE_SECONDS if is_heard else 0.0)
        for held in self._held.values():
            held.outbox.close()

    # -- from the server -------------------------------------------------------------------------

    def _down(self, message: Message) -> None:
        self._heard = time.monotonic()
        if message["server"] != self._server:
            self._give_up(list(self._held))  # of a server that is gone
            self._server = message["server"]
        kind, ticket = message["kind"], message.get("ticket", "")
        if kind == "begin" and ticket not in self._held:
            self._held[ticket] = _Held(lambda numbered: self._up(ticket, numbered))
            self._executor.start(ticket, decode_job(message["job"]))
        elif kind == "down" and (held := self._held.get(ticket)) is not None:
            held.outbox.acknowledge(message["taken"])
            for _, command in (new := held.inbox.take(message["numbered"])):
                if command == KILL:
                    self._executor.kill(ticket)
                else:
                    self._executor.send(ticket, decode_command(command))
            if new:
                self._up(ticket, [])
            self._forget_ended()
        elif kind == "sync":
            self._sync(set(message["tickets"]))

    def _sync(self, known: set[str]) -> None:
        self._give_up([ticket for ticket in self._held if ticket not in known])
        self._send({"kind": "unknown", "tickets": sorted(known - self._held.keys())})
        for held in self._held.values():
            held.outbox.send_again()

    def _give_up(self, tickets: list[str]) -> None:
        """End trainings that nobody waits for. What they would still save could not count: the rows before it would
        be missing. A training goes on from the last checkpoint that the server has stored."""
        for ticket in tickets:
            log.warning("training %s is given up: its server is gone", ticket)
            self._held.pop(ticket).outbox.close()
            self._executor.kill(ticket)

    def _forget_ended(self) -> None:
        """Forget the trainings whose end has arrived at the server."""
        for ticket in [
            ticket for ticket, held in self._held.items() if held.has_ended and held.outbox.is_empty
        ]:
            del self._held[ticket]

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            self._forget_ended()
            if self._held and time.monotonic() - self._heard > LEASE_SECONDS:
                self._give_up(list(self._held))

    # -- to the server ---------------------------------------------------------------------------

    def _up(self, ticket: str, numbered: list[Numbered[list[Any]]]) -> None:
        """Send reports, and say which command was the last. From any thread."""
        held = self._held.get(ticket)
        taken = 0 if held is None else held.inbox.last
        message = {"kind": "up", "ticket": ticket, "numbered": numbered, "taken": taken}
        self._worker.loop.add_callback(self._send, message)

    def _send(self, message: Message) -> None:
        self._worker.batched_send({"op": UP, "message": message})

    # -- what a training reports: `app.jobs.executor.Listener`, from its thread --------------------

    def rows(
        self, training_id: str, stream: str, first: int, columns: int, data: bytes, seconds: float
    ) -> None:
        self._report(training_id, ["rows", stream, first, columns, data, seconds], len(data))

    def event(self, training_id: str, event: Event) -> None:
        if isinstance(event, Began):
            event = replace(event, machine=self._machine)
        self._report(training_id, ["event", encode(event)])

    def view(self, training_id: str, ticket: int, seconds: float, view: bytes) -> None:
        self._report(training_id, ["view", ticket, seconds, view], len(view))

    def exited(self, training_id: str, reason: str | None) -> None:
        self._report(training_id, ["exited", reason, why(reason)])
        if (held := self._held.get(training_id)) is not None:
            held.has_ended = True

    def places_changed(self) -> None:
        """A worker's slots are those that Dask knows."""

    def _report(self, ticket: str, report: list[Any], size: int = 0) -> None:
        if (held := self._held.get(ticket)) is not None:
            held.outbox.put(report, size)


class _Held:
    """A training that is attended here."""

    def __init__(self, send: Any) -> None:
        self.outbox: Outbox[list[Any]] = Outbox(send, most=WINDOW, most_bytes=WINDOW_BYTES)
        self.inbox: Inbox[bytes] = Inbox()
        self.has_ended = False
