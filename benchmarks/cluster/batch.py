"""64 runs of equal length, such as those of a study, on four workers: how much longer than it has to take.

The ideal time is the sum of what the trainings take the engine alone, divided by the number of cores. They are measured
while every core trains: a core beside idle ones is often faster.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from benchmarks.cluster.cluster_lab import cluster_lab
from tests.support.experiments import LONG
from tests.support.lab_server import LabServer, running_lab

RUNS, WORKERS = 64, 4
#: Seconds.
TIMEOUT = 900
ASKED_EVERY = 1.0

#: Trains so many runs and prints the seconds of each.
BARE = """
import json, os, sys, time
os.nice(10)  # like a worker
from app import one_thread
one_thread()
from engine import ExperimentConfig, Trainer
for config in json.loads(sys.argv[1]):
    begun = time.perf_counter()
    for _ in Trainer(ExperimentConfig.from_dict(config)).run():
        pass
    print(time.perf_counter() - begun)
"""


def measure() -> list[dict[str, Any]]:
    """The time of all runs by the ideal time, on a cluster and on this machine."""
    cores = len(os.sched_getaffinity(0))
    found = []
    for what, lab_in in (("a cluster", _on_a_cluster), ("this machine", _on_this_machine)):
        ideal = _ideal(cores)
        with tempfile.TemporaryDirectory() as folder, lab_in(Path(folder)) as lab:
            lab.wait_for(lab.launch()["id"], "completed")  # so that all is loaded
            seconds = _train_all(lab)
        found.append(
            {
                "what": f"{RUNS} equal runs on {WORKERS} workers of {what}, {cores} cores",
                "aim": "÷ ideal ≤ 1.15",
                "seconds": seconds,
                "ideal_seconds": ideal,
                "by_ideal": seconds / ideal,
            }
        )
    return found


def _on_a_cluster(folder: Path) -> AbstractContextManager[LabServer]:
    return cluster_lab(folder, workers=WORKERS)


def _on_this_machine(folder: Path) -> AbstractContextManager[LabServer]:
    return running_lab(folder, LOSSROOM_WORKERS=str(WORKERS))


def _experiments() -> list[dict[str, Any]]:
    return [{**LONG, "name": f"seed {seed}", "seed": seed} for seed in range(RUNS)]


def _ideal(cores: int) -> float:
    """The sum of the bare training times by the number of cores, in seconds."""
    experiments = _experiments()
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", BARE, json.dumps(experiments[core::cores])],
            stdout=subprocess.PIPE,
            text=True,
        )
        for core in range(cores)
    ]
    texts = [process.communicate()[0] for process in processes]
    seconds = [float(line) for text in texts for line in text.split()]
    assert len(seconds) == RUNS, "a training of the engine alone has failed"
    return sum(seconds) / cores


def _train_all(lab: LabServer) -> float:
    """Seconds from the launch to the end of the last run, by the lab's clock."""
    answer = lab.post("/api/experiments", experiments=_experiments()).raise_for_status()
    ids = {run["id"] for run in answer.json()["runs"]}

    deadline = time.monotonic() + TIMEOUT
    while True:
        # Each list of all runs costs the lab some milliseconds, which the trainings need too.
        time.sleep(ASKED_EVERY)
        runs = [run for run in lab.http.get("/api/runs").json()["runs"] if run["id"] in ids]
        if all(run["status"] == "completed" for run in runs):
            break
        assert time.monotonic() < deadline, f"{RUNS} runs did not end within {TIMEOUT} s"
    assert len(runs) == RUNS
    return float(max(run["finished_at"] for run in runs) - min(run["created_at"] for run in runs))
