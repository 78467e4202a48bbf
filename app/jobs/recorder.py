"""The recorder: stores what workers report, and passes it on after the commit, in the order in which it came.

Because of that order the rows of a training have no gap and are never wrong: a checkpoint or a change by hand is stored
only when all rows before it are, and a row is stored once, even if a worker that continues from a checkpoint reports it
again.

Views are not stored, and are passed on at once: the same view can be made again by training up to the same moment.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from app.answers.runs import TrainedOn
from app.errors import LabError, StoreDamaged
from app.jobs.messages import (
    Began,
    Checkpoint,
    Died,
    Event,
    Kept,
    LiveChanged,
    Measured,
    NotSeen,
    Saved,
    StreamOpened,
)
from app.metrics import Metrics
from app.rows import Rows
from app.storage import measurement_store, row_store, training_store
from app.storage.database import Database
from engine.reasons import reason_of

log = logging.getLogger(__name__)


class Observer(Protocol):
    """Is notified by the recorder after each commit, in the event loop's thread. The scheduler is the observer."""

    def on_rows(self, training_id: str, stream: str, rows: Rows) -> None:
        """New rows, which begin where the rows before them end."""

    def on_event(self, training_id: str, event: Event) -> None:
        """Something has happened to the training."""

    def on_fingerprint(self, training_id: str, fingerprint: str | None) -> None:
        """A worker has started, and this is the fingerprint now. None: the rows are of different data or machines."""

    def on_machines(self, training_id: str, machines: list[TrainedOn]) -> None:
        """A training begins or continues on the last of these machines of a cluster; before, it was on the others."""

    def on_checkpoints(self, training_id: str, checkpoints: list[Checkpoint]) -> None:
        """All checkpoints that are stored for the training now, that of the highest iteration first."""

    def on_refused(self, training_id: str, reason: str) -> None:
        """Rows came that cannot belong to the training's curve; `reason` is an English sentence that says why."""

    def on_view(self, training_id: str, ticket: int, seconds: float, view: bytes) -> None:
        """A view that the worker was asked for with this ticket, and the seconds that it took."""

    def on_exit(self, training_id: str, reason: str | None) -> None:
        """The worker has ended and reports nothing more; `reason` says why if it did not end by itself."""

    def on_places(self) -> None:
        """Another number of trainings may run at the same time now."""


class Recorder:
    """Implements `app.jobs.executor.Listener`; the arguments are described there. Called from the executor's threads;
    it may block them while the database is busy, which slows a worker down."""

    def __init__(
        self, observer: Observer, database: Database, loop: asyncio.AbstractEventLoop, metrics: Metrics
    ) -> None:
        self._observer = observer
        self._database = database
        self._loop = loop
        self._metrics = metrics

    def rows(
        self, training_id: str, stream: str, first: int, columns: int, data: bytes, seconds: float
    ) -> None:
        values = np.ascontiguousarray(np.frombuffer(data, "<f4").reshape(-1, columns).T)
        now = time.time()

        def pass_on(rows: Rows | None) -> None:
            if rows is not None:
                self._observer.on_rows(training_id, stream, rows)

        self._store(
            training_id,
            lambda c: row_store.append_rows(c, training_id, stream, first, values, now, seconds),
            pass_on,
        )

    def event(self, training_id: str, event: Event) -> None:
        def pass_on(_: Any) -> None:
            self._observer.on_event(training_id, event)

        match event:
            case Began(data, machine):
                arithmetic = machine and machine["arithmetic"]
                self._store(
                    training_id,
                    lambda c: training_store.check_fingerprint(c, training_id, data, arithmetic),
                    lambda fingerprint: self._observer.on_fingerprint(training_id, fingerprint),
                )
                if machine is not None:
                    self._store(
                        training_id,
                        lambda c: training_store.add_machine(c, training_id, machine),
                        lambda machines: self._observer.on_machines(training_id, machines),
                    )
            case StreamOpened(stream, columns):
                self._store(
                    training_id,
                    lambda c: row_store.open_stream(c, training_id, stream, tuple(columns)),
                    _nothing,
                )
            case Saved(checkpoint):
                self._store(
                    training_id,
                    lambda c: training_store.add_checkpoint(c, training_id, checkpoint),
                    lambda kept: self._observer.on_checkpoints(training_id, kept),
                )
            case Kept(checkpoints):
                self._store(
                    training_id,
                    lambda c: training_store.set_kept(c, training_id, checkpoints),
                    lambda kept: self._observer.on_checkpoints(training_id, kept),
                )
            case LiveChanged() | Died():
                annotation = annotation_of(event)
                self._store(
                    training_id, lambda c: training_store.add_annotation(c, training_id, annotation), pass_on
                )
            case Measured(iteration, facts):
                self._store(
                    training_id,
                    lambda c: measurement_store.add(c, training_id, iteration, facts),
                    pass_on,
                )
            case NotSeen():
                self._call(lambda: pass_on(None))  # nothing is stored of views
            case _:
                self._store(training_id, _nothing, pass_on)

    def view(self, training_id: str, ticket: int, seconds: float, view: bytes) -> None:
        self._call(lambda: self._observer.on_view(training_id, ticket, seconds, view))

    def exited(self, training_id: str, reason: str | None) -> None:
        self._store(training_id, _nothing, lambda _: self._observer.on_exit(training_id, reason))

    def places_changed(self) -> None:
        self._call(self._observer.on_places)

    def _store(self, training_id: str, operation: Callable[..., Any], then: Callable[[Any], None]) -> None:
        """Let the database's thread run `operation` after all earlier ones, and let the event loop call `then(result)`
        after the commit."""
        begun = time.perf_counter()

        def done(result: Any) -> None:
            self._metrics.store.observe(time.perf_counter() - begun)
            if isinstance(result, row_store.Refused | StoreDamaged):
                reason = reason_of(result)
                self._call(lambda: self._observer.on_refused(training_id, reason))
            elif isinstance(result, LabError):
                log.error("not stored: %s", result)  # only at shutdown with a broken disk
            elif isinstance(result, Exception):
                log.error("a write was refused", exc_info=result)
            else:
                self._call(lambda: then(result))

        self._database.submit(operation, done)

    def _call(self, callback: Callable[[], None]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: the server is gone
            self._loop.call_soon_threadsafe(callback)


def annotation_of(event: LiveChanged | Died) -> dict[str, Any]:
    """The annotation of an event as JSON: a change of settings by hand, or that the network is dead."""
    if isinstance(event, Died):
        return {"kind": "dead", "iteration": event.iteration}
    return {"kind": "live", "iteration": event.iteration, "changes": event.changes}


def _nothing(*_: Any) -> None:
    """Store nothing: for reports that must only keep their place in the order."""
