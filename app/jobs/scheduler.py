"""The scheduler: takes experiments, and trains as many at a time as there are places.

The one owner of every training's status. Lives in the event loop; the executor's threads reach it through
`Recorder`, which stores what they bring and calls back after the commit. So a status, like a row, is shown
to viewers only when it is durable, and in the order in which things happened.

A training that loses its worker, or its server, waits for a new worker, which goes on from the last checkpoint.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from app.data_sets import DataSets
from app.errors import Conflict
from app.estimate import expected_seconds
from app.folders import free_bytes
from app.jobs import checkpoints
from app.jobs.assignment import job_of
from app.jobs.executor import Executor
from app.jobs.fork import Wish
from app.jobs.forking import Forking
from app.jobs.kept_bound import KeptBound
from app.jobs.launch import match, prepare
from app.jobs.messages import (
    Cancel,
    ChangeLive,
    Checkpoint,
    Died,
    Event,
    Finished,
    LiveChanged,
    NotSaved,
    Pause,
    Paused,
    Resume,
    SaveDone,
    Step,
)
from app.jobs.queue import Queue
from app.jobs.recorder import Recorder, annotation_of
from app.jobs.register import Register, illegal
from app.jobs.sharing import Sharing
from app.live.hub import Hub
from app.metrics import Metrics
from app.rows import Rows
from app.runs import Run
from app.settings import Settings
from app.storage.database import Database
from app.trainings import Status, Training
from engine import ConfigError, ExperimentConfig
from engine.fingerprint import of_arithmetic
from engine.live import check_live, dropout_rate
from engine.reasons import Reason, restored, why
from engine.stretches import Stretch
from engine.summary import summarize

log = logging.getLogger(__name__)

#: Viewers get the progress of runs this often; their rows flow as they come.
PROGRESS_SECONDS = 0.25
#: The most runs whose progress is published at a time; the others have their turn next. A class may share one training.
PROGRESS_RUNS = 32
#: Viewers hear something at least this often; `socket.js` counts on it.
BEAT_SECONDS = 15.0
#: A worker that dies so often in a row without getting farther takes its training with it.
MAX_CRASHES = 3
#: Changes by hand of one training: each stays in its record for ever.
MAX_CHANGES = 1000
#: At the end, workers have this long to save their trainings.
GRACE_SECONDS = 2.5


class Scheduler:
    """The queue of trainings and the places where they run."""

    def __init__(
        self,
        settings: Settings,
        register: Register,
        database: Database,
        hub: Hub,
        metrics: Metrics,
        executor: Executor,
        data_sets: DataSets,
    ) -> None:
        self._settings = settings
        self._register = register
        self._database = database
        self._hub = hub
        self._metrics = metrics
        self._executor = executor
        self._data_sets = data_sets
        self._sharing = Sharing(settings, register, executor)
        self._queue = Queue(settings.max_queued)
        self.forking = Forking(settings, register, database, hub, data_sets, self._sharing, self._queue)
        self._kept = KeptBound(settings.kept_lab_bytes, register.runs_of)
        self._with_worker: set[str] = set()  # trainings that have a worker
        self._cancelling: set[str] = set()
        self._works: set[asyncio.Task[None]] = set()
        self._lab_view: dict[str, Any] | None = None
        self._lab_published = 0.0
        self._ticker: asyncio.Task[None] | None = None
        self._closing = False

    # -- life ------------------------------------------------------------------------------------

    async def open(self) -> None:
        """Go on with what trained when the last server went, then with what waited."""
        await self._register.open()
        await asyncio.to_thread(of_arithmetic)  # before the first launch needs it
        trainings = self._register.trainings
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
                self._queue.add([training.id])
        self._queue.add(training.id for training in trainings if training.status is Status.QUEUED)
        named = {made["file"] for training in trainings for made in training.checkpoints}
        there = await asyncio.to_thread(checkpoints.sweep, self._settings.checkpoint_dir, named)
        for training in trainings:
            training.checkpoints = [made for made in training.checkpoints if made["file"] in there]
            self._kept.note(training)
        self._drop_excess()
        self._executor.open(Recorder(self, self._database, asyncio.get_running_loop(), self._metrics))
        self._ticker = asyncio.create_task(self._tick())
        self._fill()
        self._publish_lab()

    async def close(self) -> None:
        """Let the workers save their trainings and end; the next server goes on with them."""
        self._closing = True
        if self._ticker is not None:
            self._ticker.cancel()
        await asyncio.to_thread(self._executor.close, GRACE_SECONDS)

    # -- what routes ask -------------------------------------------------------------------------

    @property
    def busy(self) -> int:
        """Places taken: trainings that run now, and deleted ones whose worker has not ended yet."""
        trainings = [self._register.find(training_id) for training_id in self._with_worker]
        return sum(training is None or training.status is Status.RUNNING for training in trainings)

    @property
    def queued(self) -> int:
        return len(self._queue)

    @property
    def kept_bytes(self) -> int:
        """Checkpoints that trainings keep after their end."""
        return self._kept.bytes

    async def launch(
        self,
        configs: list[ExperimentConfig],
        *,
        stretches: Sequence[Stretch] = (),
        lesson: str | None = None,
        fresh: bool = False,
    ) -> list[Run]:
        """Store one run for each config: all of them, or none. Several are a group.

        An experiment that has been trained, trains or waits already is not trained again: its run shows that training.

        Args:
            stretches: what is trained before, with a fork after each.
            fresh: train all of them again.
        """
        # beside the loop: many experiments are many milliseconds of estimates, and data sets are files
        launches = await asyncio.to_thread(prepare, configs, stretches, self._data_sets)
        async with self._sharing.order:
            runs, new = match(launches, lesson, find=None if fresh else self._sharing.find)
            self._queue.demand_places(len(new))
            await self._register.add(runs)
            self._queue.add(training.id for training in new)
        self._metrics.launched(len(runs), len(new))
        self._fill()
        return runs

    async def fork(self, run_id: str, wish: Wish, *, fresh: bool = False) -> Run:
        """Store a run that shares its first iterations with another one, and goes on with other settings. What is
        trained already is not trained again.

        Args:
            fresh: train it again.
        """
        run, is_new = await self.forking.fork(run_id, wish, fresh=fresh)
        self._metrics.launched(1, int(is_new))
        self._fill()
        return run

    async def pause(self, run_id: str) -> Run:
        """Ask a running run to pause; its status changes when it has. One that shares its training gets its own."""
        await self._sharing.save(self._demand(run_id, Status.RUNNING, doing="paused").training)
        async with self._sharing.order:
            run = self._demand(run_id, Status.RUNNING, doing="paused")
            paused = sum(training.status is Status.PAUSED for training in self._register.trainings)
            if paused >= self._settings.max_paused:
                message = f"{paused} runs are paused already; no more can be paused at the same time"
                raise Conflict(Reason("too_many_paused", message, paused=paused), code="too_many_paused")
            if run.training.shown_by > 1:
                await self._sharing.part(run, Status.PAUSED)
            else:
                self._sharing.leaving.add(run.training.id)
                self._executor.send(run.training.id, Pause())
        return run

    async def resume(self, run_id: str) -> Run:
        """Let a paused run go on: at once if there is a place, else as the next in the queue."""
        run = self._demand(run_id, Status.PAUSED, doing="resumed")
        self._register.move(run.training, Status.QUEUED)
        self._queue.add_first(run.training.id)
        self._fill()
        return run

    async def step(self, run_id: str, iterations: int) -> Run:
        """Let a paused run do some iterations and pause again."""
        run = self._demand(run_id, Status.PAUSED, doing="stepped")
        if run.training.id in self._with_worker:
            self._executor.send(run.training.id, Step(iterations))
        else:
            self._start(run.training, paused=True, steps=iterations)
        return run

    async def change_live(self, run_id: str, given: dict[str, Any]) -> Run:
        """Change learning rate, penalties or dropout of a run that is not at its end; it is noted when it is done. One
        that shares its training gets its own."""
        self._demand_changeable(run_id, given)
        await self._sharing.save(self.get(run_id).training)
        async with self._sharing.order:
            run, values = self._demand_changeable(run_id, given)
            training = run.training
            if training.shown_by > 1:
                self._queue.demand_places(1)
                origin = training
                training = await self._sharing.part(run, Status.QUEUED)
                self._queue.add_after(training.id, origin.id)
            training.wanted.append(values)
            self._executor.send(training.id, ChangeLive(values))
            self._register.publish(training)
        self._fill()
        return run

    async def cancel(self, run_id: str) -> Run:
        """End a run; what it has recorded stays. One that shares its training gets its own."""
        async with self._sharing.order:
            run = self.get(run_id)
            training = run.training
            if training.status.finished:
                raise illegal(run, "it cannot be cancelled")
            if training.shown_by > 1:
                self._kept.note(await self._sharing.part(run, Status.CANCELLED))
                return run
            self._queue.remove(training.id)
            if training.id in self._with_worker:
                self._sharing.leaving.add(training.id)
                self._cancelling.add(training.id)
                self._executor.send(training.id, Cancel())
            if training.id in self._with_worker and training.status is not Status.QUEUED:
                return run  # its worker reports the end
            ended = self._register.move(training, Status.CANCELLED)  # it may be resumed, and wait for a place
        await ended  # not while others wait for their turn: a full disk may take long
        return run

    async def delete(self, run_id: str) -> None:
        """Forget a run; with the last run of a training forget its rows, and end it if it runs."""
        async with self._sharing.order:
            training = self.get(run_id).training
            await self._register.remove(run_id)
        if self._register.find(training.id) is None:
            self._queue.remove(training.id)
            if training.id in self._with_worker:
                self._executor.kill(training.id)
            else:
                self._clean(training.id)
        self._publish_lab()

    def get(self, run_id: str) -> Run:
        return self._register.get(run_id)

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
            case Paused() if training.status is Status.RUNNING:
                self._sharing.leaving.discard(training_id)
                self._register.move(training, Status.PAUSED)
                self._fill()
            case LiveChanged() | Died():
                if isinstance(event, LiveChanged) and training.wanted:
                    training.wanted.popleft()
                self._register.annotate(training, annotation_of(event))
            case NotSaved(reason):
                log.warning("training %s could not be saved: %s", training_id, reason)
            case Finished(status, text, why):
                self._end(training, Status(status), text and restored(text, why))

    def on_fingerprint(self, training_id: str, fingerprint: str | None) -> None:
        training = self._register.find(training_id)
        if training is not None:
            self._register.set_fingerprint(training, fingerprint)

    def on_checkpoints(self, training_id: str, kept: list[Checkpoint]) -> None:
        training = self._register.find(training_id)
        if training is not None:
            dropped = [made["file"] for made in training.checkpoints if made not in kept]
            training.checkpoints = kept
            self._beside(checkpoints.remove, self._settings.checkpoint_dir, dropped)
            self._kept.note(training)

    def on_refused(self, training_id: str, reason: str) -> None:
        training = self._register.find(training_id)
        if training is not None and not training.status.finished:
            text = f"this run cannot go on: {reason}"
            self._end(training, Status.FAILED, Reason("cannot_go_on", text, why=reason))
        self._executor.kill(training_id)

    def on_exit(self, training_id: str, reason: str | None) -> None:
        self._with_worker.discard(training_id)
        self._sharing.leaving.discard(training_id)
        self._sharing.saved(training_id)
        training = self._register.find(training_id)
        if training is None or training.status.finished:
            self._clean(training_id)
        elif not self._closing:
            self._lost(
                training, reason or Reason("worker_ended", "the worker process ended without a result")
            )
        self._cancelling.discard(training_id)
        self._fill()

    # -- inside ----------------------------------------------------------------------------------

    def _lost(self, training: Training, reason: str) -> None:
        """A training without its worker: it waits for another one, unless that has been tried enough."""
        log.warning(
            "training %s lost its worker at iteration %d: %s", training.id, training.iteration, reason
        )
        training.attempt += 1
        if training.iteration > training.crashed_at:
            training.crashes, training.crashed_at = 0, training.iteration
        training.crashes += 1
        if training.id in self._cancelling:
            self._end(training, Status.CANCELLED, None)
        elif training.crashes >= MAX_CRASHES:
            times, iteration = training.crashes, training.iteration
            text = f"its worker died {times} times at iteration {iteration:,}; the last time, {reason}"
            values = {"times": times, "iteration": iteration, "why": reason}
            self._end(training, Status.FAILED, Reason("worker_died", text, **values))
        elif training.status is Status.RUNNING:
            self._queue.add_first(training.id)
            self._register.move(training, Status.QUEUED, reason=_going_on(training, reason))

    def _end(self, training: Training, status: Status, reason: str | None) -> None:
        self._queue.remove(training.id)
        self._register.move(training, status, reason=reason)
        if training.id not in self._with_worker:
            self._clean(training.id)

    def _clean(self, training_id: str) -> None:
        """The files that only a training that goes on needs, or all those of a deleted one."""
        folder, training = self._settings.checkpoint_dir, self._register.find(training_id)
        if training is None:
            self._kept.forget(training_id)
            self._beside(partial(checkpoints.remove_all, folder, training_id))
        else:
            self._kept.note(training)
            self._beside(partial(checkpoints.remove_all, folder, training_id, but=training.checkpoints))
            self._drop_excess()

    def _drop_excess(self) -> None:
        """Let trainings lose their kept checkpoints until all others are within the lab's bound, and the disk has
        room for rows."""
        free = free_bytes(self._settings.state_dir)
        for training in self._kept.excess(self._register.trainings, free=free):
            training.checkpoints = []
            self._kept.forget(training.id)
            self._works.add(task := asyncio.create_task(self._drop_kept(training)))
            task.add_done_callback(self._works.discard)

    async def _drop_kept(self, training: Training) -> None:
        await self._register.forget_checkpoints(training)
        await asyncio.to_thread(checkpoints.remove_all, self._settings.checkpoint_dir, training.id)

    def _beside(self, work: Callable[..., None], *arguments: Any) -> None:
        """Run `work` in a thread: deleting a large file takes a disk longer than viewers should wait."""
        task = asyncio.create_task(asyncio.to_thread(work, *arguments))
        self._works.add(task)  # the loop holds tasks weakly
        task.add_done_callback(self._works.discard)

    def _demand_changeable(self, run_id: str, given: dict[str, Any]) -> tuple[Run, dict[str, float]]:
        """A run that can be changed by hand, and the checked values."""
        run = self.get(run_id)
        training = run.training
        if training.status.finished:
            raise illegal(run, "it cannot be changed")
        has_dropout = dropout_rate(training.config["network"]["layers"]) is not None
        values = check_live(given, has_dropout=has_dropout)
        if len(training.annotations) + len(training.wanted) >= MAX_CHANGES:
            message = f"run {run_id} was changed {MAX_CHANGES} times already; no more changes are possible"
            raise Conflict(Reason("too_many_changes", message, most=MAX_CHANGES))
        return run, values

    def _demand(self, run_id: str, status: Status, *, doing: str) -> Run:
        run = self.get(run_id)
        if run.training.status is not status:
            raise illegal(run, f"only a {status.value} run can be {doing}")
        return run

    def _fill(self) -> None:
        """Give free places to the trainings that wait, the first first."""
        while self._queue and self.busy < self._settings.workers and not self._closing:
            training = self._register.find(self._queue.take())
            if training is None:
                continue  # deleted
            if training.id in self._with_worker:  # it was paused and keeps its worker
                self._executor.send(training.id, Resume())
            else:
                self._start(training)
            self._register.move(training, Status.RUNNING)
        self._publish_lab()

    def _start(self, training: Training, *, paused: bool = False, steps: int = 0) -> None:
        training.started_at = training.started_at or time.time()
        self._with_worker.add(training.id)
        self._executor.start(
            training.id,
            job_of(
                training,
                self._settings,
                stored=self._hub.recorded(training.id, "train"),
                paused=paused,
                steps=steps,
            ),
        )

    def _publish_lab(self) -> None:
        """How busy the lab is, when that has changed; and now and then, so that a dead connection is noticed."""
        view = {
            "type": "lab",
            "workers": self._settings.workers,
            "busy": self.busy,
            "queued": self.queued,
            "fault": self._database.fault,
            "why": why(self._database.fault),
        }
        now = time.monotonic()
        if view != self._lab_view or now - self._lab_published > BEAT_SECONDS:
            self._lab_view, self._lab_published = view, now
            self._hub.publish("lab", view)

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(PROGRESS_SECONDS)
            self._register.publish_due(PROGRESS_RUNS)
            self._publish_lab()


def _expected_seconds(document: dict[str, Any]) -> float | None:
    """Of a stored experiment; None where an older lab allowed what this one does not."""
    try:
        config = ExperimentConfig.from_dict(document)
    except ConfigError:
        return None
    return expected_seconds(config, summarize(config))


def _going_on(training: Training, reason: str) -> Reason:
    text = f"{reason}; going on from iteration {training.iteration:,}"
    return Reason("going_on", text, why=reason, iteration=training.iteration)
