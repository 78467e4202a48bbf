"""The scheduler: takes experiments, and trains as many at a time as there are places.

The one owner of every run's status. Lives in the event loop; the executor's threads reach it through
`Recorder`, which stores what they bring and calls back after the commit. So a status, like a row, is shown
to viewers only when it is durable, and in the order in which things happened.

A run that loses its worker, or its server, waits for a new worker, which goes on from the last checkpoint.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from app.errors import Conflict, QueueFull
from app.estimate import expected_seconds
from app.jobs import checkpoints
from app.jobs.executor import Executor
from app.jobs.messages import (
    Cancel,
    Change,
    ChangeLive,
    Checkpoint,
    Died,
    Event,
    Finished,
    Job,
    LiveChanged,
    NotSaved,
    Pause,
    Paused,
    Resume,
    Step,
)
from app.jobs.recorder import Recorder, annotation_of
from app.jobs.register import Register
from app.live.hub import Hub
from app.metrics import Metrics
from app.rows import Rows
from app.runs import Run, RunStatus, new_id
from app.settings import Settings
from app.storage.database import Database
from engine import ConfigError, ExperimentConfig
from engine.live import check_live, dropout_rate
from engine.reasons import Reason, restored, why
from engine.summary import summarize

log = logging.getLogger(__name__)

#: Viewers get the progress of running runs this often; their rows flow as they come.
PROGRESS_SECONDS = 0.25
#: Viewers hear something at least this often; `socket.js` counts on it.
BEAT_SECONDS = 15.0
#: A worker that dies so often in a row without getting farther takes its run with it.
MAX_CRASHES = 3
#: Changes by hand of one run: each stays in its record for ever.
MAX_CHANGES = 1000
#: At the end, workers have this long to save their runs.
GRACE_SECONDS = 2.5


class Scheduler:
    """The queue of runs and the places where they train."""

    def __init__(
        self,
        settings: Settings,
        register: Register,
        database: Database,
        hub: Hub,
        metrics: Metrics,
        executor: Executor,
    ) -> None:
        self._settings = settings
        self._register = register
        self._database = database
        self._hub = hub
        self._metrics = metrics
        self._executor = executor
        self._queue: deque[str] = deque()
        self._with_worker: set[str] = set()  # runs that have a worker
        self._cancelling: set[str] = set()
        self._progressed: set[str] = set()
        self._works: set[asyncio.Task[None]] = set()
        self._lab_view: dict[str, Any] | None = None
        self._lab_published = 0.0
        self._ticker: asyncio.Task[None] | None = None
        self._closing = False

    # -- life ------------------------------------------------------------------------------------

    async def open(self) -> None:
        """Go on with what trained when the last server went, then with what waited."""
        await self._register.open()
        runs = self._register.runs
        for run in runs:
            if not run.status.finished:
                run.expected_seconds = _expected_seconds(run.config)
                self._register.publish(run)
            if run.status in (RunStatus.RUNNING, RunStatus.PAUSED):
                run.attempt += 1
            if run.status is RunStatus.RUNNING:
                self._register.move(
                    run,
                    RunStatus.QUEUED,
                    reason=_going_on(run, Reason("lab_restarted", "the lab was restarted")),
                )
                self._queue.append(run.id)
        self._queue.extend(
            run.id for run in runs if run.status is RunStatus.QUEUED and run.id not in self._queue
        )
        checkpoints.sweep(self._settings.checkpoint_dir, {run.id for run in runs if not run.status.finished})
        self._executor.open(Recorder(self, self._database, asyncio.get_running_loop(), self._metrics))
        self._ticker = asyncio.create_task(self._tick())
        self._fill()
        self._publish_lab()

    async def close(self) -> None:
        """Let the workers save their runs and end; the next server goes on with them."""
        self._closing = True
        if self._ticker is not None:
            self._ticker.cancel()
        await asyncio.to_thread(self._executor.close, GRACE_SECONDS)

    # -- what routes ask -------------------------------------------------------------------------

    @property
    def busy(self) -> int:
        """Places taken: runs that train now, and deleted ones whose worker has not ended yet."""
        runs = [self._register.find(run_id) for run_id in self._with_worker]
        return sum(run is None or run.status is RunStatus.RUNNING for run in runs)

    @property
    def queued(self) -> int:
        return len(self._queue)

    async def launch(self, configs: list[ExperimentConfig], *, lesson: str | None = None) -> list[Run]:
        """Store and queue one run for each config: all of them, or none. Several are a group."""
        if len(self._queue) + len(configs) > self._settings.max_queued:
            most = self._settings.max_queued
            message = f"{len(self._queue)} runs are waiting and at most {most} may; try again when some have finished"
            raise QueueFull(Reason("queue_full", message, queued=len(self._queue), most=most))
        group_id = secrets.token_hex(6) if len(configs) > 1 else None
        # beside the loop: many experiments are many milliseconds of estimates
        runs = await asyncio.to_thread(lambda: [_new_run(config, lesson, group_id) for config in configs])
        await self._register.add(runs)
        self._queue.extend(run.id for run in runs)
        self._fill()
        return runs

    async def pause(self, run_id: str) -> Run:
        """Ask a running run to pause; its status changes when it has."""
        run = self._demand(run_id, RunStatus.RUNNING, doing="paused")
        paused = sum(run.status is RunStatus.PAUSED for run in self._register.runs)
        if paused >= self._settings.max_paused:
            message = f"{paused} runs are paused already; no more can be paused at the same time"
            raise Conflict(Reason("too_many_paused", message, paused=paused), code="too_many_paused")
        self._executor.send(run_id, Pause())
        return run

    async def resume(self, run_id: str) -> Run:
        """Let a paused run go on: at once if there is a place, else as the next in the queue."""
        run = self._demand(run_id, RunStatus.PAUSED, doing="resumed")
        self._register.move(run, RunStatus.QUEUED)
        self._queue.appendleft(run_id)
        self._fill()
        return run

    async def step(self, run_id: str, iterations: int) -> Run:
        """Let a paused run do some iterations and pause again."""
        run = self._demand(run_id, RunStatus.PAUSED, doing="stepped")
        if run_id in self._with_worker:
            self._executor.send(run_id, Step(iterations))
        else:
            self._start(run, paused=True, steps=iterations)
        return run

    async def change_live(self, run_id: str, given: dict[str, Any]) -> Run:
        """Change learning rate, penalties or dropout of a run that is not at its end; it is noted when it is done."""
        run = self.get(run_id)
        if run.status.finished:
            raise _illegal(run, "it cannot be changed")
        has_dropout = dropout_rate(run.config["network"]["layers"]) is not None
        values = check_live(given, has_dropout=has_dropout)
        if len(run.annotations) + len(run.wanted) >= MAX_CHANGES:
            message = f"run {run_id} was changed {MAX_CHANGES} times already; no more changes are possible"
            raise Conflict(Reason("too_many_changes", message, most=MAX_CHANGES))
        run.wanted.append(values)
        self._executor.send(run_id, ChangeLive(values))
        self._register.publish(run)
        return run

    async def cancel(self, run_id: str) -> Run:
        """End a run; what it has recorded stays."""
        run = self.get(run_id)
        if run.status.finished:
            raise _illegal(run, "it cannot be cancelled")
        self._unqueue(run_id)
        if run_id in self._with_worker:
            self._cancelling.add(run_id)
            self._executor.send(run_id, Cancel())
        if (
            run_id not in self._with_worker or run.status is RunStatus.QUEUED
        ):  # resumed, and waiting for a place
            await self._register.move(run, RunStatus.CANCELLED)
        return run

    async def delete(self, run_id: str) -> None:
        """Forget a run and its rows, and end it if it trains."""
        self.get(run_id)
        self._unqueue(run_id)
        await self._register.remove(run_id)
        if run_id in self._with_worker:  # only now: a run that is there and loses its worker gets another one
            self._executor.kill(run_id)
        self._publish_lab()

    def get(self, run_id: str) -> Run:
        return self._register.get(run_id)

    # -- what the recorder reports -----------------------------------------------------------------

    def on_rows(self, run_id: str, stream: str, rows: Rows) -> None:
        run = self._register.find(run_id)
        if run is not None:
            run.remember(rows)
            self._progressed.add(run_id)
            self._metrics.rows.inc(rows.count)
            self._hub.append(run_id, stream, rows)

    def on_event(self, run_id: str, event: Event) -> None:
        run = self._register.find(run_id)
        if run is None or run.status.finished:
            return
        match event:
            case Paused() if run.status is RunStatus.RUNNING:
                self._register.move(run, RunStatus.PAUSED)
                self._fill()
            case LiveChanged() | Died():
                if isinstance(event, LiveChanged) and run.wanted:
                    run.wanted.popleft()
                run.annotations.append(annotation_of(event))
                self._register.publish(run)
            case NotSaved(reason):
                log.warning("run %s could not be saved: %s", run_id, reason)
            case Finished(status, text, why):
                self._end(run, RunStatus(status), text and restored(text, why))

    def on_checkpoints(self, run_id: str, kept: list[Checkpoint]) -> None:
        run = self._register.find(run_id)
        if run is not None:
            dropped = [made["file"] for made in run.checkpoints if made not in kept]
            run.checkpoints = kept
            self._beside(checkpoints.remove, self._settings.checkpoint_dir, dropped)

    def on_refused(self, run_id: str, reason: str) -> None:
        run = self._register.find(run_id)
        if run is not None and not run.status.finished:
            text = f"this run cannot go on: {reason}"
            self._end(run, RunStatus.FAILED, Reason("cannot_go_on", text, why=reason))
        self._executor.kill(run_id)

    def on_exit(self, run_id: str, reason: str | None) -> None:
        self._with_worker.discard(run_id)
        run = self._register.find(run_id)
        if run is None or run.status.finished:
            self._clean(run_id)
        elif not self._closing:
            self._lost(run, reason or Reason("worker_ended", "the worker process ended without a result"))
        self._cancelling.discard(run_id)
        self._fill()

    # -- inside ----------------------------------------------------------------------------------

    def _lost(self, run: Run, reason: str) -> None:
        """A run without its worker: it waits for another one, unless that has been tried enough."""
        log.warning("run %s lost its worker at iteration %d: %s", run.id, run.iteration, reason)
        run.attempt += 1
        if run.iteration > run.crashed_at:
            run.crashes, run.crashed_at = 0, run.iteration
        run.crashes += 1
        if run.id in self._cancelling:
            self._end(run, RunStatus.CANCELLED, None)
        elif run.crashes >= MAX_CRASHES:
            text = (
                f"its worker died {run.crashes} times at iteration {run.iteration:,}; the last time, {reason}"
            )
            values = {"times": run.crashes, "iteration": run.iteration, "why": reason}
            self._end(run, RunStatus.FAILED, Reason("worker_died", text, **values))
        elif run.status is RunStatus.RUNNING:
            self._queue.appendleft(run.id)
            self._register.move(run, RunStatus.QUEUED, reason=_going_on(run, reason))

    def _end(self, run: Run, status: RunStatus, reason: str | None) -> None:
        self._unqueue(run.id)
        self._register.move(run, status, reason=reason)
        if run.id not in self._with_worker:
            self._clean(run.id)

    def _clean(self, run_id: str) -> None:
        """What only a run that goes on needs."""
        self._beside(checkpoints.remove_all, self._settings.checkpoint_dir, run_id)

    def _beside(self, work: Callable[..., None], *arguments: Any) -> None:
        """Run `work` in a thread: deleting a large file takes a disk longer than viewers should wait."""
        task = asyncio.create_task(asyncio.to_thread(work, *arguments))
        self._works.add(task)  # the loop holds tasks weakly
        task.add_done_callback(self._works.discard)

    def _demand(self, run_id: str, status: RunStatus, *, doing: str) -> Run:
        run = self.get(run_id)
        if run.status is not status:
            raise _illegal(run, f"only a {status.value} run can be {doing}")
        return run

    def _unqueue(self, run_id: str) -> None:
        if run_id in self._queue:
            self._queue.remove(run_id)

    def _fill(self) -> None:
        """Give free places to the runs that wait, the first first."""
        while self._queue and self.busy < self._settings.workers and not self._closing:
            run = self.get(self._queue.popleft())
            if run.id in self._with_worker:  # it was paused and keeps its worker
                self._executor.send(run.id, Resume())
            else:
                self._start(run)
            self._register.move(run, RunStatus.RUNNING)
        self._publish_lab()

    def _start(self, run: Run, *, paused: bool = False, steps: int = 0) -> None:
        run.started_at = run.started_at or time.time()
        self._with_worker.add(run.id)
        self._executor.start(
            run.id,
            Job(
                run=run.id,
                attempt=run.attempt,
                config=run.config,
                data_dir=str(self._settings.data_dir),
                cache_dir=str(self._settings.cache_dir),
                checkpoint_dir=str(self._settings.checkpoint_dir),
                checkpoint_seconds=self._settings.checkpoint_seconds,
                checkpoints=run.checkpoints,
                stored=self._hub.total(run.id, "train"),
                seconds=run.seconds,
                changes=[
                    Change(
                        annotation["iteration"],
                        {name: after for name, (_, after) in annotation["changes"].items()},
                    )
                    for annotation in run.annotations
                    if annotation["kind"] == "live"
                ],
                wanted=list(run.wanted),
                dead=any(annotation["kind"] == "dead" for annotation in run.annotations),
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
            progressed, self._progressed = self._progressed, set()
            for run_id in progressed:
                run = self._register.find(run_id)
                if run is not None and not run.status.finished:
                    self._register.publish(run)
            self._publish_lab()


def _new_run(config: ExperimentConfig, lesson: str | None, group_id: str | None) -> Run:
    return Run(
        id=new_id(),
        number=0,  # the store gives it
        name=config.name or "run",
        config=config.to_dict(),
        iterations=config.iterations,
        created_at=time.time(),
        expected_seconds=expected_seconds(config, summarize(config)),
        lesson=lesson,
        group_id=group_id,
    )


def _expected_seconds(document: dict[str, Any]) -> float | None:
    """Of a stored experiment; None where an older lab allowed what this one does not."""
    try:
        config = ExperimentConfig.from_dict(document)
    except ConfigError:
        return None
    return expected_seconds(config, summarize(config))


def _going_on(run: Run, reason: str) -> Reason:
    text = f"{reason}; going on from iteration {run.iteration:,}"
    return Reason("going_on", text, why=reason, iteration=run.iteration)


def _illegal(run: Run, but: str) -> Conflict:
    status = run.status.value
    return Conflict(
        Reason("illegal_transition", f"run {run.id} is {status}; {but}", status=status), field="id"
    )
