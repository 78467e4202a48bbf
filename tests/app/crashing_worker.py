"""A worker that is killed whenever it reaches iteration 100, like one that runs out of memory."""

from __future__ import annotations

import os
import signal
from multiprocessing.connection import Connection
from unittest import mock

from app.jobs import worker
from app.jobs.messages import Job
from engine import Trainer
from engine.events import Event


def main(connection: Connection, job: Job) -> None:
    advance = Trainer.advance

    def deadly(trainer: Trainer) -> list[Event]:
        if trainer.iteration == 100:
            os.kill(os.getpid(), signal.SIGKILL)
        return advance(trainer)

    with mock.patch.object(Trainer, "advance", deadly):
        worker.main(connection, job)
