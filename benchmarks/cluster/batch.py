"""How long 64 runs of equal length that are launched together take, compared with the ideal time."""

from __future__ import annotations

import time

from benchmarks.cluster.ideal_time import TIMEOUT_SECONDS, Experiment, compare
from benchmarks.tables import Measured
from tests.support.experiments import LONG
from tests.support.lab_server import LabServer

RUNS = 64
#: How often the lab is asked whether all runs have ended.
PERIOD_SECONDS = 1.0


class Batch:
    """Runs that are equal but for their seeds and names. See `benchmarks.cluster.ideal_time.Work`."""

    def __init__(self, number: int) -> None:
        seeds = range(RUNS * number, RUNS * (number + 1))
        self.experiments: list[Experiment] = [
            {**LONG, "name": f"seed {seed}", "seed": seed} for seed in seeds
        ]

    def train(self, lab: LabServer) -> float:
        answer = lab.post("/api/experiments", experiments=self.experiments).raise_for_status()
        ids = {run["id"] for run in answer.json()["runs"]}
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while True:
            # Each list of all runs costs the lab some milliseconds, which the trainings need too.
            time.sleep(PERIOD_SECONDS)
            runs = [run for run in lab.http.get("/api/runs").json()["runs"] if run["id"] in ids]
            if all(run["status"] == "completed" for run in runs):
                break
            assert time.monotonic() < deadline, f"{RUNS} runs did not end within {TIMEOUT_SECONDS} s"
        assert len(runs) == RUNS
        return float(max(run["finished_at"] for run in runs) - min(run["created_at"] for run in runs))


def measure() -> list[Measured]:
    """On a cluster and on this machine."""
    return compare(f"{RUNS} equal runs", Batch)
