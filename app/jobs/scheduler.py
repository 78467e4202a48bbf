"""The scheduler: takes experiments, keeps their runs, and trains as many at a time as there are places.

The one owner of every run's status. Lives in the event loop; the executor's threads reach it through
`Recorder`, which stores what they bring and calls back after the commit. So a status, like a row, is told
to viewers only when it is durable, and in the order in which things happened.
"""

from __future__ import annotations

import asyncio
import secrets
import sqlite3
import time
from collections import deque
from typing import Any

import numpy as np

from app.errors import Conflict, NotFound, QueueFull
from app.jobs.executor import Executor
from app.jobs.recorder import Recorder
from app.live.hub import STREAMS, Hub
from app.runs import IllegalTransition, Run, RunStatus
from app.settings import Settings
from app.storage import run_store
from app.storage.database import Database
from engine import ExperimentConfig

#: Progress of running runs is told this often; their rows flow as they come.
PROGRESS_SECONDS = 0.25


class Scheduler:
    """Runs, their queue and the places where they train."""

    def __init__(self, settings: Settings, database: Database, hub: Hub, executor: Executor) -> None:
        self._settings = settings
        self._database = database
        self._hub = hub
        self._executor = executor
        self._runs: dict[str, Run] = {}
        self._queue: deque[str] = deque()
        self._attended: set[str] = set()  # runs that have a worker
        self._progressed: set[str] = set()
        self._stores: set[asyncio.Task[None]] = set()
        self._lab_view: dict[str, Any] | None = None
        self._ticker: asyncio.Task[None] | None = None
        self._closing = False

    # -- life ------------------------------------------------------------------------------------

    async def open(self) -> None:
        """Read the runs back; what was training when the last server went is marked, what waited waits on."""
        runs, totals = await self._database.read(_load)
        for run in runs:
            self._runs[run.id] = run
            if run.status in (RunStatus.RUNNING, RunStatus.PAUSED):
                run.finished_at = time.time()
                run.move(RunStatus.FAILED, reason=f"the server stopped at iteration {run.iteration:,}")
                await self._store(run)
            elif run.status is RunStatus.QUEUED:
                self._queue.append(run.id)
        for (run_id, stream), rows in totals.items():
            self._hub.set_total(run_id, stream, rows)
        for run in self._runs.values():
            self._hub.publish_run(run.view(with_config=False))
        self._executor.open(Recorder(self, self._database, asyncio.get_running_loop()))
        self._ticker = asyncio.create_task(self._tick())
        self._fill()
        self._publish_lab()

    async def close(self) -> None:
        """End the workers and store how far their runs came."""
        self._closing = True
        if self._ticker is not None:
            self._ticker.cancel()
        await asyncio.to_thread(self._executor.close)
        for run in self._runs.values():
            if run.status in (RunStatus.RUNNING, RunStatus.PAUSED):
                run.finished_at = time.time()
                run.move(RunStatus.FAILED, reason=f"the server stopped at iteration {run.iteration:,}")
                await self._store(run)

    # -- what routes ask -------------------------------------------------------------------------

    @property
    def runs(self) -> list[Run]:
        """All runs, oldest first."""
        return list(self._runs.values())

    @property
    def busy(self) -> int:
        """Places taken: runs that train now, and deleted ones whose worker has not ended yet."""
        attended = [self._runs.get(run_id) for run_id in self._attended]
        return sum(run is None or run.status is RunStatus.RUNNING for run in attended)

    @property
    def queued(self) -> int:
        return len(self._queue)

    def get(self, run_id: str) -> Run:
        """The run, or `NotFound`."""
        try:
            return self._runs[run_id]
        except KeyError:
            raise NotFound(f"there is no run {run_id!r}", field="id") from None

    async def launch(self, configs: list[ExperimentConfig], *, lesson: str | None = None) -> list[Run]:
        """Store and queue one run for each config: all of them, or none."""
        if len(self._queue) + len(configs) > self._settings.max_queued:
            raise QueueFull(
                f"{len(self._queue)} runs are waiting and at most {self._settings.max_queued} may;"
                " try again when some have finished"
            )
        runs = [_new_run(config, lesson) for config in configs]
        numbers = await self._database.write(lambda c: [run_store.insert_run(c, run) for run in runs])
        for run, number in zip(runs, numbers, strict=True):
            run.number = number
            self._runs[run.id] = run
            self._queue.append(run.id)
            self._hub.publish_run(run.view(with_config=False))
        self._fill()
        self._publish_lab()
        return runs

    async def rename(self, run_id: str, name: str) -> Run:
        run = self.get(run_id)
        await self._database.write(lambda c: run_store.update_run(c, run_id, {"name": name}))
        run.name = name
        self._hub.publish_run(run.view(with_config=False))
        return run

    async def pause(self, run_id: str) -> Run:
        """Ask a running run to pause; its status changes when it has."""
        run = self._demand(run_id, RunStatus.RUNNING, doing="paused")
        paused = sum(run.status is RunStatus.PAUSED for run in self._runs.values())
        if paused >= self._settings.max_paused:
            raise Conflict(
                f"{paused} runs are paused already, the most that may be at a time", code="too_many_paused"
            )
        self._executor.send(run_id, {"command": "pause"})
        return run

    async def resume(self, run_id: str) -> Run:
        """Let a paused run go on: at once if there is a place, else as the next in the queue."""
        run = self._demand(run_id, RunStatus.PAUSED, doing="resumed")
        if self.busy < self._settings.workers:
            self._executor.send(run_id, {"command": "resume"})
            await self._move(run, RunStatus.RUNNING)
        else:
            self._queue.appendleft(run_id)
            await self._move(run, RunStatus.QUEUED)
        return run

    async def step(self, run_id: str, iterations: int) -> Run:
        """Let a paused run do some iterations and pause again."""
        run = self._demand(run_id, RunStatus.PAUSED, doing="stepped")
        self._executor.send(run_id, {"command": "step", "iterations": iterations})
        return run

    async def cancel(self, run_id: str) -> Run:
        """End a run; what it has recorded stays."""
        run = self.get(run_id)
        if run.status.finished:
            raise Conflict(f"run {run_id} is {run.status.value}; it cannot be cancelled", field="id")
        self._unqueue(run_id)
        if run_id in self._attended:
            self._executor.send(run_id, {"command": "cancel"})
            if run.status is RunStatus.QUEUED:  # resumed, and waiting for a place
                await self._move(run, RunStatus.CANCELLED)
        else:
            await self._move(run, RunStatus.CANCELLED)
        return run

    async def delete(self, run_id: str) -> None:
        """Forget a run and its rows, ending it first if it trains."""
        self.get(run_id)
        self._unqueue(run_id)
        if run_id in self._attended:
            self._executor.kill(run_id)
        await self._database.write(lambda c: run_store.delete_run(c, run_id))
        if self._runs.pop(run_id, None) is not None:
            self._hub.publish_deleted(run_id)
        self._publish_lab()

    # -- what the recorder tells -----------------------------------------------------------------

    def on_rows(
        self, run_id: str, stream: str, first: int, columns: tuple[str, ...], values: np.ndarray[Any, Any]
    ) -> None:
        """Rows have been committed."""
        run = self._runs.get(run_id)
        if run is None:
            return
        run_store.remember_latest(run, columns, values[:, -1])
        self._progressed.add(run_id)
        self._hub.append(run_id, stream, first, columns, values)

    def on_event(self, run_id: str, event: dict[str, Any]) -> None:
        """The worker said something, and all that it said before is committed."""
        run = self._runs.get(run_id)
        if run is None or run.status.finished:
            return
        match event["event"]:
            case "paused" if run.status is RunStatus.RUNNING:
                self._move(run, RunStatus.PAUSED)
                self._fill()
            case "finished":
                self._unqueue(run_id)
                self._move(run, RunStatus(event["status"]), reason=event["reason"])

    def on_exit(self, run_id: str, reason: str | None) -> None:
        """The worker is gone."""
        self._attended.discard(run_id)
        run = self._runs.get(run_id)
        if run is not None and not run.status.finished and not self._closing:
            self._unqueue(run_id)
            why = reason or "the worker process ended without a result"
            self._move(run, RunStatus.FAILED, reason=why)
        self._fill()

    # -- inside ----------------------------------------------------------------------------------

    def _demand(self, run_id: str, status: RunStatus, *, doing: str) -> Run:
        run = self.get(run_id)
        if run.status is not status:
            raise Conflict(
                f"run {run_id} is {run.status.value}; only a {status.value} run can be {doing}", field="id"
            )
        return run

    def _unqueue(self, run_id: str) -> None:
        if run_id in self._queue:
            self._queue.remove(run_id)

    def _fill(self) -> None:
        """Give free places to the runs that wait, the oldest first."""
        while self._queue and self.busy < self._settings.workers and not self._closing:
            run = self._runs[self._queue.popleft()]
            if run.id in self._attended:  # it was paused and keeps its worker
                self._executor.send(run.id, {"command": "resume"})
            else:
                self._attended.add(run.id)
                run.started_at = time.time()
                self._executor.start(
                    run.id,
                    {
                        "config": run.config,
                        "data_dir": str(self._settings.data_dir),
                        "cache_dir": str(self._settings.cache_dir),
                    },
                )
            self._move(run, RunStatus.RUNNING)
        self._publish_lab()

    def _move(self, run: Run, status: RunStatus, *, reason: str | None = None) -> asyncio.Task[None]:
        """Change a run's status now; the returned task stores it and then tells the viewers."""
        try:
            run.move(status, reason=reason)
        except IllegalTransition as error:
            raise Conflict(str(error), field="id") from None
        if status.finished:
            run.finished_at = time.time()
        task = asyncio.create_task(self._store(run))
        self._stores.add(task)  # the loop holds tasks weakly
        task.add_done_callback(self._stores.discard)
        return task

    async def _store(self, run: Run) -> None:
        changes = {
            "status": run.status.value,
            "reason": run.reason,
            "attempt": run.attempt,
            "started_at": run.started_at,
            "finished_at": run.finished_at,
        }
        await self._database.settle(lambda c: run_store.update_run(c, run.id, changes))
        if run.id in self._runs:
            self._hub.publish_run(run.view(with_config=False))

    def _publish_lab(self) -> None:
        """How busy the lab is, when that has changed."""
        view = {
            "type": "lab",
            "workers": self._settings.workers,
            "busy": self.busy,
            "queued": self.queued,
            "fault": self._database.fault,
        }
        if view != self._lab_view:
            self._lab_view = view
            self._hub.publish("lab", view)

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(PROGRESS_SECONDS)
            progressed, self._progressed = self._progressed, set()
            for run_id in progressed:
                run = self._runs.get(run_id)
                if run is not None and not run.status.finished:
                    self._hub.publish_run(run.view(with_config=False))
            self._publish_lab()


def _new_run(config: ExperimentConfig, lesson: str | None) -> Run:
    document = config.to_dict()
    return Run(
        id=secrets.token_hex(6),
        number=0,  # the store gives it
        name=config.name or "run",
        config=document,
        iterations=config.iterations,
        created_at=time.time(),
        lesson=lesson,
    )


def _load(connection: sqlite3.Connection) -> tuple[list[Run], dict[tuple[str, str], int]]:
    runs = run_store.load_runs(connection)
    totals = {
        (run.id, stream): run_store.count_rows(connection, run.id, stream)
        for run in runs
        for stream in STREAMS
    }
    return runs, totals
