"""How long 64 runs of equal length, such as those of a study, take on four workers, compared with the ideal time.

The ideal time is the sum of the seconds that the engine alone takes for the trainings, divided by the number of cores.
It is measured while every core trains, because a core is often faster while others are idle.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from benchmarks.cluster.cluster_lab import cluster_lab
from benchmarks.tables import Measured
from tests.support.experiments import LONG
from tests.support.lab_server import LabServer, running_lab

RUNS, WORKERS = 64, 4
ROUNDS = 3
TIMEOUT_SECONDS = 900
#: How often the lab is asked whether all runs have ended.
PERIOD_SECONDS = 1.0

#: A program that trains the experiments in its argument with the engine alone, and prints the seconds of each.
ENGINE_ALONE = """
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


def measure() -> list[Measured]:
    """The time of all runs and the ideal time, on a cluster and on this machine: of the round with the median ratio."""
    cores = len(os.sched_getaffinity(0))
    return [
        {
            "what": f"{RUNS} equal runs on {WORKERS} workers of {place}, {cores} cores",
            "aim": "÷ ideal ≤ 1.15",
            **_median_round(start_lab, cores),
        }
        for place, start_lab in (("a cluster", _on_a_cluster), ("this machine", _on_this_machine))
    ]


def _median_round(start_lab: Callable[[Path], AbstractContextManager[LabServer]], cores: int) -> Measured:
    """Each round has half of the trainings by the engine alone before the lab's and half after them, as the speed of a
    machine changes within minutes."""
    rounds: list[Measured] = []
    half = RUNS // 2
    with tempfile.TemporaryDirectory() as folder, start_lab(Path(folder)) as lab:
        lab.wait_for(lab.launch()["id"], "completed")  # so that all is loaded
        for number in range(ROUNDS):
            experiments = _experiments(first_seed=RUNS * number)
            before = _ideal_seconds(experiments[:half], cores)
            seconds = _train_all(lab, experiments)
            ideal = before + _ideal_seconds(experiments[half:], cores)
            rounds.append({"seconds": seconds, "ideal_seconds": ideal, "by_ideal": seconds / ideal})
    return sorted(rounds, key=lambda one: one["by_ideal"])[ROUNDS // 2]


def _on_a_cluster(folder: Path) -> AbstractContextManager[LabServer]:
    return cluster_lab(folder, workers=WORKERS)


def _on_this_machine(folder: Path) -> AbstractContextManager[LabServer]:
    return running_lab(folder, LOSSROOM_WORKERS=str(WORKERS))


def _experiments(first_seed: int) -> list[dict[str, Any]]:
    """The experiments as the lab gets them: equal but for their seeds and names."""
    seeds = range(first_seed, first_seed + RUNS)
    return [{**LONG, "name": f"seed {seed}", "seed": seed} for seed in seeds]


def _ideal_seconds(experiments: list[dict[str, Any]], cores: int) -> float:
    """The sum of the seconds that the engine alone takes for these trainings ÷ the number of cores."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", ENGINE_ALONE, json.dumps(experiments[core::cores])],
            stdout=subprocess.PIPE,
            text=True,
        )
        for core in range(cores)
    ]
    texts = [process.communicate()[0] for process in processes]
    seconds = [float(line) for text in texts for line in text.split()]
    assert len(seconds) == len(experiments), "a training of the engine alone has failed"
    return sum(seconds) / cores


def _train_all(lab: LabServer, experiments: list[dict[str, Any]]) -> float:
    """Seconds from the launch to the end of the last run, by the lab's clock."""
    answer = lab.post("/api/experiments", experiments=experiments).raise_for_status()
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
