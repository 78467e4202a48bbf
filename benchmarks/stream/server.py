"""A lab with sources of rows for workers: `python -m benchmarks.stream.server`, settings from LOSSROOM_*."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx

RUN = {"dataset": {"name": "digits"}, "network": {"preset": "mlp", "hidden": [4]}}


def main() -> int:
    from app.jobs.local import LocalExecutor
    from app.main import create_app
    from app.serve import serve
    from app.settings import Settings
    from benchmarks.stream import row_source

    settings = Settings()
    return serve(settings, create_app(settings, executor=LocalExecutor(entry=row_source.main)))


class Server:
    """That lab in a separate process, and its cost."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self._environment = {"LOSSROOM_DATA_DIR": str(folder), **os.environ}
        self._environment |= {f"LOSSROOM_{name.upper()}": str(value) for name, value in settings.items()}
        self._environment |= {"LOSSROOM_PORT": "0", "LOSSROOM_STATE_DIR": str(folder / "state")}
        self._start()

    def _start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.stream.server"],
            env=self._environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().split("is open at ")[1].split()[0]
        self.port = int(self.url.rsplit(":", 1)[1])
        self.http = httpx.Client(base_url=self.url, timeout=60)

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: Any) -> None:
        self.http.close()
        self.process.terminate()
        self.process.wait()

    def restart(self) -> None:
        """Stop and start again: what was in memory is gone."""
        self.__exit__()
        self._start()

    def source(self, **source: Any) -> str:
        """Launch a source of rows (see `row_source`); returns its run's id."""
        name = json.dumps(source)
        answer = self.http.post("/api/runs", json={**RUN, "name": name})
        run_id: str = answer.raise_for_status().json()["id"]
        return run_id

    def run(self, run_id: str) -> dict[str, Any]:
        run: dict[str, Any] = self.http.get(f"/api/runs/{run_id}").raise_for_status().json()
        return run

    def wait(self, run_id: str) -> dict[str, Any]:
        while (run := self.run(run_id))["status"] in ("queued", "running"):
            time.sleep(0.2)
        return run

    @property
    def cpu_seconds(self) -> float:
        """Of the server's own process, workers not counted."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def memory_mb(self) -> float:
        """Resident, in 10^6 bytes."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    sys.exit(main())
