"""Launches that are answered from memory: an experiment that has been trained is launched again and again."""

from __future__ import annotations

import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from tests.support.experiments import QUICK
from tests.support.lab_server import LabServer

CLIENTS = (1, 30)


def measure(seconds: float) -> list[dict[str, Any]]:
    """Launches each second, and how long one takes, for one client and for a class."""
    found = []
    for clients in CLIENTS:
        with tempfile.TemporaryDirectory() as folder, LabServer(Path(folder) / "state", Path(folder)) as lab:
            lab.wait_for(lab.launch()["id"], "completed")
            times = _launches(lab.url, clients, seconds)
            found.append(
                {
                    "what": f"answered from memory, {clients} clients at a time",
                    "launches_per_second": len(times) / seconds,
                    "median_ms": 1e3 * float(np.median(times)),
                    "p95_ms": 1e3 * float(np.quantile(times, 0.95)),
                }
            )
    return found


def _launches(url: str, clients: int, seconds: float) -> list[float]:
    """Seconds of each launch."""
    times: list[float] = []
    end = time.monotonic() + seconds

    def launch() -> None:
        with httpx.Client(base_url=url, timeout=60) as http:
            while (begun := time.monotonic()) < end:
                http.post("/api/runs", json=QUICK).raise_for_status()
                times.append(time.monotonic() - begun)

    threads = [threading.Thread(target=launch) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times
