"""Metrics of the lab in Prometheus's format, for `/metrics`.

Counters and latencies are updated as things happen; gauges are read at each request. Each lab has its own registry, so
that the counts of two labs in one process stay apart.
"""

from __future__ import annotations

from collections import Counter as Count
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from app.jobs.executor import Host
from app.trainings import Status

#: Seconds. Rows travel in milliseconds; what takes longer than a second is trouble.
BUCKETS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.06, 0.1, 0.2, 0.5, 1.0, 5.0)
QUANTILES = (0.5, 0.95, 0.99)
#: Percentiles are of this many last values.
RECENT = 4096


class Latency:
    """A histogram, for systems that keep history, and percentiles of the last values, for a look at this moment."""

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


@dataclass(frozen=True, slots=True)
class Figures:
    """The state of a lab."""

    runs: Count[Status]
    trainings: Count[Status]
    workers: int
    busy: int
    queued: int
    viewers: int
    store_waiting: int
    store_bytes: int
    disk_free_bytes: int
    kept_bytes: int
    own_data_bytes: int
    store_fault: bool
    hosts: list[Host]


#: Figure → what it is.
HELP = {
    "workers": "places where runs train",
    "busy": "places that are taken",
    "queued": "runs that wait for a place",
    "viewers": "open WebSockets",
    "store_waiting": "writes that wait for the database",
    "store_bytes": "size of the database, without its log",
    "disk_free_bytes": "room left on the disk of the state folder",
    "own_data_bytes": "data sets that people brought",
    "kept_bytes": "checkpoints that are kept to replay moments of trainings",
    "store_fault": "1 while the disk takes no writes",
}


class Metrics:
    """The counters and latencies that the parts of the lab update."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.rows = Counter("lossroom_rows", "metric rows stored", registry=self.registry)
        self.trained_seconds = Counter(
            "lossroom_trained_seconds", "seconds that workers have trained", registry=self.registry
        )
        self._launched = Counter(
            "lossroom_launched_runs",
            "runs that were launched, by what answered",
            ["answer"],
            registry=self.registry,
        )
        self.store = Latency(
            self.registry, "lossroom_store", "from a worker's message to its committed transaction"
        )
        self.lag = Latency(self.registry, "lossroom_lag", "from committed rows to a viewer's socket")

    def launched(self, runs: int, trainings: int) -> None:
        """Count launched runs, and how many trainings were begun for them."""
        self._launched.labels("training").inc(trainings)
        self._launched.labels("memory").inc(runs - trainings)

    def watch(self, figures: Callable[[], Figures]) -> None:
        """Read the lab's figures at each request."""
        self.registry.register(_Reader(figures, self))

    def text(self) -> bytes:
        """In Prometheus's text format."""
        return generate_latest(self.registry)


class _Reader(Collector):
    def __init__(self, figures: Callable[[], Figures], metrics: Metrics) -> None:
        self._figures = figures
        self._metrics = metrics

    def collect(self) -> Iterator[Metric]:
        figures = self._figures()
        runs = GaugeMetricFamily("lossroom_runs", "runs by status", labels=["status"])
        for status in Status:
            runs.add_metric([status.value], figures.runs[status])
        yield runs
        trainings = GaugeMetricFamily("lossroom_trainings", "trainings by status", labels=["status"])
        for status in Status:
            trainings.add_metric([status.value], figures.trainings[status])
        yield trainings
        for name, help_text in HELP.items():
            yield GaugeMetricFamily(f"lossroom_{name}", help_text, value=float(getattr(figures, name)))
        places = GaugeMetricFamily(
            "lossroom_host_workers", "places on a machine of a cluster", labels=["host"]
        )
        busy = GaugeMetricFamily("lossroom_host_busy", "places that are taken on it", labels=["host"])
        for host in figures.hosts:
            places.add_metric([host.name], host.slots)
            busy.add_metric([host.name], host.busy)
        yield from (places, busy)
        yield self._metrics.store.percentiles()
        yield self._metrics.lag.percentiles()
