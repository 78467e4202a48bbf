"""How soon a run's first row arrives, and how long each row is on its way from a worker to a viewer."""

from __future__ import annotations

import json
import tempfile
import time
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np

from app.live import frames
from benchmarks.cluster.cluster_lab import SourceCluster, cluster_lab
from tests.support.experiments import SHORT
from tests.support.lab_server import LabServer, running_lab

WORKERS = 4
LAUNCHES = 40
#: How many rows each source sends, and how many of them in a second. Those of the first second do not count.
ROWS, ROWS_PER_SECOND = 4000, 200


def first_row() -> list[dict[str, Any]]:
    """From the request that launches a run to its first row at a viewer, while no other run trains."""
    found = []
    for what, aim, lab_in in (
        ("on idle workers of a cluster", "median ≤ 100 ms", _on_a_cluster),
        ("the same on this machine", "", _on_this_machine),
    ):
        with tempfile.TemporaryDirectory() as folder, lab_in(Path(folder)) as lab:
            times = _launches(lab)
        found.append(
            {
                "what": f"launch → first row, {what}",
                "aim": aim,
                "median_ms": 1e3 * float(np.median(times)),
                "p95_ms": 1e3 * float(np.quantile(times, 0.95)),
                "launches": len(times),
            }
        )
    return found


def _on_a_cluster(folder: Path) -> AbstractContextManager[LabServer]:
    return cluster_lab(folder, workers=WORKERS)


def _on_this_machine(folder: Path) -> AbstractContextManager[LabServer]:
    return running_lab(folder, LOSSROOM_WORKERS=str(WORKERS))


def _launches(lab: LabServer) -> list[float]:
    """Seconds of each launch but the first, which warms up."""
    times = []
    socket = lab.socket()
    for _ in range(LAUNCHES + 1):
        begun = time.monotonic()
        run_id = lab.launch(**SHORT)["id"]
        socket.send(json.dumps({"subscribe": {run_id: 0}}))
        while True:
            message = socket.recv(timeout=60)
            if isinstance(message, bytes):
                header, _ = frames.decode(message)
                if header["run"] == run_id and header["stream"] == "train" and header["rows"]:
                    break
        times.append(time.monotonic() - begun)
        socket.send(json.dumps({"subscribe": {}}))
        lab.wait_for(run_id, "completed")
    return times[1:]


def row_to_viewer() -> list[dict[str, Any]]:
    """From the moment when a row exists on a worker to its arrival at a viewer, of four runs at once. So it includes
    the 50 ms for which workers collect rows, the way over scheduler and server, and storing the rows."""
    with (
        tempfile.TemporaryDirectory() as folder,
        cluster_lab(Path(folder), workers=WORKERS, kind=SourceCluster) as lab,
    ):
        source = json.dumps({"stamped": 3, "rows": ROWS, "rows_per_second": ROWS_PER_SECOND})
        ids = [lab.launch(name=source)["id"] for _ in range(WORKERS)]
        socket = lab.socket()
        socket.send(json.dumps({"subscribe": dict.fromkeys(ids, 0)}))
        delays: list[float] = []
        got = dict.fromkeys(ids, 0)
        while min(got.values()) < ROWS:
            message = socket.recv(timeout=60)
            arrived = time.time()
            if not isinstance(message, bytes):
                continue
            header, values = frames.decode(message)
            if header["stream"] != "train":
                continue
            assert header["first"] == got[header["run"]], "rows are missing"
            got[header["run"]] += header["rows"]
            if got[header["run"]] > ROWS_PER_SECOND:
                # the loss of such a row is its time, in seconds modulo 100
                sent = values[header["columns"].index("loss")].astype(float)
                delays += ((arrived - sent) % 100).tolist()
    return [
        {
            "what": f"a row on a worker → a viewer, {WORKERS} runs at once",
            "aim": "p99 ≤ 150 ms",
            "median_ms": 1e3 * float(np.median(delays)),
            "p99_ms": 1e3 * float(np.quantile(delays, 0.99)),
            "highest_ms": 1e3 * max(delays),
            "rows": len(delays),
        }
    ]
