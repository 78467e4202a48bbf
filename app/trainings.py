"""A training: the computation of one experiment, from the queue to its end. What people see of it are runs."""

from __future__ import annotations

import enum
import functools
import secrets
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from app.answers.runs import Live, TrainedOn, Wait
from app.jobs import checkpoints
from app.jobs.messages import Checkpoint
from app.rows import Rows
from engine import fingerprint
from engine.live import dropout_rate

#: Metrics whose newest values are known of each training.
LATEST = (
    "loss",
    "accuracy",
    "train_accuracy",
    "test_accuracy",
    "train_loss",
    "test_loss",
    "validation_accuracy",
    "validation_loss",
)


class Status(enum.StrEnum):
    """The status of a training, and so of its runs. Only the moves in `TRANSITIONS` are legal."""

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


ENDINGS = frozenset({Status.COMPLETED, Status.DIVERGED, Status.CANCELLED, Status.FAILED})
TRANSITIONS: dict[Status, frozenset[Status]] = {
    # A worker may still do the last steps of a training that was resumed meanwhile and waits for a place.
    Status.QUEUED: ENDINGS | {Status.RUNNING},
    # A training whose worker was lost waits for a new one.
    Status.RUNNING: ENDINGS | {Status.QUEUED, Status.PAUSED},
    # A paused training gives its worker's place to others; if it is resumed while all places are taken, it queues.
    # It may also end: the last iteration can be reached step by step.
    Status.PAUSED: ENDINGS | {Status.RUNNING, Status.QUEUED},
    **{ending: frozenset() for ending in ENDINGS},
}


class IllegalTransition(Exception):
    """A move that the status does not allow, such as pausing a completed training."""


def new_id() -> str:
    """A new random id; it begins with a letter, so that no spreadsheet reads it as a number."""
    return secrets.choice("abc") + secrets.token_hex(6)[1:]


