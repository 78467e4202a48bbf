"""One start of a training on a cluster, as the server knows it: its worker, its reports, and the commands to it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

from app.cluster.messages import WINDOW, WINDOW_BYTES, Data, Member, Message, encode_job
from app.cluster.numbered import Inbox, Numbered, Outbox
from app.jobs.executor import MAX_COMMANDS
from app.jobs.messages import Job

#: After this many reports, a quarter of what may be on its way, they are acknowledged; a report of `LARGE` bytes is at
#: once.
ACKNOWLEDGED_TOGETHER = WINDOW // 4
LARGE = WINDOW_BYTES // WINDOW


class Start:
    """
    Args:
        tell: sends a message to the worker of this start, if it has one.

    Attributes:
        data: its data set, for workers that do not have the lab's folders.
        is_ready: whether `data` is known.
        member: the worker that it was given to; None while there is none.
        was_heard: whether the worker has reported anything of it.
        is_paused: whether it is paused, and so takes no slot.
        may_stop: whether the lab has asked it to stop; otherwise its worker has, as that is about to end.
        moves: whether it was asked to stop so that it goes on on another worker.
        taken: the number of the last report that was passed on.
        acknowledged: the number of the last report whose acknowledgement was sent to the worker.
        reports: what is to be passed on, at most as much as the window of reports holds.
    """

    def __init__(self, training_id: str, job: Job, tell: Callable[[Start, Message], None]) -> None:
        self.training_id = training_id
        self.ticket = f"{training_id}-{uuid.uuid4().hex}"
        self.job, self.arithmetic = encode_job(job), job.arithmetic
        self.data: Data | None = None
        self.is_ready = False
        self.member: Member | None = None
        self.was_heard = False
        self.is_paused = job.paused
        self.may_stop = self.moves = False
        self.taken = self.acknowledged = 0
        self.inbox: Inbox[list[Any]] = Inbox()
        self.reports: SimpleQueue[Numbered[list[Any]]] = SimpleQueue()
        self.outbox: Outbox[bytes] = Outbox(
            lambda numbered: tell(self, self.down(numbered)), most=MAX_COMMANDS
        )

    def down(self, numbered: list[Numbered[bytes]]) -> Message:
        """Commands, and which report was the last."""
        self.acknowledged = self.taken
        return {"kind": "down", "ticket": self.ticket, "numbered": numbered, "taken": self.taken}

    def should_acknowledge(self, report: list[Any]) -> bool:
        """Whether to say now what was taken: each word to a worker costs all three processes on its way most of a
        millisecond. What is left over is said at the next beat."""
        size = max((len(value) for value in report if isinstance(value, bytes)), default=0)
        return size >= LARGE or self.taken - self.acknowledged >= ACKNOWLEDGED_TOGETHER
