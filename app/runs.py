"""A run: one experiment's life from the queue to its end."""

from __future__ import annotations

import enum
import itertools
import math
import secrets
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any, cast

from app.answers import Annotation, Latest, ListedRun, Live, RunAnswer, RunSummary
from app.jobs.messages import Checkpoint
from app.rows import Rows
from engine.dataset_config import DATASET_FIELDS, DatasetConfig
from engine.live import dropout_rate
from engine.reasons import why

#: The highest colour that can be chosen. The page's palette goes round and round long before.
MAX_COLOR = 255

#: Numbers the views of runs in the order in which they are made, also over restarts, and exactly in a page's doubles.
_revisions = itertools.count(time.time_ns() // 1000)

#: Metrics whose newest values are known of each run.
LATEST = ("loss", "accuracy", "train_accuracy", "test_accuracy", "train_loss", "test_loss")


class RunStatus(enum.StrEnum):
    """The status of a run. Only the moves in `TRANSITIONS` are legal."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    DIVERGED = "diverged"
    CANCELLED = "cancelled"
    FAILED = "failed"

    @property
    def finished(self) -> bool:
        return not TRANSITIONS[self]


TRANSITIONS: dict[RunStatus, frozenset[RunStatus]] = {
    RunStatus.QUEUED: frozenset({RunStatus.RUNNING, RunStatus.CANCELLED, RunStatus.FAILED}),
    # A run whose worker was lost waits for a new one.
    RunStatus.RUNNING: frozenset(
        {
            RunStatus.QUEUED,
            RunStatus.PAUSED,
            RunStatus.COMPLETED,
            RunStatus.DIVERGED,
            RunStatus.CANCELLED,
            RunStatus.FAILED,
        }
    ),
    # A paused run gives its worker's place to others; if it is resumed while all places are taken, it queues.
    # It may also end: the last iteration can be reached step by step.
    RunStatus.PAUSED: frozenset(
        {
            RunStatus.RUNNING,
            RunStatus.QUEUED,
            RunStatus.COMPLETED,
            RunStatus.DIVERGED,
            RunStatus.CANCELLED,
            RunStatus.FAILED,
        }
    ),
    RunStatus.COMPLETED: frozenset(),
    RunStatus.DIVERGED: frozenset(),
    RunStatus.CANCELLED: frozenset(),
    RunStatus.FAILED: frozenset(),
}


class IllegalTransition(Exception):
    """A command that the run's status does not allow, such as pausing a completed run."""


def new_id() -> str:
    """A new random id; it begins with a letter, so that no spreadsheet reads it as a number."""
    return secrets.choice("abc") + secrets.token_hex(6)[1:]


@dataclass(slots=True)
class Run:
    """One run as the server knows it. Times are Unix seconds.

    `color` is the index in the page's palette that a user chose. None: the view gives the index that follows from the
    run's number, so that a run keeps its colour until a user chooses another. `latest` holds the last value of each
    metric that the run list shows (null in JSON where not finite).

    `reason` explains the status, where that is needed: a `Reason`, or the plain text of an older lab.

    `annotations` lists what happened to the run, oldest first: `{"iteration", "kind", ...}`. A change by hand is
    `{"kind": "live", "changes": {"learning_rate": [before, after]}}`, and its iteration is the last one before the
    change. A dead network is `{"kind": "dead"}`, and its iteration is the first of many in a row in which every
    weight's gradient was exactly 0.

    `wanted` holds changes by hand that the run's worker has not made yet, oldest first; a restart forgets them.

    `seconds` is how long it has trained: pauses, waiting and the time between two workers do not count.

    `expected_seconds` is how long the whole run was thought to take on a free core, before it began; not stored. None:
    nothing was computed, as of a run that had ended when the lab started.

    `crashes` counts how often in a row the worker died no farther than `crashed_at`.
    """

    id: str
    number: int
    name: str
    config: dict[str, Any]
    iterations: int
    created_at: float
    status: RunStatus = RunStatus.QUEUED
    reason: str | None = None
    attempt: int = 1
    lesson: str | None = None
    group_id: str | None = None
    color: int | None = None
    starred: bool = False
    archived: bool = False
    tags: list[str] = field(default_factory=list)
    notes: str = ""
    annotations: list[dict[str, Any]] = field(default_factory=list)
    wanted: deque[dict[str, float]] = field(default_factory=deque)
    checkpoints: list[Checkpoint] = field(default_factory=list)
    crashes: int = 0
    crashed_at: int = -1
    iteration: int = 0
    started_at: float | None = None
    finished_at: float | None = None
    seconds: float = 0.0
    expected_seconds: float | None = None
    latest: dict[str, float] = field(default_factory=dict)

    def move(self, status: RunStatus, *, reason: str | None = None) -> None:
        """Change status, or raise `IllegalTransition` and change nothing."""
        if status not in TRANSITIONS[self.status]:
            raise IllegalTransition(f"run {self.id} is {self.status}; it cannot become {status}")
        self.status = status
        self.reason = reason
        if status.finished:
            self.wanted.clear()

    def remember(self, rows: Rows) -> None:
        """Take a stream's newest row, and how long the run has trained."""
        row = dict(zip(rows.columns, rows.values[:, -1].tolist(), strict=True))
        if rows.times:
            self.seconds = max(self.seconds, rows.times[-1][2])
        self.iteration = max(self.iteration, int(row["iteration"]))
        for name in LATEST:
            if name in row:
                self.latest[name] = row[name]

    def view(self) -> RunAnswer:
        """The run object as the HTTP API returns it."""
        return {**self.listed(), "config": self.config}

    def listed(self) -> ListedRun:
        """The run object of lists and of the WebSocket: without the config."""
        return {
            "id": self.id,
            "revision": next(_revisions),
            "number": self.number,
            "name": self.name,
            "status": self.status.value,
            "reason": self.reason,
            "why": why(self.reason),
            "attempt": self.attempt,
            "color": self.number - 1 if self.color is None else self.color,
            "color_chosen": self.color is not None,
            "lesson": self.lesson,
            "group_id": self.group_id,
            "starred": self.starred,
            "archived": self.archived,
            "tags": self.tags,
            "notes": self.notes,
            "annotations": cast(list[Annotation], self.annotations),
            "live": self.live(),
            "iteration": self.iteration,
            "iterations": self.iterations,
            "created_at": self.created_at,
            "started_at": self.started_at,
            "finished_at": self.finished_at,
            "seconds": None if self.started_at is None else round(self.seconds, 3),
            "expected_seconds": None if self.expected_seconds is None else round(self.expected_seconds, 3),
            "latest": cast(Latest, {name: _finite(value) for name, value in self.latest.items()}),
            "summary": summarize(self.config),
        }

    def live(self) -> Live:
        """The settings that can be changed during training, with all changes by hand, also requested ones."""
        regularization = self.config["regularization"]
        values = {
            "learning_rate": self.config["optimizer"]["learning_rate"],
            "l1": regularization["l1"],
            "l2": regularization["l2"],
        }
        rate = dropout_rate(self.config["network"]["layers"])
        if rate is not None:
            values["dropout"] = rate
        for annotation in self.annotations:
            if annotation["kind"] == "live":
                values.update({name: after for name, (_, after) in annotation["changes"].items()})
        for changes in self.wanted:
            values.update(changes)
        return cast(Live, values)


def _finite(value: float) -> float | None:
    """JSON has no NaN; a diverged value travels exactly in the binary frames only."""
    return value if math.isfinite(value) else None


def summarize(config: dict[str, Any]) -> RunSummary:
    """A short summary of a config, for the list of runs."""
    regularization = config["regularization"]
    layers = config["network"]["layers"]
    return {
        "dataset": config["dataset"]["name"],
        "train_size": config["dataset"].get("train_size"),
        "units": [layer["units"] for layer in layers if layer["type"] == "dense"],
        "filters": [layer["filters"] for layer in layers if layer["type"] == "conv2d"],
        "activations": list(
            dict.fromkeys(layer["name"] for layer in layers if layer["type"] == "activation")
        ),
        "layers": list(dict.fromkeys(layer["type"] for layer in layers)),
        "initializer": config["network"]["initializer"]["name"],
        "iterations_per_epoch": _iterations_per_epoch(config),
        "batch_size": config["training"]["batch_size"],
        "optimizer": config["optimizer"]["name"],
        "learning_rate": config["optimizer"]["learning_rate"],
        "l1": regularization["l1"],
        "l2": regularization["l2"],
        "seed": config["seed"],
    }


def _iterations_per_epoch(config: dict[str, Any]) -> int:
    known = {field.name: config["dataset"].get(field.name) for field in DATASET_FIELDS}
    batch_size: int = config["training"]["batch_size"]
    return math.ceil(DatasetConfig(**known).train_images / batch_size)
