"""A worker that also writes a file with the end of each iteration: Unix seconds, as float64.

This is a separate module because worker processes import it, so it must import no more than `app.jobs.worker` does.
"""

from __future__ import annotations

import os
import time
from array import array
from multiprocessing.connection import Connection

from app.jobs import worker
from app.jobs.messages import Job
from engine import Trainer
from engine.events import Event


def main(connection: Connection, job: Job) -> None:
    """Run `worker.main`, and at the end write the times to $LOSSROOM_BENCH_TIMES/<run name>.times."""
    times = array("d")
    advance = Trainer.advance

    def timed(self: Trainer) -> list[Event]:
        events = advance(self)
        if events:
            times.append(time.time())
        return events

    Trainer.advance = timed  # type: ignore[method-assign]  # unittest.mock would load asyncio into every worker
    try:
        worker.main(connection, job)
    finally:
        path = os.path.join(os.environ["LOSSROOM_BENCH_TIMES"], f"{job.config['name']}.times")
        with open(path + ".part", "wb") as file:
            times.tofile(file)
        os.rename(path + ".part", path)
