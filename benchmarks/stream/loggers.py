"""The lab compared with other loggers: how soon a row can be read, and how long logging a value stops the training.

TensorBoard, Trackio and Aim must be installed in the Python that LOSSROOM_PEERS_PYTHON names (`pip install tensorboard
trackio aim` in a separate environment). Without it, only the lab is measured.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from websockets.sync.client import connect

from app.live import frames
from benchmarks.stream.peer import PEERS, RATE, SECONDS
from benchmarks.stream.stream_lab import StreamLab

#: Values in a row: few, or as many as the lab records for five layers with weights (loss, accuracy, penalty, learning
#: rate, and two norms for each layer).
SCALARS = (3, 14)


def measure() -> list[dict[str, Any]]:
    """Measure the loggers one after the other, each at 1,000 iterations a second."""
    return [row for scalars in SCALARS for row in _compare(scalars)]


def _compare(scalars: int) -> list[dict[str, Any]]:
    ours = _lab(scalars)
    python = os.environ.get("LOSSROOM_PEERS_PYTHON")
    skipped = {"skipped": "LOSSROOM_PEERS_PYTHON is not set"}
    peers = [{"what": peer, **(_peer(python, peer, scalars) if python else skipped)} for peer in PEERS]
    soonest = min((row["p50_ms"] for row in peers if row.get("p50_ms")), default=None)
    cheapest = min((row["microseconds_per_scalar"] for row in peers if "seen" in row), default=None)
    if soonest and cheapest:
        ours["aim"] = "5 × sooner, 10 × cheaper than the best"
        ours["times_sooner"] = soonest / ours["p50_ms"]
        ours["times_cheaper"] = cheapest / ours["microseconds_per_scalar"]
    return [{"scalars": scalars, **row} for row in (ours, *peers)]


def _lab(scalars: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder, StreamLab(Path(folder), workers=1) as lab:
        run_id = lab.source(rows_per_second=RATE, rows=RATE * SECONDS, stamped=scalars)
        delays: list[float] = []
        with connect(f"ws://127.0.0.1:{lab.port}/ws", compression=None) as socket:
            socket.send(json.dumps({"subscribe": {run_id: 0}}))
            while len(delays) < RATE * SECONDS:
                message = socket.recv(timeout=60)
                if isinstance(message, bytes):
                    now = time.time() % 100
                    header, values = frames.decode(message)
                    if header["stream"] == "train":
                        delays += ((now - values[1]) % 100 * 1000).tolist()
        reason = json.loads(lab.wait(run_id)["reason"])
    return {
        "what": "lossroom",
        **reason,
        "seen": 1.0,
        "p50_ms": float(np.percentile(delays, 50)),
        "p99_ms": float(np.percentile(delays, 99)),
    }


def _peer(python: str, peer: str, scalars: int) -> dict[str, Any]:
    command = [python, str(Path(__file__).with_name("peer.py")), peer, str(scalars)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    if done.returncode:
        return {"skipped": (done.stderr.strip().splitlines() or ["?"])[-1]}
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result
