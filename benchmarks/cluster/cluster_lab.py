"""A lab whose runs train on a cluster: scheduler, workers and server are processes of this machine."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.cluster import Cluster
from tests.support.lab_server import LabServer
from tests.support.waiting import wait_until


class SourceCluster(Cluster):
    """Its workers send rows at a given rate; see `benchmarks.stream.row_source`."""

    def start_worker(self, port: int | None = None) -> subprocess.Popen[str]:
        address = f"tcp://127.0.0.1:{port or self.port}"
        worker, _ = self._start([sys.executable, "-m", "benchmarks.cluster.source_worker", address])
        self.workers.append(worker)
        return worker


@contextmanager
def cluster_lab(
    folder: Path,
    data_dir: Path | None = None,
    *,
    workers: int,
    kind: type[Cluster] = Cluster,
    **environment: str,
) -> Iterator[LabServer]:
    """A lab with a cluster of `workers`, each of which takes one run at a time."""
    with kind(folder, slots=1) as cluster:
        for _ in range(workers):
            cluster.start_worker()
        variables = {"LOSSROOM_EXECUTOR": f"dask://{cluster.address}", **environment}
        with LabServer(folder / "state", data_dir or folder, environment=variables) as lab:
            wait_until(lambda: lab.http.get("/health").json()["workers"] == workers, "all workers")
            yield lab
