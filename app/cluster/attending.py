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
from collections import deque
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dask
from distributed.diagnostics.plugin import WorkerPlugin

from app import __version__
from app.cluster.copies import COPIES_BYTES, UNUSED_SECONDS, Copies
from app.cluster.messages import (
    BEAT_SECONDS,
    DOWN,
    LEASE_SECONDS,
    UP,
    WINDOW,
    WINDOW_BYTES,
    Data,
    Message,
    decode_job,
)
from app.cluster.numbered import Inbox, Numbered, Outbox
from app.jobs.executor import Executor
from app.jobs.local import LocalExecutor
from app.jobs.messages import (
    Began,
    Cancel,
    Event,
    Finished,
    Job,
    Machine,
    Saved,
    Stop,
    Stopped,
    decode_command,
    encode,
)
from app.machine import processor
from engine.errors import DatasetError
from engine.fingerprint import of_arithmetic
from engine.reasons import reason_of, why

if TYPE_CHECKING:
    from distributed.worker import Worker

log = logging.getLogger(__name__)

#: When a worker is asked to end, its trainings have this long to save.
GRACE_SECONDS = 2.5
#: The command that ends a training's process now.
KILL = b"kill"
#: Dask's setting for the folder where a worker keeps copies of data sets; it then uses none of the lab's folders.
FOLDER = "lossroom.dir"
#: Dask's setting for the bytes that all copies may take.
COPIES = "lossroom.copies-bytes"
#: Copies that trainings use are noted as used this often.
USED_SECONDS = UNUSED_SECONDS / 6


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
        given = dask.config.get(FOLDER, None)
        folder = Path(given or Path(worker.local_directory) / "data")
        most_bytes = int(dask.config.get(COPIES, COPIES_BYTES))
        self._copies = Copies(folder.absolute(), may_share=not given, send=self._send, most_bytes=most_bytes)
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
        for ticket, held in self._held.items():
            if held.is_preparing:
                self._end_before_start(ticket, held, Stopped())
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
            begun = _Held(lambda numbered: self._up(ticket, numbered), decode_job(message["job"]))
            self._held[ticket] = begun
            begun.preparing = asyncio.create_task(self._begin(ticket, begun, message["data"], message["lab"]))
        elif kind == "down" and (held := self._held.get(ticket)) is not None:
            held.outbox.acknowledge(message["taken"])
            for _, command in (new := held.inbox.take(message["numbered"])):
                self._obey(ticket, held, command)
            if new:
                self._up(ticket, [])
            self._forget_ended()
        elif kind in ("piece", "missing"):
            self._copies.take(message)
        elif kind == "sync":
            self._sync(set(message["tickets"]))

    async def _begin(self, ticket: str, held: _Held, data: Data | None, lab: str) -> None:
        """Start a training when its data set is here."""
        try:
            job = await self._copies.prepare(held.job, data, lab)
        except (DatasetError, OSError) as error:
            held.preparing, reason = None, reason_of(error)
            self._end_before_start(ticket, held, Finished("failed", reason, reason.why))
            return
        held.preparing, held.data_dir = None, Path(job.data_dir)
        self._executor.start(ticket, job)
        for command in held.early:
            self._obey(ticket, held, command)

    def _obey(self, ticket: str, held: _Held, command: bytes) -> None:
        if not held.is_preparing:
            if command == KILL:
                self._executor.kill(ticket)
            else:
                self._executor.send(ticket, decode_command(command))
        elif command == KILL:
            self._end_before_start(ticket, held, None)
        elif isinstance(decode_command(command), Cancel):
            self._end_before_start(ticket, held, Finished("cancelled"))
        elif isinstance(decode_command(command), Stop):
            self._end_before_start(ticket, held, Stopped())
        else:
            held.early.append(command)

    def _end_before_start(self, ticket: str, held: _Held, event: Event | None) -> None:
        """End a training whose process does not exist."""
        held.stop_preparing()
        if event is not None:
            self.event(ticket, event)
        self.exited(ticket, None)

    def _sync(self, tickets: set[str]) -> None:
        self._give_up([ticket for ticket in self._held if ticket not in tickets])
        self._send({"kind": "unknown", "tickets": sorted(tickets - self._held.keys())})
        for held in self._held.values():
            held.outbox.send_again()

    def _give_up(self, tickets: list[str]) -> None:
        """End trainings whose server is gone, or does not know them. A checkpoint that is saved now could not count, as
        the rows before it would be missing. A training goes on from the last checkpoint that the server has stored."""
        for ticket in tickets:
            log.warning("training %s is given up: its server is gone", ticket)
            held = self._held.pop(ticket)
            held.outbox.close()
            held.stop_preparing()
            self._executor.kill(ticket)

    def _forget_ended(self) -> None:
        """Forget the trainings whose end has arrived at the server."""
        for ticket in [
            ticket for ticket, held in self._held.items() if held.has_ended and held.outbox.is_empty
        ]:
            del self._held[ticket]

    async def _tick(self) -> None:
        noted = time.monotonic()
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            self._forget_ended()
            if self._held and time.monotonic() - self._heard > LEASE_SECONDS:
                self._give_up(list(self._held))
            if time.monotonic() - noted > USED_SECONDS:
                noted = time.monotonic()
                self._copies.note_used({held.data_dir for held in self._held.values() if held.data_dir})

    # -- to the server ---------------------------------------------------------------------------

    def _up(self, ticket: str, numbered: list[Numbered[list[Any]]]) -> None:
        """Send reports, and say which command was the last. From any thread. Reports of the same moment are sent as one
        message."""
        held = self._held.get(ticket)
        if held is None:
            return
        held.unsent.extend(numbered)
        if not held.is_sending:
            held.is_sending = True
            self._worker.loop.add_callback(self._send_up, ticket, held)

    def _send_up(self, ticket: str, held: _Held) -> None:
        # before the list is emptied, so that what is added from now on gets a message of its own
        held.is_sending = False
        numbered = [held.unsent.popleft() for _ in range(len(held.unsent))]
        self._send({"kind": "up", "ticket": ticket, "numbered": numbered, "taken": held.inbox.last})

    def _send(self, message: Message) -> None:
        self._worker.batched_send({"op": UP, "message": message})

    # -- what a training reports: `app.jobs.executor.Listener`, from its thread --------------------

    def rows(
        self, training_id: str, stream: str, first: int, columns: int, data: bytes, seconds: float
    ) -> None:
        self._report(training_id, ["rows", stream, first, columns, data, seconds], len(data))

    def event(self, training_id: str, event: Event) -> None:
        held = self._held.get(training_id)
        if isinstance(event, Began):
            event = replace(event, machine=self._machine)
        elif isinstance(event, Saved) and held is not None:
            self._copies.forget_older(held.job.training)
        elif isinstance(event, Finished) and held is not None:
            self._copies.forget(held.job.training)
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
    """A training that is attended here.

    Attributes:
        job: the job as it came from the server.
        data_dir: where its data set is here, once it has started.
        preparing: the task that fetches its data set, if that is not here, and then starts it; None: it has started.
        early: commands that came before it has started.
        unsent, is_sending: reports for the next message, and whether that is about to be sent.
    """

    def __init__(self, send: Any, job: Job) -> None:
        self.outbox: Outbox[list[Any]] = Outbox(send, most=WINDOW, most_bytes=WINDOW_BYTES)
        self.inbox: Inbox[bytes] = Inbox()
        self.job = job
        self.data_dir: Path | None = None
        self.preparing: asyncio.Task[None] | None = None
        self.early: list[bytes] = []
        self.unsent: deque[Numbered[list[Any]]] = deque()
        self.is_sending = False
        self.has_ended = False

    @property
    def is_preparing(self) -> bool:
        return self.preparing is not None

    def stop_preparing(self) -> None:
        if self.preparing is not None:
            self.preparing.cancel()
            self.preparing = None
