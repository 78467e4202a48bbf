"""A worker that is killed whenever it comes to iteration 100: as one that needs more memory than there is."""

from __future__ import annotations

import os
import signal
from multiprocessing.connection import Connection
from typing import Any

from app.jobs import worker
from app.jobs.messages import Job


def main(connection: Connection, job: Job) -> None:
    advance = worker.Trainer.advance

    def deadly(trainer: Any) -> Any:
        if trainer.iteration == 100:
            os.kill(os.getpid(), signal.SIGKILL)
        return advance(trainer)

    worker.Trainer.advance = deadly
    worker.main(connection, job)
