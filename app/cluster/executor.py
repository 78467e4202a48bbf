"""The executor on a cluster of Dask: trainings run on its workers, and are started, watched and ended from here.

What the workers report is numbered, so that each report is passed on once and in order, whatever breaks between
(`numbered.py`). Each training has a thread here, as with the local executor, since a report may have to wait for the
database. When it does, its acknowledgement comes later, the window of its reports fills, and its process waits.

The trainings table is the truth. A training whose worker is gone, or that has been out of reach for too long, is
reported as lost, and the lab's scheduler goes on with it from its last checkpoint.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections import Counter
from pathlib import Path
from typing import Any

from distributed import Security

from app.cluster.attending import KILL
from app.cluster.giving import Giver, data_of
from app.cluster.line import Line
from app.cluster.members import Members
from app.cluster.messages import (
    LEASE_SECONDS,
    Member,
    Message,
)
from app.cluster.start import Start
from app.jobs.executor import Host, Listener, can_be_dropped
from app.jobs.messages import (
    Command,
    Finished,
    Job,
    Paused,
    Resume,
    Stop,
    Stopped,
    decode_event,
    encode,
)
from app.lab_name import lab_name
from engine.errors import DatasetError
from engine.reasons import Reason, reason_of, restored

log = logging.getLogger(__name__)

#: A training that was out of reach for this time is lost: its worker has given it up before.
LOST_SECONDS = LEASE_SECONDS + 5.0
#: Workers that have ended report within this time, and a line that is closed ends within it.
END_SECONDS = 1.0


class DaskExecutor:
    """See `Executor` for the contract.

    Args:
        address: of Dask's scheduler, such as `tcp://10.0.0.2:8786`.
        lab_file: holds the name of this lab among those that may use the same cluster, one after the other.
    """

    def __init__(self, address: str, *, lab_file: Path, security: Security | None = None) -> None:
        self._address = address
        self._lab_file = lab_file
        self._lab = ""
        self._security = security or Security()
        self._server = uuid.uuid4().hex
        self._lock = threading.RLock()
        self._ended = threading.Condition(self._lock)
        self._members = Members()
        self._starts: dict[str, Start] = {}  # by ticket
        self._tickets: dict[str, str] = {}  # training → ticket of its newest start
        self._reached = time.monotonic()
        self._listener: Listener | None = None
        self._line: Line | None = None
        self._giver = Giver(lambda worker, message: self._post([worker], message))

    @property
    def places(self) -> int:
        with self._lock:
            return self._members.slots

    @property
    def hosts(self) -> list[Host]:
        with self._lock:
            slots: Counter[str] = Counter()
            for member in self._members.all() if self._members.are_reached else ():
                slots[member["host"]] += member["slots"]
            running = [
                start.member["host"]
                for start in self._starts.values()
                if start.member and not start.is_paused
            ]
        return [Host(host, slots[host], running.count(host)) for host in sorted(slots)]

    def open(self, listener: Listener) -> None:
        self._listener = listener
        self._lab = lab_name(self._lab_file)
        self._line = Line(self._address, self._security, self._lab, self._on_message, self._on_beat)
        self._line.open()

    def start(self, training_id: str, job: Job) -> None:
        start = Start(training_id, job, self._tell)
        with self._lock:
            self._starts[start.ticket] = start
            self._tickets[training_id] = start.ticket
        threading.Thread(
            target=self._attend, args=(start, job), name=f"training-{training_id}", daemon=True
        ).start()

    def send(self, training_id: str, command: Command) -> None:
        with self._lock:
            start = self._start_of(training_id)
            if start is not None and isinstance(command, Resume):
                if (
                    start.is_paused
                    and start.member
                    and not self._members.has_free_slot(start.member["id"], self._taken())
                ):
                    # its slot has been given to another one: it goes on on a worker with a free one
                    start.moves, command = True, Stop()
                start.is_paused = False
            elif start is not None and isinstance(command, Stop):
                start.may_stop = True
            self._command(training_id, encode(command), always=not can_be_dropped(command))

    def kill(self, training_id: str) -> None:
        self._command(training_id, KILL, always=True)

    def close(self, grace: float) -> None:
        with self._lock:
            training_ids = list(self._tickets)
        for training_id in training_ids:
            self.send(training_id, Stop())
        self._wait_for_all(grace)
        for training_id in training_ids:
            self.kill(training_id)
        self._wait_for_all(END_SECONDS)
        if self._line is not None:
            self._line.close(END_SECONDS)
        self._giver.close()

    def _wait_for_all(self, seconds: float) -> None:
        with self._ended:
            self._ended.wait_for(lambda: not self._starts, seconds)

    # -- to the workers --------------------------------------------------------------------------

    def _start_of(self, training_id: str) -> Start | None:
        return self._starts.get(self._tickets.get(training_id, ""))

    def _command(self, training_id: str, command: bytes, *, always: bool) -> None:
        """Send a command. `always`: also if many wait."""
        with self._lock:
            start = self._start_of(training_id)
            if start is None:
                return
            if start.member is None and command == KILL:
                start.reports.put((0, ["exited", None, None]))
                self._forget(start)
            elif not start.outbox.put_now(command, always=always):
                log.warning("a command for training %s is dropped: too many wait", training_id)

    def _taken(self) -> list[str]:
        """The id of a member for each slot that is taken."""
        return [start.member["id"] for start in self._starts.values() if start.member and not start.is_paused]

    def _place_waiting(self) -> None:
        """Give the trainings that wait for a slot to workers, as far as there are any free."""
        for start in self._starts.values():
            if start.member is None and start.is_ready:
                self._place(start)

    def _place(self, start: Start) -> None:
        """Give a training to a worker. Without a free slot it waits for the next one: the lab counts a slot as free
        when a training has reported its end, which is a moment before its process has ended."""
        member = self._members.choose(self._taken(), start.arithmetic, needs_slot=not start.is_paused)
        if member is not None:
            start.member = member
            start.was_heard = False
            begin = {"kind": "begin", "lab": self._lab, "job": start.job, "data": start.data}
            self._tell(start, {**begin, "ticket": start.ticket})
            start.outbox.send_again()

    def _tell(self, start: Start, message: Message) -> None:
        """Send a message to the worker of a training."""
        if start.member is not None:
            self._post([start.member["address"]], message)

    def _post(self, workers: list[str], message: Message) -> None:
        assert self._line is not None
        self._line.post({"kind": "to", "workers": workers, "message": {**message, "server": self._server}})

    # -- from the workers, in the line's thread ----------------------------------------------------

    def _on_message(self, message: Message) -> None:
        with self._lock:
            if message["kind"] == "workers":
                self._on_workers(message["workers"])
            elif message["kind"] == "from":
                self._on_report(message["worker"], message["message"])

    def _on_workers(self, members: list[Member]) -> None:
        is_new = not self._members.are_reached
        self._reached = time.monotonic()
        before = self._members.slots
        self._members.set(members)
        for start in list(self._starts.values()):
            if start.member is not None and not self._members.has(start.member["id"]):
                self._lose(start, _gone(start.member["host"]))
        if is_new:
            self._sync()
        self._place_waiting()
        if self._members.slots != before:
            assert self._listener is not None
            self._listener.places_changed()

    def _sync(self) -> None:
        """After a break: tell each worker what it should have, and let both sides send again what was lost."""
        tickets: dict[str, list[str]] = {member["address"]: [] for member in self._members.all()}
        for start in self._starts.values():
            if start.member is not None:
                tickets[start.member["address"]].append(start.ticket)
                self._tell(start, start.down([]))
                start.outbox.send_again()
        for address, of_worker in tickets.items():
            self._post([address], {"kind": "sync", "tickets": of_worker})

    def _on_report(self, worker: str, message: Message) -> None:
        if message["kind"] == "unknown":
            for ticket in message["tickets"]:
                self._on_unknown(ticket)
        elif message["kind"] == "want":
            data_of_key = {
                start.data["key"]: start.data for start in self._starts.values() if start.data is not None
            }
            self._giver.give(worker, message, data_of_key.get(message["key"]))
        elif (start := self._starts.get(message["ticket"])) is not None:
            start.was_heard = True
            start.outbox.acknowledge(message["taken"])
            for numbered in start.inbox.take(message["numbered"]):
                start.reports.put(numbered)

    def _on_unknown(self, ticket: str) -> None:
        start = self._starts.get(ticket)
        if start is None:
            return
        if start.was_heard:
            self._lose(start, _out_of_reach())
        else:  # it never got there
            start.member = None
            self._place(start)

    def _on_beat(self, is_open: bool) -> None:
        with self._lock:
            if is_open:
                self._reached = time.monotonic()
                workers = sorted({start.member["address"] for start in self._starts.values() if start.member})
                self._post(workers, {"kind": "alive"})
                for start in self._starts.values():
                    if start.taken > start.acknowledged:
                        self._tell(start, start.down([]))
                return
            had = self._members.slots
            self._members.lose_touch()
            if time.monotonic() - self._reached > LOST_SECONDS:
                for start in list(self._starts.values()):
                    self._lose(start, _out_of_reach())
            if had:
                assert self._listener is not None
                self._listener.places_changed()

    def _lose(self, start: Start, reason: Reason) -> None:
        """A training has no worker any more: say so after all that it has reported."""
        start.reports.put((0, _report_of(reason)))
        self._forget(start)

    def _forget(self, start: Start) -> None:
        self._starts.pop(start.ticket, None)
        if self._tickets.get(start.training_id) == start.ticket:
            del self._tickets[start.training_id]
        self._place_waiting()

    # -- a training's thread -----------------------------------------------------------------------

    def _attend(self, start: Start, job: Job) -> None:
        """Find the data set of a training, give it to a worker, and pass on what it reports."""
        try:
            data = data_of(job)
        except (DatasetError, OSError, MemoryError) as error:
            reason = reason_of(error)
            start.reports.put((0, ["event", encode(Finished("failed", reason, reason.why))]))
            start.reports.put((0, ["exited", None, None]))
        else:
            with self._lock:
                start.data, start.is_ready = data, True
                if start.ticket in self._starts:
                    self._place(start)
        self._pass_on(start)

    def _pass_on(self, start: Start) -> None:
        """Pass what a training reports on to the listener, and acknowledge it, until its end."""
        assert self._listener is not None
        training_id, listener = start.training_id, self._listener
        finished = stopped = False
        while True:
            number, (kind, *arguments) = start.reports.get()
            match kind:
                case "rows":
                    listener.rows(training_id, *arguments)
                case "view":
                    listener.view(training_id, *arguments)
                case "event":
                    event = decode_event(arguments[0])
                    finished, stopped = finished or isinstance(event, Finished), isinstance(event, Stopped)
                    if isinstance(event, Paused):
                        with self._lock:
                            start.is_paused = True
                            self._place_waiting()
                    listener.event(training_id, event)
            start.taken = max(start.taken, number)
            if kind == "exited" or start.should_acknowledge(arguments):
                self._tell(start, start.down([]))
            if kind == "exited":
                break
        with self._lock:
            self._forget(start)
            self._ended.notify_all()
        text, why = arguments
        reason = None if finished or text is None else restored(text, why)
        if stopped and not start.may_stop and start.member is not None:
            reason = _moved() if start.moves else _left(start.member["host"])
        listener.exited(training_id, reason)


def _report_of(reason: Reason) -> list[Any]:
    return ["exited", str(reason), reason.why]


def _gone(host: str) -> Reason:
    return Reason("worker_gone", f"the worker on {host} has ended", host=host)


def _left(host: str) -> Reason:
    return Reason("worker_left", f"the worker on {host} was asked to end", host=host)


def _moved() -> Reason:
    return Reason("worker_moved", "its place was given to another run while it was paused")


def _out_of_reach() -> Reason:
    return Reason("worker_out_of_reach", "its worker could not be reached any more")
