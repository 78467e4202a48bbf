"""The relay: a plugin in Dask's scheduler, through which the server and the workers talk.

Both connect to the scheduler, so only its port has to be reachable. The relay remembers nothing of trainings: it
knows the connection of the server, and the workers.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from distributed.batched import BatchedSend
from distributed.comm.core import CommClosedError
from distributed.core import Status
from distributed.diagnostics.plugin import SchedulerPlugin

from app.cluster.messages import DOWN, SERVE, UP, Member, Message

if TYPE_CHECKING:
    from distributed.comm.core import Comm
    from distributed.scheduler import Scheduler

log = logging.getLogger(__name__)


class Relay(SchedulerPlugin):
    """Lives in the event loop of Dask's scheduler. It serves one lab at a time; a newer connection of the same lab
    replaces the older."""

    name = "lossroom"
    idempotent = True

    async def start(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._members: dict[str, Member] = {}
        self._lab = ""
        self._server: BatchedSend | None = None
        scheduler.handlers[SERVE] = self._serve
        scheduler.stream_handlers[UP] = self._up

    def remove_worker(self, scheduler: Scheduler, worker: str, **_: Any) -> None:
        if self._members.pop(worker, None) is not None:
            self._tell_members()

    # -- the server ------------------------------------------------------------------------------

    async def _serve(self, comm: Comm, lab: str) -> Status:
        """Talk with a server until its connection ends."""
        if self._lab not in ("", lab) and self._server is not None:
            await comm.write([{"kind": "refused", "lab": self._lab}])
            await comm.close()
            return Status.dont_reply
        before, self._lab = self._server, lab
        self._server = server = BatchedSend(interval="2ms", loop=self._scheduler.loop)
        server.start(comm)
        if before is not None:
            before.abort()
        self._tell_members()
        try:
            while True:
                for message in await comm.read():
                    self._obey(server, message)
        except CommClosedError:
            pass
        finally:
            server.abort()
            if self._server is server:
                self._server = None
        return Status.dont_reply

    def _obey(self, server: BatchedSend, message: Message) -> None:
        if message["kind"] == "to":
            for address in message["workers"]:
                if (stream := self._scheduler.stream_comms.get(address)) and not stream.closed():
                    stream.send({"op": DOWN, "message": message["message"]})
        elif message["kind"] == "alive":
            _send(server, message)

    def _tell(self, message: Message) -> None:
        if self._server is not None:
            _send(self._server, message)

    def _tell_members(self) -> None:
        self._tell({"kind": "workers", "workers": list(self._members.values())})

    # -- the workers -----------------------------------------------------------------------------

    def _up(self, worker: str, message: Message) -> None:
        """A worker has sent this. What comes while no server is connected is sent again when one is."""
        if message["kind"] == "leaving":
            if worker in self._members:
                self._members[worker]["slots"] = 0
                self._tell_members()
        elif message["kind"] != "ready":
            self._tell({"kind": "from", "worker": worker, "message": message})
        elif (state := self._scheduler.workers.get(worker)) is not None:
            self._members[worker] = Member(  # type: ignore[typeddict-item]  # the other fields come from the worker
                address=worker,
                id=state.server_id,
                name=str(state.name),
                slots=int(state.resources.get("slot", state.nthreads)),
                **message["member"],
            )
            self._tell_members()


def _send(server: BatchedSend, message: Message) -> None:
    if not server.closed():
        server.send(message)
