"""A worker that does not train, but sends rows at a given rate through the same link as every worker.

The run's name has the settings: `{"columns": 10, "rows_per_second": 2000, "rows": 40000}`. The worker sends rows 20
times a second. With `"stamped": 3` a row has 3 values, is added when it is due, and is sent when a real worker would
send it.
"""

from __future__ import annotations

import json
import time
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from app.jobs import link, worker
from app.jobs.messages import Finished, Job

#: Rows are sent in bursts, so that the source itself uses little of the processor.
BURSTS_PER_SECOND = 20


def main(connection: Connection, job: Job) -> None:
    """Takes the place of `worker.main`; a run whose name is not JSON is trained as usual."""
    name = job.config["name"]
    if not name.startswith("{"):
        worker.main(connection, job)
        return
    source = json.loads(name)
    if source.get("stamped"):
        _stamped(connection, source)
        return
    columns, total, burst = source["columns"], source["rows"], source["rows_per_second"] // BURSTS_PER_SECOND
    link.FLUSH_SECONDS = 1e9  # only the explicit `flush` after each burst sends rows
    out = link.Link(connection)
    names = ["iteration", "loss", "accuracy", *(f"metric_{i}" for i in range(columns - 3))]
    out.open("train", names[:columns], 0)
    out.open("evaluation", ["iteration", "test_accuracy"], 0)
    values = np.random.default_rng(0).standard_normal(columns - 1).tolist()
    begun = time.monotonic()
    slept = 0.0
    for first in range(0, total, burst):
        for iteration in range(first + 1, min(first + burst, total) + 1):
            out.add("train", (iteration, *values))
        out.flush()
        early = begun + (first + burst) / source["rows_per_second"] - time.monotonic()
        if early > 0:
            time.sleep(early)
            slept += early
    seconds_per_planned_second = (time.monotonic() - begun) / (total / source["rows_per_second"])
    reason = json.dumps(
        {"seconds_per_planned_second": round(seconds_per_planned_second, 3), "slept": round(slept, 2)}
    )
    out.flush()
    out.report(Finished("completed", reason))


def _stamped(connection: Connection, source: dict[str, Any]) -> None:
    """Add the rows one by one, like a training loop. The loss is the time of the row, in seconds modulo 100."""
    out = link.Link(connection)
    scalars = source["stamped"]
    out.open("train", ["iteration", "loss", *(f"metric_{i}" for i in range(scalars - 1))], 0)
    others = (0.5,) * (scalars - 1)
    out.open("evaluation", ["iteration", "test_accuracy"], 0)
    spent = 0.0
    begun = time.perf_counter()
    for iteration in range(1, source["rows"] + 1):
        time.sleep(max(0.0, begun + iteration / source["rows_per_second"] - time.perf_counter()))
        values = (iteration, time.time() % 100, *others)
        before = time.perf_counter()
        if out.add("train", values):
            out.flush()
        spent += time.perf_counter() - before
    reason = json.dumps({"microseconds_per_scalar": 1e6 * spent / (scalars * source["rows"])})
    out.flush()
    out.report(Finished("completed", reason))
