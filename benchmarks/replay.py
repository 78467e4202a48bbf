"""How long any moment of a run takes, and the one beside it; and what the kept checkpoints cost training.

The run is W1, 784-40-20-10 on MNIST with 2,000 iterations and an evaluation every ten. Times are those of whole
requests, weights included, to a lab that does nothing else. The cost is measured in processor time and in two ways:
the time spent in `Keeper.keep`, and the time of whole trainings that keep checkpoints, compared with others that keep
none. The two kinds take turns. Nothing is evaluated, because evaluations would hide the cost.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from app.jobs.checkpoint_store import FolderStore
from app.jobs.kept import Keeper
from benchmarks.figures import Figure, figure, without_mnist
from engine import ExperimentConfig, Trainer
from engine.replay import KEPT_BYTES
from tests.support.folders import find_data_dir
from tests.support.lab_server import running_lab

W1: dict[str, Any] = {
    "name": "W1",
    "dataset": {"name": "mnist"},
    "network": {"preset": "mlp", "hidden": [40, 20]},
    "optimizer": {"name": "sgd", "learning_rate": 0.1},
    "training": {"iterations": 2000, "batch_size": 100, "evaluate_every": 10},
}
MOMENTS = 60
ROUNDS = 16


def measure() -> list[Figure]:
    data_dir = find_data_dir()
    if data_dir is None:
        return [without_mnist()]
    with tempfile.TemporaryDirectory() as folder:
        rows = _moments(Path(folder), data_dir)
        share, ratio, kept = _cost(Path(folder), data_dir)
    return [
        *rows,
        figure("keeping checkpoints, of a training's time", 100 * share, "%", "≤ 1"),
        figure("a training that keeps checkpoints ÷ one that keeps none", 100 * ratio, "%", "≤ 101"),
        figure("checkpoints kept of it", kept, "", "≤ 45"),
    ]


def _moments(folder: Path, data_dir: Path) -> list[Figure]:
    dice = random.Random(1)
    first: list[float] = []
    beside: list[float] = []
    with running_lab(folder, data_dir) as lab:
        run = lab.wait_for(lab.launch(**W1)["id"], "completed")

        def milliseconds(iteration: int) -> float:
            begun = time.perf_counter()
            lab.http.get(f"/api/runs/{run['id']}/moments/{iteration}/weights.npz").raise_for_status()
            return 1000 * (time.perf_counter() - begun)

        start = milliseconds(1000)  # with the start of the process
        for _ in range(MOMENTS):
            iteration = dice.randint(1, 1999)
            first.append(milliseconds(iteration))
            beside.append(milliseconds(iteration + dice.choice((-1, 1))))
    return [
        figure("the first moment, with the start of the process", start, "ms", "≤ 300"),
        figure("any moment, median", statistics.median(first), "ms", "≤ 300"),
        figure("any moment, the longest", max(first), "ms", "≤ 300"),
        figure("the one beside it, median", statistics.median(beside), "ms", "≤ 50"),
        figure("the one beside it, the longest", max(beside), "ms", "≤ 50"),
    ]


def _cost(folder: Path, data_dir: Path) -> tuple[float, float, int]:
    """The share of a training's processor time that keeping takes, processor time with kept checkpoints ÷ without, and
    how many are kept at the end."""
    shares: list[float] = []
    seconds: dict[int, list[float]] = {KEPT_BYTES: [], 0: []}
    kept = 0
    for round_ in range(ROUNDS):
        turns = [KEPT_BYTES, 0] if round_ % 2 else [0, KEPT_BYTES]
        for most_bytes in turns:
            trainer = Trainer(
                ExperimentConfig.from_dict(W1), data_dir=data_dir, cache_dir=folder / "state" / "cache"
            )
            keeper = Keeper(
                FolderStore(folder / "kept"),
                str(round_),
                1,
                iterations=trainer.iterations,
                most_bytes=most_bytes,
                earlier=(),
                at=0,
            )
            keeping, begun = 0.0, time.process_time()
            while trainer.iteration < trainer.iterations:
                trainer.step()
                if trainer.iteration >= keeper.due:
                    keeping_begun = time.process_time()
                    keeper.keep(trainer, 0, is_saving=False)
                    keeping += time.process_time() - keeping_begun
            seconds[most_bytes].append(time.process_time() - begun)
            if most_bytes:
                shares.append(keeping / seconds[most_bytes][-1])
                kept = len(keeper.news() or [])
    some, none = (statistics.median(seconds[most_bytes][2:]) for most_bytes in (KEPT_BYTES, 0))
    return statistics.median(shares[2:]), some / none, kept
