"""How much stream and store slow down training: W1 in the lab with a viewer, compared with the engine alone."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.stream.stream_lab import StreamLab
from tests.support.folders import find_data_dir
from tests.support.lab_server import LabServer

#: W1: 784-40-20-10, ReLU, SGD, batches of 100. There is only the evaluation at the end:
#: evaluations take equally long in both.
EXPERIMENT: dict[str, Any] = {
    "name": "W1",
    "dataset": {"name": "mnist"},
    "network": {"preset": "mlp", "hidden": [40, 20]},
    "optimizer": {"name": "sgd", "learning_rate": 0.01},
    "training": {"iterations": 15_000, "batch_size": 100, "evaluate_every": 1_000_000},
}
ROUNDS = 7
#: The measured iterations: without the start, and without the evaluation at the end.
FROM, TO = 1000, 14_500

BARE = """
import json, os, sys, time
os.nice(10)  # like a worker
from pathlib import Path
from app import one_thread
one_thread()
from engine import ExperimentConfig, Trainer
trainer = Trainer(ExperimentConfig.from_dict(json.loads(sys.argv[1])), data_dir=Path(sys.argv[2]))
while trainer.iteration < int(sys.argv[3]):
    trainer.advance()
begun = time.perf_counter()
while trainer.iteration < int(sys.argv[4]):
    trainer.advance()
print((int(sys.argv[4]) - int(sys.argv[3])) / (time.perf_counter() - begun))
"""


def measure() -> list[dict[str, Any]]:
    """Iterations a second of the lab and of the engine alone."""
    data_dir = find_data_dir()
    what, aim = "W1 in the lab ÷ the engine alone", "≥ 0.97"
    if data_dir is None:
        return [skipped(what, aim)]
    with (
        tempfile.TemporaryDirectory() as folder,
        StreamLab(Path(folder), data_dir, workers=1) as lab,
    ):
        return [compared(what, aim, lab, data_dir)]


def skipped(what: str, aim: str) -> dict[str, Any]:
    return {"what": what, "aim": aim, "skipped": "no MNIST on this machine"}


def compared(what: str, aim: str, lab: LabServer, data_dir: Path) -> dict[str, Any]:
    """Iterations a second of a lab that has just been started and of the engine alone, which take turns: medians, and
    the spread of the ratio."""
    watched, bare = [], []
    time.sleep(8)  # data sets are decoded once after the first start
    for round_ in range(ROUNDS + 1):
        command = [sys.executable, "-c", BARE, json.dumps(EXPERIMENT), str(data_dir), str(FROM), str(TO)]
        alone = float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        in_the_lab = _in_the_lab(lab)
        if round_:  # the first one warms up
            bare.append(alone)
            watched.append(in_the_lab)
    ratios = [a / b for a, b in zip(watched, bare, strict=True)]
    return {
        "what": what,
        "aim": aim,
        "lab_iterations_per_second": statistics.median(watched),
        "bare_iterations_per_second": statistics.median(bare),
        "ratio": statistics.median(watched) / statistics.median(bare),
        "ratio_lowest": min(ratios),
        "ratio_highest": max(ratios),
    }


def _in_the_lab(lab: LabServer) -> float:
    """Iterations a second of one run with one viewer, computed from the times of its rows."""
    from websockets.sync.client import connect

    from app.live import frames

    run_id = lab.launch(**EXPERIMENT)["id"]
    times: list[list[float]] = []
    with connect(f"ws://127.0.0.1:{lab.port}/ws", compression=None, max_size=None) as socket:
        socket.send(json.dumps({"subscribe": {run_id: 0}}))
        while not times or times[-1][0] < TO:
            message = socket.recv(timeout=60)
            if isinstance(message, bytes):
                header, _ = frames.decode(message)
                if header["stream"] == "train":
                    times += header["times"]
    lab.wait_for(run_id, "completed")
    lab.http.delete(f"/api/runs/{run_id}")
    (first, begun, _), (last, ended, _) = (
        next(time for time in times if time[0] >= row) for row in (FROM, TO)
    )
    return (last - first) / (ended - begun)
