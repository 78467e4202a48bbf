"""The interface of executors, which decide where trainings run: `local.py` on this machine, `app.cluster` on others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from app.jobs.messages import Command, Event, Job, See

#: While this many commands wait for the worker of one training, those that `can_be_dropped` are dropped.
MAX_COMMANDS = 1000


def can_be_dropped(command: Command) -> bool:
    """Whether a command may be lost: the lab asks for views again and again. All others it takes for done, such as that
    a run is to pause, and people send no great number of them."""
    return isinstance(command, See)


class Listener(Protocol):
    """Receives what workers report. Called from the executor's threads, in order for each training.

    `rows` and `event` may block: that is the backpressure that slows a worker down.
    """

    def rows(
        self, training_id: str, stream: str, first: int, columns: int, data: bytes, seconds: float
    ) -> None:
        """Rows of a stream from number `first` on: float32 little endian, row after row. `seconds` is the
        time it has trained up to the last of them."""

    def event(self, training_id: str, event: Event) -> None:
        """Something has happened to the training, such as `Paused`."""

    def view(self, training_id: str, ticket: int, seconds: float, view: bytes) -> None:
        """A view of the training that `See` asked for (see `app.jobs.view_bytes`), and how long it took."""

    def exited(self, training_id: str, reason: str | None) -> None:
        """The worker has ended; no report follows. `reason` says why if it did not end by itself."""

    def places_changed(self) -> None:
        """`Executor.places` is another number now."""


@dataclass(frozen=True, slots=True)
class Host:
    """A machine of a cluster: how many trainings it takes, and how many it has."""

    name: str
    slots: int
    busy: int


class Executor(Protocol):
    """Runs jobs. Every method returns immediately; results go to the listener."""

    @property
    def places(self) -> int | None:
        """How many trainings may run at the same time now; None: as many as the settings say."""

    @property
    def hosts(self) -> list[Host]:
        """The machines of a cluster; none: all trains on this one."""

    def open(self, listener: Listener) -> None:
        """Get ready to start workers quickly."""

    def start(self, training_id: str, job: Job) -> None:
        """Begin a training, or go on with it."""

    def send(self, training_id: str, command: Command) -> None:
        """Pass a command to a training's worker; ignored if the worker has ended. Commands arrive in order. While
        `MAX_COMMANDS` wait for a worker that reads none, those that `can_be_dropped` are dropped."""

    def kill(self, training_id: str) -> None:
        """End a training's worker now."""

    def close(self, grace: float) -> None:
        """Ask all workers to save their trainings and end; kill those that have not after `grace` seconds."""
