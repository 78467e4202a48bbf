"""Hundreds of viewers of one run, some of which stop reading; and 16 workers that send more than the server can
store."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.stream.stream_lab import StreamLab

#: 20 frames a second of 100 rows with 10 columns.
SOURCE = {"columns": 10, "rows_per_second": 2000}
FRAMES_PER_SECOND = 20


def measure(seconds: float) -> list[dict[str, Any]]:
    """Rows of the table: viewers, delivered, latencies in ms, cores of the server."""
    with tempfile.TemporaryDirectory() as folder, StreamLab(Path(folder), workers=1) as lab:
        rows = [
            watched(lab, f"{clients} viewers", clients, seconds, aim)
            for clients, aim in ((500, "p99 ≤ 30 ms, ≤ 0.35 core"), (1000, "p99 ≤ 60 ms"))
        ]
        healthy = watched(lab, "50 viewers", 50, seconds, "")
        stalled = watched(lab, "50 viewers, 3 stop reading", 50, seconds, "p99 within 20 %", stalled=3)
        stalled["p99_ratio"] = stalled["p99"] / healthy["p99"]
    return [*rows, healthy, stalled]


def memory(seconds: float = 600.0) -> dict[str, Any]:
    """500 viewers for ten minutes: does the server's memory grow?"""
    with tempfile.TemporaryDirectory() as folder, StreamLab(Path(folder), workers=1) as lab:
        return watched(lab, "500 viewers for ten minutes", 500, seconds, "memory flat")


def watched(
    lab: StreamLab, what: str, clients: int, seconds: float, aim: str, *, stalled: int = 0
) -> dict[str, Any]:
    """Measure one run with `clients` viewers, of which `stalled` stop reading."""
    warm_up = 2 + clients / 250
    run_id = lab.source(
        **SOURCE, rows=int(SOURCE["rows_per_second"] * (seconds + warm_up + clients / 200 + 5))
    )
    command = [sys.executable, "-m", "benchmarks.stream.load", "--port", str(lab.port), "--runs", run_id]
    command += ["--clients", str(clients), "--stalled", str(stalled)]
    command += ["--warm-up", str(warm_up), "--seconds", str(seconds)]
    load = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    time.sleep(warm_up + clients / 500 + 1)
    begun, cpu = time.monotonic(), lab.cpu_seconds
    memory = lab.memory_mb
    half = (seconds - 2) / 2
    time.sleep(half)
    memory_half_way = lab.memory_mb
    time.sleep(half)
    cores = (lab.cpu_seconds - cpu) / (time.monotonic() - begun)
    memory_after = lab.memory_mb  # the viewers are still there
    result = json.loads(load.communicate()[0])
    lab.http.delete(f"/api/runs/{run_id}")
    time.sleep(0.5)
    return {
        "what": what,
        "aim": aim,
        **result,
        "delivered": result["frames_per_second"] / (result["viewers"] * FRAMES_PER_SECOND),
        "server_cores": cores,
        "memory_mb": memory_after,
        "memory_growth_mb": memory_after - memory,
        "memory_growth_of_second_half_mb": memory_after - memory_half_way,
    }


def outrun(seconds: float, runs: int = 16) -> dict[str, Any]:
    """Runs of 5,000 iterations a second with 40 columns each: does the server store every row, and how much does it
    use?"""
    with tempfile.TemporaryDirectory() as folder, StreamLab(Path(folder), workers=runs) as lab:
        rows = int(5000 * seconds)
        ids = [lab.source(columns=40, rows_per_second=5000, rows=rows) for _ in range(runs)]
        time.sleep(2)
        begun, cpu = time.monotonic(), lab.cpu_seconds
        time.sleep(seconds - 3)
        cores = (lab.cpu_seconds - cpu) / (time.monotonic() - begun)
        ended = [lab.wait(run_id) for run_id in ids]
        stored = [lab.http.get(f"/api/runs/{i}/metrics?after={rows - 1}").json()["total"] for i in ids]
        late = max(json.loads(run["reason"])["seconds_per_planned_second"] for run in ended)
        return {
            "what": f"{runs} runs of 5,000 iterations/s × 40 columns",
            "aim": "≤ 1 core, every row",
            "server_cores": cores,
            "rows_stored": sum(stored) / (runs * rows),
            "slowed_down": late,
            "memory_mb": lab.memory_mb,
        }
