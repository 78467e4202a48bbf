"""A worker that trains nothing and brings rows at a given rate, through the same link as every worker.

The run's name says what: `{"columns": 10, "rows_per_second": 2000, "rows": 40000}`. It flushes 20 times a second.
"""

from __future__ import annotations

import json
import time
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from app.jobs import link, worker

#: Rows are brought in bursts, so that the source itself costs little.
BURSTS_PER_SECOND = 20


def main(connection: Connection, job: dict[str, Any]) -> None:
    """As `worker.main`; a run whose name is not JSON is trained as usual."""
    name = job["config"]["name"]
    if not name.startswith("{"):
        worker.main(connection, job)
        return
    source = json.loads(name)
    columns, total, burst = source["columns"], source["rows"], source["rows_per_second"] // BURSTS_PER_SECOND
    link.FLUSH_SECONDS = 1e9  # bursts are flushed whole
    out = link.Link(connection)
    names = ["iteration", "loss", "accuracy", *(f"metric_{i}" for i in range(columns - 3))]
    out.open("train", names[:columns], 0)
    out.open("evaluation", ["iteration", "test_accuracy"], 0)
    values = np.random.default_rng(0).standard_normal(columns).astype(np.float32)
    begun = time.monotonic()
    slept = 0.0
    for first in range(0, total, burst):
        for iteration in range(first + 1, min(first + burst, total) + 1):
            values[0] = iteration
            out.add("train", values)
        out.flush()
        early = begun + (first + burst) / source["rows_per_second"] - time.monotonic()
        if early > 0:
            time.sleep(early)
            slept += early
    behind = (time.monotonic() - begun) / (total / source["rows_per_second"])
    reason = json.dumps({"seconds_per_planned_second": round(behind, 3), "slept": round(slept, 2)})
    out.finish({"status": "completed", "reason": reason})
