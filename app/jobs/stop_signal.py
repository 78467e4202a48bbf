"""The sign by which the process that replays gives up what it does. Imports the standard library only."""

from __future__ import annotations

import time
from multiprocessing.connection import Connection

from app.jobs.replay_messages import Withdraw, decode_question

#: How often it looks whether a question was withdrawn.
LOOK_SECONDS = 0.02


class StopSignal:
    """Whether to give up: the time is over, or the server has withdrawn its question. It looks into the pipe only now
    and then, so it may be asked before each iteration.

    Attributes:
        withdrawn: whether the question was.
    """

    def __init__(self, connection: Connection, *, until: float) -> None:
        self._connection = connection
        self._until = until
        self._next = 0.0
        self.withdrawn = False

    def __call__(self) -> bool:
        now = time.monotonic()
        if now >= self._next:
            self._next = now + LOOK_SECONDS
            if self._connection.poll():
                self.withdrawn = isinstance(decode_question(self._connection.recv_bytes()), Withdraw)
        return self.withdrawn or now >= self._until