@dataclass(slots=True)
class Training:
    """One training as the server knows it. Times are Unix seconds. `latest` holds the last value of each metric that
    the list of runs shows.

    `reason` explains the status, if that is needed: a `Reason`, or the plain text of an older lab.

    `annotations` lists what happened to the training, oldest first: `{"iteration", "kind", ...}`. A change by hand is
    `{"kind": "live", "changes": {"learning_rate": [before, after]}}`, and its iteration is the last one before the
    change. A dead network is `{"kind": "dead"}`, and its iteration is the first of many in a row in which every
    weight's gradient was exactly 0.

    `wanted` holds changes by hand that the worker has not made yet, oldest first; a restart forgets them.

    `seconds` is how long it has trained: pauses, waiting and the time between two workers do not count.

    `expected_seconds` is how long all of it was thought to take on a free core, before it began; not stored. None:
    nothing was computed, such as for a training that had ended when the lab started.

    `wait` says where in the queue it is; None: it does not wait, or that is not known yet. See `app.jobs.waits`.

    `fingerprint` is that of `engine.fingerprint`; None: unknown, such as for an imported one.

    `stretches` are what was trained before each fork, as JSON of `engine.stretches`; `config` follows the last one.

    `machines` are those of a cluster on which it trained, the newest last.

    `shown_by` counts the runs that show it. `damaged`: some of its rows cannot be read.

    `measured` is the iteration of the newest measurement since the lab started; not stored.

    `crashes` counts how many consecutive times the worker died no farther than `crashed_at`.
    """

    id: str
    config: dict[str, Any]
    iterations: int
    created_at: float
    status: Status = Status.QUEUED
    reason: str | None = None
    attempt: int = 1
    annotations: list[dict[str, Any]] = field(default_factory=list)
    wanted: deque[dict[str, float]] = field(default_factory=deque)
    checkpoints: list[Checkpoint] = field(default_factory=list)
    measured: int = 0
    crashes: int = 0
    crashed_at: int = -1
    iteration: int = 0
    started_at: float | None = None
    finished_at: float | None = None
    seconds: float = 0.0
    expected_seconds: float | None = None
    wait: Wait | None = None
    latest: dict[str, float] = field(default_factory=dict)
    fingerprint: str | None = None
    stretches: list[dict[str, Any]] = field(default_factory=list)
    machines: list[TrainedOn] = field(default_factory=list)
    shown_by: int = 0
    damaged: bool = False

    def move(self, status: Status, *, reason: str | None = None) -> None:
        """Change status, or raise `IllegalTransition` and change nothing."""
        if status not in TRANSITIONS[self.status]:
            raise IllegalTransition(f"training {self.id} is {self.status}; it cannot become {status}")
        self.status = status
        self.reason = reason
        if status.finished:
            self.wanted.clear()
            self.checkpoints = [] if status is Status.FAILED else checkpoints.kept(self.checkpoints)

    def annotate(self, annotation: dict[str, Any]) -> None:
        """Note what happened at an iteration. A change by hand changes the fingerprint."""
        self.annotations.append(annotation)
        self.fingerprint = fingerprint_after(self.fingerprint, annotation)

    def copy(self, status: Status, training_id: str) -> Training:
        """A new training that stands where this one stands, and goes on from there. The caller copies rows and
        checkpoints."""
        return replace(
            self,
            id=training_id,
            status=status,
            reason=None,
            attempt=1,
            annotations=list(self.annotations),
            wanted=deque(),
            checkpoints=[],
            crashes=0,
            crashed_at=-1,
            finished_at=None,
            wait=None,
            latest=dict(self.latest),
            shown_by=0,
        )

    def remember(self, rows: Rows) -> None:
        """Take a stream's newest row, and how long the training has taken."""
        row = dict(zip(rows.columns, rows.values[:, -1].tolist(), strict=True))
        if rows.times:
            self.seconds = max(self.seconds, rows.times[-1][2])
        self.iteration = max(self.iteration, int(row["iteration"]))
        for name in LATEST:
            if name in row:
                self.latest[name] = row[name]

    def live(self) -> Live:
        """The settings that can be changed during training, with all changes by hand, also requested ones. What was
        changed before a fork is in the experiment that follows it."""
        regularization = self.config["regularization"]
        values = {
            "learning_rate": self.config["optimizer"]["learning_rate"],
            "l1": regularization["l1"],
            "l2": regularization["l2"],
        }
        rate = dropout_rate(self.config["network"]["layers"])
        if rate is not None:
            values["dropout"] = rate
        since = self.stretches[-1]["until"] if self.stretches else 0
        for annotation in self.annotations:
            if annotation["kind"] == "live" and annotation["iteration"] >= since:
                values.update(changed_values(annotation))
        for changes in self.wanted:
            values.update(changes)
        return cast(Live, values)


def fingerprint_after(before: str | None, annotation: Mapping[str, Any]) -> str | None:
    """The fingerprint of a training after what an annotation says."""
    if before is None or annotation["kind"] != "live":
        return before
    return fingerprint.after_change(before, annotation["iteration"], changed_values(annotation))


def fingerprint_of(
    config: dict[str, Any],
    stretches: Sequence[Mapping[str, Any]],
    annotations: Iterable[Mapping[str, Any]],
    *,
    data: str,
    arithmetic: str | None = None,
) -> str | None:
    """The fingerprint of a training with its forks and changes by hand.

    Args:
        data: the digest of the data set.
        arithmetic: how the machine computes on which it trains; None: as this one.
    """
    configs = [*(stretch["config"] for stretch in stretches), config]
    arithmetic = arithmetic or fingerprint.of_arithmetic()
    current: str | None = fingerprint.of_experiment(configs[0], data=data, arithmetic=arithmetic)
    changes = deque(annotation for annotation in annotations if annotation["kind"] == "live")
    for stretch, following in zip(stretches, configs[1:], strict=True):
        # one at the iteration of the fork was made after it
        while changes and changes[0]["iteration"] < stretch["until"]:
            current = fingerprint_after(current, changes.popleft())
        current = current and fingerprint.after_fork(
            current, stretch["until"], stretch["config"], following, stretch["seed"]
        )
    return functools.reduce(fingerprint_after, changes, current)


def changed_values(annotation: Mapping[str, Any]) -> dict[str, float]:
    """The new values of a change by hand, by name."""
    return {name: after for name, (_, after) in annotation["changes"].items()}
