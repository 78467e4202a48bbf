"""The scheduler: goes on with what trained before, and follows what workers report.

A training's status changes only in the event loop: here, and in `commands`, `places`, `stepping` and `sharing`. The
executor's threads reach them through `Recorder`, which stores what they bring and calls back after the commit. So a
status, like a row, is shown to viewers only when it is durable, and in the order in which things happened.

A training that loses its worker, or its server, waits for a new worker, which goes on from the last checkpoint.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import asdict
from typing import Any

from app.answers.runs import TrainedOn
from app.data_sets import DataSets
from app.estimate import expected_seconds
from app.jobs.checkpoint_files import CheckpointFiles
from app.jobs.commands import Commands
from app.jobs.executor import Executor, Host
from app.jobs.forking import Forking
from app.jobs.messages import (
    Checkpoint,
    Died,
    Event,
    Finished,
    LiveChanged,
    Measured,
    NotSaved,
    NotSeen,
    Paused,
    SaveDone,
)
from app.jobs.order_by_hand import OrderByHand
from app.jobs.places import Places
from app.jobs.recorder import Recorder, annotation_of
from app.jobs.register import Register
from app.jobs.row_pace import RowPace
from app.jobs.sharing import Sharing
from app.jobs.stepping import Stepping
from app.jobs.viewing import Viewing
from app.jobs.waits import Waits
from app.live.hub import Hub
from app.live.throttle import Throttle
from app.metrics import Metrics
from app.people.allowance import Allowance
from app.rows import Rows
from app.settings import Settings
from app.storage.database import Database
from app.trainings import Status, Training
from engine import ConfigError, ExperimentConfig
from engine.fingerprint import of_arithmetic
from engine.reasons import Reason, restored, why
from engine.summary import summarize

log = logging.getLogger(__name__)

#: Viewers get the progress of runs this often; their rows flow as they come.
PROGRESS_SECONDS = 0.25
#: The most runs whose progress is published at a time; the others have their turn next. The runs of a whole class may
#: show one training, and are then due at the same time.
PROGRESS_RUNS = 32
#: At the start, the speed of the machine is known from this number of the newest trainings.
MEASURED = 40
#: Viewers hear something at least this often; `socket.js` counts on it.
BEAT_SECONDS = 15.0
#: After this many consecutive crashes without getting farther, a training gets no worker any more.
MAX_CRASHES = 3
#: At the end, workers have this long to save their trainings.
GRACE_SECONDS = 2.5


class Scheduler:
    """All trainings that wait or run, and what their workers report.

    Attributes:
        commands: what users do with runs.
        allowance: what one student may have the lab do.
        stepping: how the teacher moves all that trains together.
        order_by_hand: how the teacher moves what waits.
    """

    def __init__(
        self,
        settings: Settings,
        register: Register,
        database: Database,
        hub: Hub,
        metrics: Metrics,
        executor: Executor,
        data_sets: DataSets,
        viewing: Viewing,
    ) -> None:
        self._viewing = viewing
        self._settings = settings
        self._register = register
        self._database = database
        self._hub = hub
        self._metrics = metrics
        self._executor = executor
        self._files = files = CheckpointFiles(settings, register)
        self._sharing = sharing = Sharing(files, register, executor)
        self.allowance = allowance = Allowance(settings, register.sight.is_student)
        publish_lab = Throttle(PROGRESS_SECONDS, self._publish_lab)
        self._places = places = Places(settings, register, hub, executor, allowance, publish_lab)
        self.stepping = stepping = Stepping(
            register, executor, sharing, places, lambda training_id: hub.recorded(training_id, "train")
        )
        self.order_by_hand = OrderByHand(register, places.queue, database)
        self._waits = Waits(register, places.expected_starts)
        self._row_pace = RowPace(hub, executor, places.with_worker)
        forking = Forking(settings, register, database, hub, data_sets, files, sharing, places, allowance)
        self.commands = Commands(
            settings,
            register,
            metrics,
            executor,
            data_sets,
            sharing,
            places,
            files,
            forking,
            allowance,
            stepping,
        )
        self._lab_view: dict[str, Any] | None = None
        self._lab_published = 0.0
        self._ticker: asyncio.Task[None] | None = None

    # -- life ------------------------------------------------------------------------------------

    async def open(self) -> None:
        """Go on with what trained when the last server went, then with what waited."""
        await self._register.open()
        await asyncio.to_thread(of_arithmetic)  # before the first launch needs it
        trainings = self._register.trainings
        await asyncio.to_thread(self._measure_speed, trainings)
        going_on = []
        for training in trainings:
            if not training.status.finished:
                training.expected_seconds = _expected_seconds(training.config)
                self._register.publish(training)
            if training.status in (Status.RUNNING, Status.PAUSED):
                training.attempt += 1
            if training.status is Status.RUNNING:
                self._register.move(
                    training,
                    Status.QUEUED,
                    reason=_going_on(training, Reason("lab_restarted", "the lab was restarted")),
                )
                going_on.append(training)
        for training in reversed(going_on):
            self._places.queue.put_back(training.id, self._places.owners(training))
        for training in trainings:
            if training.status is Status.QUEUED and training.id not in self._places.queue:
                self._places.let_wait(training)
        await self.order_by_hand.open()
        await self._files.open()
        self.stepping.open()
        self._executor.open(Recorder(self, self._database, asyncio.get_running_loop(), self._metrics))
        self._ticker = asyncio.create_task(self._tick())
        self._places.fill()

    async def close(self) -> None:
        """Let the workers save their trainings and end; the next server goes on with them."""
        self._places.closing = True
        if self._ticker is not None:
            self._ticker.cancel()
        await self.order_by_hand.close()
        await asyncio.to_thread(self._executor.close, GRACE_SECONDS)
        await self._files.close()

    # -- how busy the lab is ---------------------------------------------------------------------

    @property
    def busy(self) -> int:
        """Places taken."""
        return self._places.busy

    @property
    def places(self) -> int:
        """How many trainings may run at the same time."""
        return self._places.count

    def waits_for(self, owner: str | None) -> int:
        """How many trainings an owner waits for."""
        return self._places.queue.waits_for(owner)

    @property
    def slowness(self) -> float:
        """How much longer trainings take on this machine than is estimated."""
        return self._places.speed.slowness

    @property
    def hosts(self) -> list[Host]:
        """The machines of a cluster; none: all trains on this one."""
        return self._executor.hosts

    @property
    def queued(self) -> int:
        return len(self._places.queue)

    def let_all_wait(self) -> None:
        """What the teacher shows has changed: others come first now."""
        self._places.let_all_wait()

    def expected_starts(self) -> list[tuple[str, float]]:
        """The trainings that wait, the next one first, with about how many seconds pass until each starts, as last
        published."""
        return self._waits.starts

    @property
    def kept_bytes(self) -> int:
        """The bytes of all checkpoints that trainings keep after their end."""
        return self._files.kept_bytes

    # -- what the recorder reports -----------------------------------------------------------------

    def on_rows(self, training_id: str, stream: str, rows: Rows) -> None:
        training = self._register.find(training_id)
        if training is not None:
            before = training.seconds
            training.remember(rows)
            self._metrics.trained_seconds.inc(training.seconds - before)
            self._register.publish_soon(training)
            self._metrics.rows.inc(rows.count)
            self._hub.append(training_id, stream, rows)

    def on_event(self, training_id: str, event: Event) -> None:
        training = self._register.find(training_id)
        if training is None or training.status.finished:
            return
        match event:
            case SaveDone():
                self._sharing.saved(training_id)
            case Paused() if self._is_to_pause(training):  # otherwise the report is older than a resume
                self._sharing.asked_to_end.discard(training_id)
                self._places.leave(training_id)
                if self.stepping.is_asked(training):
                    self.stepping.paused(training)
                else:
                    self._register.move(training, Status.PAUSED)
                self._places.fill()
            case LiveChanged() | Died():
                if isinstance(event, LiveChanged) and training.wanted:
                    training.wanted.popleft()
                self._register.annotate(training, annotation_of(event))
            case Measured(iteration):
                training.measured = iteration
            case NotSeen():
                self._viewing.on_not_seen(event)
            case NotSaved(reason):
                log.warning("training %s could not be saved: %s", training_id, reason)
            case Finished(status, text, why):
                self._end(training, Status(status), text and restored(text, why))

    def on_fingerprint(self, training_id: str, fingerprint: str | None) -> None:
        training = self._register.find(training_id)
        if training is not None:
            self._register.set_fingerprint(training, fingerprint)

    def on_machines(self, training_id: str, machines: list[TrainedOn]) -> None:
        training = self._register.find(training_id)
        if training is not None and training.machines != machines:
            training.machines = machines
            self._register.publish(training)

    def on_checkpoints(self, training_id: str, kept: list[Checkpoint]) -> None:
        training = self._register.find(training_id)
        if training is not None and training.status is not Status.FAILED:  # whose rows were refused
            self._files.replace(training, kept)

    def on_refused(self, training_id: str, reason: str) -> None:
        training = self._register.find(training_id)
        if training is not None and not training.status.finished:
            text = f"this run cannot go on: {reason}"
            self._end(training, Status.FAILED, Reason("cannot_go_on", text, why=reason))
        self._executor.kill(training_id)

    def on_view(self, training_id: str, ticket: int, seconds: float, view: bytes) -> None:
        self._viewing.on_view(ticket, seconds, view)

    def on_exit(self, training_id: str, reason: str | None) -> None:
        self._viewing.on_exit(training_id)
        self._places.with_worker.discard(training_id)
        self._row_pace.forget(training_id)
        self._places.leave(training_id)
        self._sharing.saved(training_id)
        training = self._register.find(training_id)
        if training is None or training.status.finished:
            self._files.clean(training_id)
        elif not self._places.closing:
            self._lost(
                training, reason or Reason("worker_ended", "the worker process ended without a result")
            )
        self.stepping.forget(training_id)
        self._sharing.asked_to_end.discard(training_id)
        self._places.cancelling.discard(training_id)
        self._places.fill()

    def on_places(self) -> None:
        self._places.fill()

    # -- inside ----------------------------------------------------------------------------------

    def _measure_speed(self, trainings: list[Training]) -> None:
        """Measure the speed of this machine by the newest trainings. Imported ones, which have no fingerprint, do not
        count."""
        ended = [
            candidate
            for candidate in trainings
            if candidate.status is Status.COMPLETED and candidate.fingerprint is not None
        ]
        for training in ended[-MEASURED:]:
            self._places.speed.measure(training, expected=_expected_seconds(training.config))

    def _is_to_pause(self, training: Training) -> bool:
        """Whether a training runs whose worker was asked to pause, and has not reported it."""
        asked = training.id in self._sharing.asked_to_end or self.stepping.is_asked(training)
        return asked and training.status is Status.RUNNING

    def _lost(self, training: Training, reason: str) -> None:
        """A training has lost its worker. It waits for another one, unless it was asked to pause or to cancel, or has
        crashed `MAX_CRASHES` times."""
        log.warning(
            "training %s lost its worker at iteration %d: %s", training.id, training.iteration, reason
        )
        training.attempt += 1
        if training.iteration > training.crashed_at:
            training.crashes, training.crashed_at = 0, training.iteration
        training.crashes += 1
        if training.id in self._places.cancelling:
            self._end(training, Status.CANCELLED, None)
        elif training.crashes >= MAX_CRASHES:
            times, iteration = training.crashes, training.iteration
            text = f"its worker died {times} times at iteration {iteration:,}; the last time, {reason}"
            values = {"times": times, "iteration": iteration, "why": reason}
            self._end(training, Status.FAILED, Reason("worker_died", text, **values))
        else:
            self.stepping.lost(training)
        if training.status is Status.RUNNING and training.id in self._sharing.asked_to_end:
            self._register.move(training, Status.PAUSED)
        elif training.status is Status.RUNNING:
            self._places.queue.put_back(training.id, self._places.owners(training))
            self._register.move(training, Status.QUEUED, reason=_going_on(training, reason))

    def _end(self, training: Training, status: Status, reason: str | None) -> None:
        self._register.move(training, status, reason=reason)
        self._places.queue.remove(training.id)
        if training.id not in self._places.with_worker:
            self._files.clean(training.id)

    def _publish_lab(self) -> None:
        """How busy the lab is, when that has changed; and now and then, so that a dead connection is noticed."""
        view = {
            "type": "lab",
            "workers": self.places,
            "busy": self.busy,
            "queued": self.queued,
            "slowness": self._places.speed.slowness,
            "fault": self._database.fault,
            "why": why(self._database.fault),
        }
        if hosts := self.hosts:
            view["hosts"] = [asdict(host) for host in hosts]
        now = time.monotonic()
        if view != self._lab_view or now - self._lab_published > BEAT_SECONDS:
            self._lab_view, self._lab_published = view, now
            self._hub.publish("lab", view)

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(PROGRESS_SECONDS)
            self._register.publish_due(PROGRESS_RUNS)
            self._row_pace.update()
            self._waits.publish_due()
            self.order_by_hand.store_changes()
            self._publish_lab()


def _expected_seconds(document: dict[str, Any]) -> float | None:
    """The estimated seconds of a stored experiment; None: an older lab accepted it, and this one does not."""
    try:
        config = ExperimentConfig.from_dict(document)
    except ConfigError:
        return None
    return expected_seconds(config, summarize(config))


def _going_on(training: Training, reason: str) -> Reason:
    text = f"{reason}; going on from iteration {training.iteration:,}"
    return Reason("going_on", text, why=reason, iteration=training.iteration)
