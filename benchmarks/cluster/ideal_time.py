"""How long a lab with four workers takes for many trainings, compared with the ideal time.

The ideal time is the sum of the seconds that the engine alone takes for the trainings, divided by the number of cores,
at most four. It is measured while each of them trains, because a core is often faster while others are idle.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from benchmarks.cluster.cluster_lab import cluster_lab
from benchmarks.tables import Measured
from tests.support.lab_server import LabServer, running_lab

#: An experiment as JSON.
Experiment = dict[str, Any]

WORKERS = 4
ROUNDS = 3
TIMEOUT_SECONDS = 900

#: A program that trains the experiments in the file of its argument with the engine alone, and prints the seconds of
#: each.
ENGINE_ALONE = """
import json, os, sys, time
os.nice(10)  # like a worker
from app import one_thread
one_thread()
from pathlib import Path
from engine import ExperimentConfig, Trainer
experiments, data_dir, cache_dir = json.loads(Path(sys.argv[1]).read_text())
for config in experiments:
    begun = time.perf_counter()
    for _ in Trainer(ExperimentConfig.from_dict(config), data_dir=Path(data_dir), cache_dir=Path(cache_dir)).run():
        pass
    print(time.perf_counter() - begun)
"""


class Work(Protocol):
    """Trainings for a lab."""

    @property
    def experiments(self) -> Sequence[Experiment]:
        """All of them."""
        ...

    def train(self, lab: LabServer) -> float:
        """Let the lab train all of them.

        Returns:
            seconds from the request to the end of the last one, by the lab's clock.
        """
        ...


def compare(what: str, make_work: Callable[[int], Work], data_dir: Path | None = None) -> list[Measured]:
    """The lab's time and the ideal time, on a cluster and on this machine: of the round with the median ratio.

    Args:
        make_work: makes the work of a round from its number: no two rounds may have a training in common, as the lab
            would train it only once.
        data_dir: the folder of data sets; None: the work needs none.
    """
    cores = min(WORKERS, len(os.sched_getaffinity(0)))
    return [
        {
            "what": f"{what} on {WORKERS} workers of {place}, {cores} cores",
            "aim": "÷ ideal ≤ 1.15",
            **_median_round(start_lab, make_work, cores, data_dir),
        }
        for place, start_lab in (("a cluster", _on_a_cluster), ("this machine", _on_this_machine))
    ]


def _median_round(
    start_lab: Callable[[Path, Path | None], AbstractContextManager[LabServer]],
    make_work: Callable[[int], Work],
    cores: int,
    data_dir: Path | None,
) -> Measured:
    """The figures of the round with the median ratio. In each round the engine alone trains half of the trainings
    before the lab trains, and half after, because the speed of a machine changes within minutes."""
    rounds: list[Measured] = []
    with tempfile.TemporaryDirectory() as folder, start_lab(Path(folder), data_dir) as lab:
        lab.wait_for(lab.launch()["id"], "completed")  # so that all is loaded

        def ideal(experiments: Sequence[Experiment]) -> float:
            return _engine_seconds(experiments, cores, data_dir or Path(folder), Path(folder)) / cores

        for number in range(ROUNDS):
            work = make_work(number)
            half = len(work.experiments) // 2
            before = ideal(work.experiments[:half])
            seconds = work.train(lab)
            ideal_seconds = before + ideal(work.experiments[half:])
            rounds.append(
                {"seconds": seconds, "ideal_seconds": ideal_seconds, "by_ideal": seconds / ideal_seconds}
            )
    return sorted(rounds, key=lambda measured: measured["by_ideal"])[ROUNDS // 2]


def _on_a_cluster(folder: Path, data_dir: Path | None) -> AbstractContextManager[LabServer]:
    return cluster_lab(folder, data_dir, workers=WORKERS)


def _on_this_machine(folder: Path, data_dir: Path | None) -> AbstractContextManager[LabServer]:
    return running_lab(folder, data_dir, LOSSROOM_WORKERS=str(WORKERS))


def _engine_seconds(experiments: Sequence[Experiment], cores: int, data_dir: Path, folder: Path) -> float:
    """The sum of the seconds that the engine alone takes for these trainings, while each core trains its share.

    Args:
        folder: for decoded data sets and other files.
    """
    processes = []
    for core in range(cores):
        share = folder / f"share{core}.json"
        share.write_text(json.dumps([experiments[core::cores], str(data_dir), str(folder / "decoded")]))
        processes.append(
            subprocess.Popen(
                [sys.executable, "-c", ENGINE_ALONE, str(share)], stdout=subprocess.PIPE, text=True
            )
        )
    texts = [process.communicate()[0] for process in processes]
    seconds = [float(line) for text in texts for line in text.split()]
    assert len(seconds) == len(experiments), "a training of the engine alone has failed"
    return sum(seconds)
