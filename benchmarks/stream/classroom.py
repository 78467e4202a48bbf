"""A class launches the same lesson within a second: how long after the first rows of a run exist does each client have
them?"""

from __future__ import annotations

import json
import random
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from websockets.sync.client import connect

from app.live import frames
from tests.support.lab_server import LabServer, running_lab

CLIENTS = 30
LESSON = "2b-more-optimizers"
#: Seconds after which a client that hears nothing fails, and the measurement with it.
PATIENCE = 60


def measure() -> list[dict[str, Any]]:
    """Milliseconds from the first row of a run, or from the answer to its launch if that came later, to its arrival.

    Raises:
        TimeoutError, httpx.HTTPError: a client got no rows, or no answer.
    """
    with (
        tempfile.TemporaryDirectory() as folder,
        running_lab(Path(folder)) as lab,
        ThreadPoolExecutor(CLIENTS) as threads,
    ):
        clients = [_Client(lab, begin=random.random()) for _ in range(CLIENTS)]
        for done in [threads.submit(client.run) for client in clients]:
            done.result()
        launched = [run["training"] for run in lab.http.get("/api/runs").json()["runs"]]
    delays = [delay for client in clients for delay in client.delays.values()]
    return [
        {
            "what": f"{CLIENTS} clients launch {LESSON} within a second",
            "aim": "≤ 200 ms",
            "runs": len(launched),
            "trainings": len(set(launched)),
            "median_ms": 1e3 * float(np.median(delays)),
            "p99_ms": 1e3 * float(np.quantile(delays, 0.99)),
            "highest_ms": 1e3 * max(delays),
        }
    ]


class _Client:
    """A student's page: waits `begin` seconds, launches the lesson, and reads until it has rows of each of its runs.

    Attributes:
        delays: seconds, by the id of the run.
    """

    def __init__(self, lab: LabServer, *, begin: float) -> None:
        self._lab = lab
        self._begin = begin
        self.delays: dict[str, float] = {}

    def run(self) -> None:
        address = self._lab.url.replace("http", "ws") + "/ws"
        with connect(address, max_size=None, ping_interval=None) as socket:
            time.sleep(self._begin)
            address = f"{self._lab.url}/api/lessons/{LESSON}/runs"
            answer = httpx.post(address, timeout=PATIENCE).raise_for_status()
            answered = time.time()
            ids = [run["id"] for run in answer.json()["runs"]]
            socket.send(json.dumps({"subscribe": dict.fromkeys(ids, 0)}))
            until = time.monotonic() + PATIENCE
            while len(self.delays) < len(ids):
                message = socket.recv(timeout=until - time.monotonic())
                if isinstance(message, bytes):
                    self._take(message, answered)

    def _take(self, message: bytes, answered: float) -> None:
        arrived = time.time()
        header, _ = frames.decode(message)
        run_id = header["run"]
        if header["stream"] == "train" and header["rows"] and run_id not in self.delays:
            existed = header["times"][0][1]
            self.delays[run_id] = arrived - max(existed, answered)
