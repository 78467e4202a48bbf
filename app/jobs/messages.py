"""What the server and a worker send each other. The job is an argument of the worker's process. Commands and events
travel on their pipe, as JSON with the name of their class; rows and views travel there in another form, see
`app.jobs.link`.

Imports nothing of the server: workers load it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, NotRequired, TypedDict, get_args

from engine.live import Change
from engine.reasons import Why


class Checkpoint(TypedDict):
    """A checkpoint file as the store records it: made after `iteration` iterations and `evaluations` evaluations.

    `kept_bytes`: the size of a checkpoint that is kept after the training's end; others lack it. If a change by hand
    was made after this iteration, such a checkpoint does not have it yet: it is the moment as a replay gives it.
    """

    file: str
    iteration: int
    evaluations: int
    kept_bytes: NotRequired[int]


class Machine(TypedDict):
    """A machine of a cluster on which a training trains, as its run shows it.

    `processor`: its model, for people. `arithmetic`: how it computes; see `engine.fingerprint.of_arithmetic`.
    """

    host: str
    processor: str
    arithmetic: str


@dataclass(frozen=True, kw_only=True)
class Job:
    """What a worker needs to train, or to go on with a training.

    Attributes:
        training, attempt, config: the training's id, the number of this attempt, and the experiment.
        stretches: of a fork, what is trained before the experiment, as JSON of `engine.stretches`.
        data_dir, cache_dir, own_dir: folders; `own_dir` is that of own data sets.
        checkpoint_place: where checkpoints are: a folder, or the address of a store (`app.jobs.checkpoint_store`).
        checkpoint_seconds, checkpoints: seconds between two checkpoints; the checkpoints so far, newest first.
        kept_bytes: the most bytes of all checkpoints together that are kept after the end.
        memory_bytes: what the arrays of the training may take.
        stored: the rows of the first `stored` iterations are stored. A worker that begins earlier computes and sends
            them again; the store checks that they are the same.
        seconds: training time so far.
        changes: changes by hand that were made so far.
        wanted: changes by hand that were requested and not made yet.
        dead: whether the network is known to be dead.
        paused, steps: whether it is paused; how many iterations it still trains before it waits.
        arithmetic: of the machine of a cluster on which it trained last, how it computes (see `Machine`); None: it has
            not trained on a cluster.
    """

    training: str
    attempt: int
    config: dict[str, Any]
    stretches: list[dict[str, Any]]
    data_dir: str
    cache_dir: str
    own_dir: str
    checkpoint_place: str
    checkpoint_seconds: float
    checkpoints: list[Checkpoint]
    kept_bytes: int
    memory_bytes: int
    stored: int
    seconds: float
    changes: list[Change]
    wanted: list[dict[str, float]]
    dead: bool
    paused: bool = False
    steps: int = 0
    arithmetic: str | None = None


# -- commands: from the server, read every 50 ms ---------------------------------------------------


@dataclass(frozen=True)
class Pause:
    """Pause after this iteration, and report it."""


@dataclass(frozen=True)
class Resume:
    """Go on."""


@dataclass(frozen=True)
class Step:
    """Train for some iterations, then pause again."""

    iterations: int


@dataclass(frozen=True)
class ChangeLive:
    """Change learning rate, penalties or dropout from the next iteration on, and report the iteration."""

    values: dict[str, float]


@dataclass(frozen=True)
class Cancel:
    """End the training; its recorded rows stay."""


@dataclass(frozen=True)
class Save:
    """Make a checkpoint after this iteration, go on, and report `SaveDone`."""


@dataclass(frozen=True)
class Stop:
    """Save the training and end; another worker goes on with it."""


@dataclass(frozen=True)
class See:
    """Make a view (see `engine.views`) after the next iteration, and send it, or `NotSeen`. `ticket`: the number of
    this request; the answer has the same one."""

    ticket: int
    view: str
    options: dict[str, Any]


@dataclass(frozen=True)
class Watch:
    """Whether a viewer shows the training from now on. If none does, its rows may come later, and more at a time."""

    is_watched: bool


Command = Pause | Resume | Step | ChangeLive | Cancel | Save | Stop | See | Watch


# -- events: from the worker, in the order in which they and the rows were sent ----------------------------------------


@dataclass(frozen=True)
class Began:
    """Training begins, or goes on. `data`: the digest of its data set. `machine`: where it trains; None: not on a
    cluster."""

    data: str
    machine: Machine | None = None


@dataclass(frozen=True)
class StreamOpened:
    """A stream of rows begins, or goes on."""

    stream: str
    columns: list[str]


@dataclass(frozen=True)
class Paused:
    """The training is paused."""


@dataclass(frozen=True)
class LiveChanged:
    """A change by hand was made after an iteration: name → [value before, value after]."""

    iteration: int
    changes: dict[str, list[float | None]]


@dataclass(frozen=True)
class Died:
    """The network is dead: from this iteration on, for many in a row, every weight's gradient was exactly 0."""

    iteration: int


@dataclass(frozen=True)
class Measured:
    """What was measured after an iteration for the rules of findings: the facts of `engine.measuring`."""

    iteration: int
    facts: dict[str, Any]


@dataclass(frozen=True)
class Saved:
    """A checkpoint is written."""

    checkpoint: Checkpoint


@dataclass(frozen=True)
class Kept:
    """The checkpoints so far that are kept after the training's end: all of them, and no others."""

    checkpoints: list[Checkpoint]


@dataclass(frozen=True)
class NotSaved:
    """A checkpoint could not be written; training goes on."""

    reason: str


@dataclass(frozen=True)
class SaveDone:
    """The answer to `Save`. If there was something new to save, `Saved` or `NotSaved` has come before it."""


@dataclass(frozen=True)
class NotSeen:
    """The view of the request with this ticket cannot be made; without a reason: not now, as the training is paused or
    too many views are requested."""

    ticket: int
    reason: str | None = None
    why: Why | None = None


@dataclass(frozen=True)
class Finished:
    """The training has ended. `why` is the code and the values of `reason`; see `engine.reasons`."""

    status: str
    reason: str | None = None
    why: Why | None = None


@dataclass(frozen=True)
class Stopped:
    """The worker ends because it was asked to; the training has not ended."""


Event = (
    Began
    | StreamOpened
    | Paused
    | LiveChanged
    | Died
    | Measured
    | Saved
    | Kept
    | NotSaved
    | SaveDone
    | NotSeen
    | Finished
    | Stopped
)


# -- on the wire -----------------------------------------------------------------------------------

_COMMANDS = {kind.__name__: kind for kind in get_args(Command)}
_EVENTS = {kind.__name__: kind for kind in get_args(Event)}


def encode(message: Command | Event) -> bytes:
    """A message as JSON in UTF-8: [name of the class, fields]."""
    return json.dumps([type(message).__name__, vars(message)], allow_nan=False).encode()


def decode_command(data: bytes) -> Command:
    name, fields = json.loads(data)
    command: Command = _COMMANDS[name](**fields)
    return command


def decode_event(data: bytes) -> Event:
    name, fields = json.loads(data)
    event: Event = _EVENTS[name](**fields)
    return event
