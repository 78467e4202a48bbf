"""Runs: as a list shows them, and one with its experiment."""

from __future__ import annotations

from typing import Any, NotRequired

from typing_extensions import TypedDict

from app.answers.errors import Why
from app.answers.shape import Number, answer


@answer
class Latest(TypedDict):
    """The newest value of each metric; null where it is not finite. `loss` and `accuracy` are those of the last batch,
    the others of the last evaluation; those of images that the run does not have are left out."""

    loss: NotRequired[Number | None]
    accuracy: NotRequired[Number | None]
    train_accuracy: NotRequired[Number | None]
    test_accuracy: NotRequired[Number | None]
    train_loss: NotRequired[Number | None]
    test_loss: NotRequired[Number | None]
    validation_accuracy: NotRequired[Number | None]
    validation_loss: NotRequired[Number | None]


@answer
class Live(TypedDict):
    """What can be changed while it trains, as it was set last."""

    learning_rate: Number
    l1: Number
    l2: Number
    dropout: NotRequired[Number]


@answer
class Annotation(TypedDict):
    """`live`: a change by hand after this iteration (name → [before, after]). `dead`: from this iteration on, for at
    least 50 iterations, the gradient of every weight was exactly 0."""

    kind: str
    iteration: int
    changes: NotRequired[dict[str, list[Number | None]]]


@answer
class Origin(TypedDict):
    """The run that this one was forked from, with the number and the name that it had then; `iteration` is the last one
    that both share. `seed` is that of the random numbers that follow; null: the fork draws those that the other run
    would have drawn."""

    run: str
    number: int
    name: str
    iteration: int
    seed: int | None


@answer
class Owner(TypedDict):
    """Who launched a run in a class. The teacher has no `number`. `nickname` is null for those who may not see it."""

    id: str
    number: int | None
    nickname: str | None


@answer
class StretchAnswer(TypedDict):
    """One part of a fork's training: `config` is the experiment up to iteration `until`, where a run was forked; `seed`
    is that of the random numbers after that iteration."""

    until: int
    config: dict[str, Any]
    seed: int | None


@answer
class RunSummary(TypedDict):
    """The settings of a run, as lists show them. A size that is null is the default: all training images that are not
    kept back, no validation images, all test images. `units` and `filters` are those of each dense layer and of each
    convolution, the lowest first; `activations` and `layers` have each kind once."""

    dataset: str
    train_size: int | None
    validation_size: int | None
    test_size: int | None
    units: list[int]
    filters: list[int]
    activations: list[str]
    layers: list[str]
    initializer: str
    iterations_per_epoch: int
    batch_size: int
    optimizer: str
    learning_rate: Number
    l1: Number
    l2: Number
    seed: int


@answer
class Wait(TypedDict):
    """`ahead`: how many waiting trainings start before this one. `seconds`: about how long until it starts, estimated
    from the measured speed of this machine, and rounded up; null: unknown."""

    ahead: int
    seconds: int | None


@answer
class TrainedOn(TypedDict):
    """A machine of a cluster, and the iteration from which on a run trained there. `arithmetic` names how its processor
    computes: on another kind, results differ in their last bits."""

    iteration: int
    host: str
    processor: str
    arithmetic: str


@answer
class ListedRun(TypedDict):
    """A run. Of two objects of one run, the one with the higher `revision` is newer, in whatever order they came.

    Times are Unix seconds. `seconds` is how long the run has trained so far, without pauses and waiting, by a clock
    that cannot be set; null before it begins. `expected_seconds` is a rough estimate of the whole run on a free core;
    null of a run that had ended before the lab was started. `place` is its place in the queue, sent again when that
    changes; null: it does not wait, or its place is not known yet. Runs with the same `training` show one computation,
    so their rows are equal; `shared_with` counts the other runs that show it. Runs with the same `fingerprint` are of
    the same experiment, on the same data and kind of machine, with the same changes by hand; null: unknown. `attempt`
    is 1 at first; it grows by one when the training loses its worker, and when the lab is restarted while the run
    trains or is paused. `color` is a place in the page's palette; it follows from the number unless a user has chosen
    another (`color_chosen`). Runs that were launched together share a `group_id`. `machines` are the machines of the
    cluster on which it trained, the newest last; left out without a cluster. `origin` is what it was forked from; null:
    it was launched. In a class, `owner` is who launched it, and `shared` whether it is shared by itself; the class may
    also see it in a shared view, or while the teacher shows it.
    """

    id: str
    revision: int
    number: int
    name: str
    status: str
    reason: str | None
    why: Why | None
    attempt: int
    color: int
    color_chosen: bool
    lesson: str | None
    group_id: str | None
    starred: bool
    archived: bool
    tags: list[str]
    notes: str
    annotations: list[Annotation]
    live: Live
    iteration: int
    iterations: int
    created_at: Number
    started_at: Number | None
    finished_at: Number | None
    seconds: Number | None
    expected_seconds: Number | None
    place: Wait | None
    latest: Latest
    summary: RunSummary
    training: str
    shared_with: int
    fingerprint: str | None
    origin: Origin | None
    owner: Owner | None
    shared: bool
    machines: NotRequired[list[TrainedOn]]


@answer
class RunAnswer(ListedRun):
    """A run with its experiment file. Of a fork, `config` is the experiment of the last part of its training, and
    `stretches` are the parts before it, the earliest first."""

    config: dict[str, Any]
    stretches: list[StretchAnswer]


@answer
class RunList(TypedDict):
    """Runs without their experiments."""

    runs: list[ListedRun]


@answer
class RunsAnswer(TypedDict):
    """Runs with their experiments."""

    runs: list[RunAnswer]


@answer
class FieldsAnswer(TypedDict):
    """Run's id → dotted field → value."""

    fields: dict[str, dict[str, Any]]
