"""Workers that misbehave when they reach iteration 100."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from unittest import mock

import numpy as np

from app.jobs import worker
from app.jobs.messages import Job
from engine import Trainer
from engine.events import Event

#: More bytes than any run may have.
TOO_MUCH = 1 << 36


def main(connection: Connection, job: Job) -> None:
    """A worker that is killed, like one for which the machine has no memory."""
    _train(connection, job, lambda: os.kill(os.getpid(), signal.SIGKILL))


def greedy(connection: Connection, job: Job) -> None:
    """A worker that asks for more memory than a run may have. Most systems would promise it without the bound."""
    _train(connection, job, lambda: np.empty(TOO_MUCH, np.uint8))


def _train(connection: Connection, job: Job, misbehave: Callable[[], object]) -> None:
    advance = Trainer.advance

    def advance_or_misbehave(trainer: Trainer) -> list[Event]:
        if trainer.iteration == 100:
            misbehave()
        return advance(trainer)

    with mock.patch.object(Trainer, "advance", advance_or_misbehave):
        worker.main(connection, job)
