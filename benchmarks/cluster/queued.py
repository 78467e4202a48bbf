"""The memory of a server in which 10,000 runs wait for a cluster, and the page of a lab in which they wait."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from benchmarks.cluster import queued_page
from benchmarks.cluster.cluster_lab import cluster_lab
from benchmarks.stream.stream_lab import memory_mb
from tests.support.experiments import ENDLESS
from tests.support.folders import find_data_dir

RUNS = 10_000
TOGETHER = 100


def measure() -> list[dict[str, Any]]:
    """The server's figures and the page's."""
    with tempfile.TemporaryDirectory() as folder:
        return [*_server(), *queued_page.measure(find_data_dir() or Path(folder))]


def _server() -> list[dict[str, Any]]:
    """Memory before and after, in 10^6 bytes; and how long the list of all runs then takes."""
    with (
        tempfile.TemporaryDirectory() as folder,
        cluster_lab(Path(folder), workers=1, LOSSROOM_MAX_QUEUED=str(2 * RUNS)) as lab,
    ):
        lab.launch(**ENDLESS)  # takes the only place
        before = memory_mb(lab.pid)
        for first in range(0, RUNS, TOGETHER):
            seeds = range(first + 1, first + 1 + TOGETHER)
            experiments = [{**ENDLESS, "name": f"seed {seed}", "seed": seed} for seed in seeds]
            lab.post("/api/experiments", experiments=experiments).raise_for_status()
        queued = lab.http.get("/health").json()["queued"]
        assert queued >= RUNS, f"only {queued} runs wait"
        return [
            {
                "what": f"{queued:,} runs wait for a cluster",
                "aim": "≤ 300 MB",
                "memory_mb": memory_mb(lab.pid),
                "memory_before_mb": before,
                "list_of_runs_ms": 1e3 * lab.http.get("/api/runs").elapsed.total_seconds(),
            }
        ]
