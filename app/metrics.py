"""Metrics: how the lab does, in Prometheus's words, for `/metrics`.

Counters and latencies are fed as things happen; states are read when somebody asks. A registry of its own, so that
two labs in one process do not count into each other.
"""

from __future__ import annotations

from collections import Counter as Count
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from app.runs import RunStatus

if TYPE_CHECKING:
    from app.lab import Lab

#: Seconds. Rows travel in milliseconds; what takes longer than a second is trouble.
BUCKETS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.06, 0.1, 0.2, 0.5, 1.0, 5.0)
QUANTILES = (0.5, 0.95, 0.99)
#: Percentiles are of that many last values.
RECENT = 4096


class Latency:
    """A histogram for whoever keeps history, and percentiles of the last moments for whoever looks now."""

    def __init__(self, registry: CollectorRegistry, name: str, help_text: str) -> None:
        self.name = name
        self.help_text = help_text
        self._histogram = Histogram(f"{name}_seconds", help_text, buckets=BUCKETS, registry=registry)
        self._recent: deque[float] = deque(maxlen=RECENT)

    def observe(self, seconds: float) -> None:
        self._histogram.observe(seconds)
        self._recent.append(seconds)

    def percentiles(self) -> Metric:
        gauge = GaugeMetricFamily(
            f"{self.name}_recent_seconds",
            f"{self.help_text}: percentiles of the last {RECENT}",
            labels=["quantile"],
        )
        recent = list(self._recent)
        if recent:
            for quantile, value in zip(QUANTILES, np.quantile(recent, QUANTILES).tolist(), strict=True):
                gauge.add_metric([str(quantile)], value)
        return gauge


class Metrics:
    """What the lab's parts feed."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.rows = Counter("lossroom_rows", "metric rows stored", registry=self.registry)
        self.store = Latency(
            self.registry, "lossroom_store", "from a worker's message to its committed transaction"
        )
        self.lag = Latency(self.registry, "lossroom_lag", "from committed rows to a viewer's socket")

    def watch(self, lab: Lab) -> None:
        """Read the lab's states whenever somebody asks."""
        self.registry.register(_States(lab, self))

    def text(self) -> bytes:
        """The exposition format, version 0.0.4."""
        return generate_latest(self.registry)


class _States(Collector):
    def __init__(self, lab: Lab, metrics: Metrics) -> None:
        self._lab = lab
        self._metrics = metrics

    def collect(self) -> Iterator[Metric]:
        lab = self._lab
        runs = GaugeMetricFamily("lossroom_runs", "runs by status", labels=["status"])
        count = Count(run.status for run in lab.register.runs)
        for status in RunStatus:
            runs.add_metric([status.value], count[status])
        yield runs
        for name, help_text, value in (
            ("workers", "places where runs train", lab.settings.workers),
            ("busy", "places that are taken", lab.scheduler.busy),
            ("queued", "runs that wait for a place", lab.scheduler.queued),
            ("viewers", "open WebSockets", lab.hub.viewers),
            ("store_waiting", "writes that wait for the database", lab.database.waiting),
            ("store_bytes", "size of the database, without its log", _size(lab.database.path)),
            ("disk_free_bytes", "room left on the disk of the state folder", lab.disk_free_bytes),
            ("store_fault", "1 while the disk takes no writes", lab.database.fault is not None),
        ):
            yield GaugeMetricFamily(f"lossroom_{name}", help_text, value=float(value))
        yield self._metrics.store.percentiles()
        yield self._metrics.lag.percentiles()


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
