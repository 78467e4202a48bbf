"""A lab whose workers send rows at a given rate, and its use of processor and memory."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from benchmarks.lab import with_workers
from benchmarks.stream import row_source
from tests.support.lab_server import LabServer
from tests.support.waiting import wait_until

RUN = {"dataset": {"name": "digits"}, "network": {"preset": "mlp", "hidden": [4]}}
#: Seconds after which waiting for the end of a run fails.
TIMEOUT = 900


class StreamLab(LabServer):
    """`with StreamLab(folder, workers=1) as lab`; see `row_source` for what its workers do."""

    def __init__(self, folder: Path, data_dir: Path | None = None, *, workers: int) -> None:
        program = with_workers(row_source)
        environment = {"LOSSROOM_WORKERS": str(workers)}
        super().__init__(folder / "state", data_dir or folder, program=program, environment=environment)

    def source(self, **source: Any) -> str:
        """Launch a source of rows (see `row_source`); returns its run's id."""
        answer = self.http.post("/api/runs", json={**RUN, "name": json.dumps(source), "fresh": True})
        run_id: str = answer.raise_for_status().json()["id"]
        return run_id

    def wait(self, run_id: str) -> dict[str, Any]:
        """Wait until a run is over."""

        def ended() -> dict[str, Any] | None:
            run = self.run(run_id)
            return None if run["status"] in ("queued", "running") else run

        return wait_until(ended, f"the end of run {run_id}", TIMEOUT)

    @property
    def cpu_seconds(self) -> float:
        """Processor seconds of the server's own process, without workers."""
        return cpu_seconds(self.pid)

    @property
    def memory_mb(self) -> float:
        """Resident memory of the server's process, in 10^6 bytes."""
        return memory_mb(self.pid)


def cpu_seconds(pid: int) -> float:
    """Processor seconds that a process has used, without its children."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_mb(pid: int) -> float:
    """Resident memory of a process, in 10^6 bytes."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
