"""How long any moment of a run takes, and the one beside it; and what the kept checkpoints cost training.

The run is W1, 784-40-20-10 on MNIST with 2,000 iterations and an evaluation every ten. Times are those of whole
requests, weights included, to a lab that does nothing else. The cost is that of two trainings in one process that take
turns, of which one keeps checkpoints: processor time, without evaluations, which would hide it.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from app.jobs.kept import Keeper
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
ROUNDS = 6
#: Iterations of one training before the other has its turn.
TURN = 40


def measure() -> list[dict[str, Any]]:
    data_dir = find_data_dir()
    if data_dir is None:
        return [{"what": "no MNIST on this machine", "figure": 0.0, "unit": "", "aim": ""}]
    with tempfile.TemporaryDirectory() as folder:
        rows = _moments(Path(folder), data_dir)
        ratio, kept = _cost(Path(folder), data_dir)
    return [
        *rows,
        _row("a training that keeps checkpoints ÷ one that keeps none", 100 * ratio, "%", "≤ 101"),
        _row("checkpoints kept of it", kept, "", "≤ 45"),
    ]


def _row(what: str, figure: float, unit: str, aim: str) -> dict[str, Any]:
    return {"what": what, "figure": figure, "unit": unit, "aim": aim}


def _moments(folder: Path, data_dir: Path) -> list[dict[str, Any]]:
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
        _row("the first moment, with the start of the process", start, "ms", "≤ 300"),
        _row("any moment, median", statistics.median(first), "ms", "≤ 300"),
        _row("any moment, the longest", max(first), "ms", "≤ 300"),
        _row("the one beside it, median", statistics.median(beside), "ms", "≤ 50"),
        _row("the one beside it, the longest", max(beside), "ms", "≤ 50"),
    ]


def _cost(folder: Path, data_dir: Path) -> tuple[float, int]:
    """Processor time with kept checkpoints ÷ without, and how many are kept at the end."""
    config = ExperimentConfig.from_dict(W1)
    ratios: list[float] = []
    kept = 0
    for round_ in range(ROUNDS):
        keeping, plain = (
            Trainer(config, data_dir=data_dir, cache_dir=folder / "state" / "cache") for _ in range(2)
        )
        keeper = Keeper(
            folder / "kept",
            str(round_),
            1,
            iterations=config.iterations,
            most_bytes=KEPT_BYTES,
            made=(),
            at=0,
        )
        seconds = {True: 0.0, False: 0.0}
        turns = [(True, keeping), (False, plain)]
        while plain.iteration < config.iterations:
            turns.reverse()  # the second one finds the processor as the first one has left it
            for keeps, trainer in turns:
                begun = time.process_time()
                for _ in range(TURN):
                    trainer.step()
                    if keeps and trainer.iteration >= keeper.due:
                        keeper.keep(trainer, 0)
                seconds[keeps] += time.process_time() - begun
        if round_:  # the first one warms up
            ratios.append(seconds[True] / seconds[False])
            kept = len(keeper.news() or [])
    return statistics.median(ratios), kept
