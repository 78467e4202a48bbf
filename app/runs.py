"""A run: what a user launched and sees, with its number, name and colour. What is computed for it is its training."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import Any, cast

from app.answers.runs import Annotation, Latest, ListedRun, Origin, RunAnswer, RunSummary, StretchAnswer
from app.errors import NotFound
from app.trainings import Status, Training
from engine import datasets
from engine.dataset_config import DATASET_FIELDS, DatasetConfig
from engine.described_layers import at_any_depth
from engine.reasons import why

#: The highest colour that can be chosen. The page's palette goes round and round long before.
MAX_COLOR = 255

#: Digits of a fingerprint that views give: enough to tell all experiments of a lab apart.
FINGERPRINT = 16

#: The last revision given. Revisions are microseconds since 1970: they also grow over restarts, and a JavaScript number
#: holds them exactly.
_last_revision = 0


def next_revision() -> int:
    """Higher than all before it, also over restarts of the lab."""
    global _last_revision
    _last_revision = max(_last_revision + 1, time.time_ns() // 1000)
    return _last_revision


@dataclass(slots=True)
class Run:
    """One run as the server knows it.

    `color` is the index in the page's palette that a user chose. None: the view gives the index that follows from the
    run's number, so that a run keeps its colour until a user chooses another. `launched_at` is in Unix seconds.
    `origin` says of which run it is a fork, and where; None: of none. `owner` is the id of the person who launched
    it in a class, and `shared` whether the whole class sees it; see `app.people.sight`.

    `study` is the id of its study. None: the run belongs to no study. A run of a study is in no list, and its `number`
    is the number of the trial.
    """

    id: str
    number: int
    name: str
    training: Training
    launched_at: float
    lesson: str | None = None
    group_id: str | None = None
    color: int | None = None
    starred: bool = False
    archived: bool = False
    tags: list[str] = field(default_factory=list)
    notes: str = ""
    origin: Origin | None = None
    owner: str | None = None
    shared: bool = False
    study: str | None = None

    def view(self) -> RunAnswer:
        """The run object as the HTTP API returns it."""
        training = self.training
        config = {**training.config, "name": self.name}
        return {**self.listed(), "config": config, "stretches": cast(list[StretchAnswer], training.stretches)}

    def listed(self) -> ListedRun:
        """The run object of lists and of the WebSocket: without the config."""
        training = self.training
        expected = training.expected_seconds
        # JSON has no NaN; a diverged value travels exactly in the binary frames only
        latest = {name: value if math.isfinite(value) else None for name, value in training.latest.items()}
        listed: ListedRun = {
            "id": self.id,
            "revision": next_revision(),
            "number": self.number,
            "name": self.name,
            "status": training.status.value,
            "reason": training.reason,
            "why": why(training.reason),
            "attempt": training.attempt,
            "color": self.number - 1 if self.color is None else self.color,
            "color_chosen": self.color is not None,
            "lesson": self.lesson,
            "group_id": self.group_id,
            "starred": self.starred,
            "archived": self.archived,
            "tags": self.tags,
            "notes": self.notes,
            "annotations": cast(list[Annotation], training.annotations),
            "live": training.live(),
            "iteration": training.iteration,
            "iterations": training.iterations,
            "created_at": self.launched_at,
            "started_at": training.started_at,
            "finished_at": training.finished_at,
            "seconds": None
            if training.started_at is None and not training.seconds
            else round(training.seconds, 3),
            "place": training.wait if training.status is Status.QUEUED else None,
            "expected_seconds": None if expected is None else round(expected, 3),
            "latest": cast(Latest, latest),
            "summary": summarize(training.config),
            "training": training.id,
            "shared_with": training.shown_by - 1,
            "fingerprint": training.fingerprint and training.fingerprint[:FINGERPRINT],
            "origin": self.origin,
            "owner": None,
            "shared": self.shared,
        }
        if training.machines:
            listed["machines"] = training.machines
        return listed


def no_run(run_id: str) -> NotFound:
    """There is no such run."""
    return NotFound(f"there is no run {run_id!r}", field="id")


def summarize(config: dict[str, Any]) -> RunSummary:
    """A short summary of a config, for the list of runs."""
    regularization = config["regularization"]
    layers = list(at_any_depth(config["network"]["layers"]))
    return {
        "dataset": config["dataset"]["name"],
        "train_size": config["dataset"].get("train_size"),
        "validation_size": config["dataset"].get("validation_size"),
        "test_size": config["dataset"].get("test_size"),
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
    """The iterations of one epoch. 1 if the own data set is lost, because its size is then unknown."""
    if datasets.find(config["dataset"]["name"]) is None:
        return 1
    fields = {field.name: config["dataset"].get(field.name) for field in DATASET_FIELDS}
    batch_size: int = config["training"]["batch_size"]
    return math.ceil(DatasetConfig(**fields).train_images / batch_size)
