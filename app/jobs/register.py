"""The register: all trainings and runs in the server's memory. A change is stored first, and then published to the
viewers."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from app.errors import Conflict, NotFound, StoreDamaged
from app.live.hub import Hub
from app.remarks import changed
from app.runs import Run
from app.storage import run_store, training_store
from app.storage.database import Database
from app.trainings import IllegalTransition, Status, Training
from engine.reasons import Reason, why

log = logging.getLogger(__name__)


class Register:
    """Trainings and runs by id, oldest first. A training is shown by one run or several. Lives in the event loop."""

    def __init__(self, database: Database, hub: Hub) -> None:
        self._database = database
        self._hub = hub
        self._trainings: dict[str, Training] = {}
        self._runs: dict[str, Run] = {}
        self._shown: dict[str, dict[str, Run]] = {}  # training → its runs
        self._stores: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Read trainings and runs back, and publish them."""
        trainings = {
            training.id: training for training in await self._database.read(training_store.load_trainings)
        }
        await asyncio.to_thread(self._load_latest, list(trainings.values()))
        for run in await self._database.read(lambda c: run_store.load_runs(c, trainings)):
            self._put(run)
            self.publish_run(run)

    def _load_latest(self, trainings: list[Training]) -> None:
        """What the streams say of each; a damaged page costs what lies on it."""
        for training in trainings:
            try:
                totals = self._database.read_now(partial(training_store.load_latest, training=training))
            except StoreDamaged as error:
                training.reason = error.message
            else:
                for stream, rows in totals.items():
                    self._hub.set_total(training.id, stream, rows)

    def note_damage(self, training_id: str, reason: str) -> None:
        """Some of a training's rows cannot be read; its viewers see why its curve ends. Not stored."""
        training = self.find(training_id)
        if training is not None and training.reason != reason:
            training.reason = reason
            self.publish(training)

    @property
    def runs(self) -> list[Run]:
        return list(self._runs.values())

    @property
    def trainings(self) -> list[Training]:
        return list(self._trainings.values())

    def find(self, training_id: str) -> Training | None:
        """The training, unless its last run is deleted."""
        return self._trainings.get(training_id)

    def get(self, run_id: str) -> Run:
        """The run, or `NotFound`."""
        try:
            return self._runs[run_id]
        except KeyError:
            raise NotFound(f"there is no run {run_id!r}", field="id") from None

    async def add(
        self, runs: list[Run], streams: Mapping[str, Mapping[str, training_store.WholeStream]] | None = None
    ) -> None:
        """Store new runs and their trainings, all or none, give them their numbers, and publish them.

        Args:
            streams: of those that come with their rows: training id → stream → rows.
        """
        numbers = await self._database.write(lambda c: run_store.insert_runs(c, runs, streams or {}))
        for run, number in zip(runs, numbers, strict=True):
            run.number = number
            self._put(run)
            self.publish_run(run)

    def _put(self, run: Run) -> None:
        self._runs[run.id] = run
        self._trainings[run.training.id] = run.training
        self._shown.setdefault(run.training.id, {})[run.id] = run
        self._hub.show(run.id, run.training.id)

    async def change(
        self,
        run_id: str,
        changes: dict[str, Any],
        *,
        was: Mapping[str, Any] | None = None,
        add_tags: Sequence[str] = (),
        remove_tags: Sequence[str] = (),
    ) -> Run:
        """Store and publish a change of a run's name, tags, notes and so on; see `app.remarks`.

        The check runs in the writer thread, one change after the other: of two changes that were made from the same
        text, the second is refused.
        """
        run = self.get(run_id)

        def change(current: Mapping[str, Any]) -> dict[str, Any]:
            return changed(current, changes, was=was or {}, add_tags=add_tags, remove_tags=remove_tags)

        stored = await self._database.write(lambda c: run_store.change_remarks(c, run_id, change))
        for name, value in stored.items():
            setattr(run, name, value)
        self.publish_run(run)
        return run

    async def remove(self, run_id: str) -> None:
        """Forget a run, and with the last one of a training its rows."""
        await self._database.write(lambda c: run_store.delete_run(c, run_id))
        run = self._runs.pop(run_id, None)
        if run is None:
            return
        shown = self._shown[run.training.id]
        del shown[run_id]
        if not shown:
            del self._shown[run.training.id], self._trainings[run.training.id]
        self._hub.publish_deleted(run_id)

    def move(self, training: Training, status: Status, *, reason: str | None = None) -> asyncio.Task[None]:
        """Change a training's status now; the returned task stores it and then shows it to the viewers."""
        try:
            training.move(status, reason=reason)
        except IllegalTransition as error:
            values = {"status": training.status.value}
            raise Conflict(Reason("illegal_transition", str(error), **values), field="id") from None
        if status.finished:
            started_at = training.started_at or 0
            training.finished_at = max(time.time(), started_at)  # the clock may have been set back
        task = asyncio.create_task(self._store(training))
        self._stores.add(task)  # the loop holds tasks weakly
        task.add_done_callback(self._stores.discard)
        return task

    def publish(self, training: Training) -> None:
        """Send the state of a training's runs to the viewers."""
        for run in self._shown.get(training.id, {}).values():
            self.publish_run(run)

    def publish_run(self, run: Run) -> None:
        """Send the state of a run to the viewers, unless the run is deleted."""
        if run.id in self._runs:
            self._hub.publish_run(run.listed())

    async def _store(self, training: Training) -> None:
        changes = {
            "status": training.status.value,
            "reason": training.reason,
            "why": why(training.reason),
            "attempt": training.attempt,
            "started_at": training.started_at,
            "finished_at": training.finished_at,
            "crashes": training.crashes,
            "crashed_at": training.crashed_at,
        }
        with contextlib.suppress(StoreDamaged):  # logged; viewers see it all the same
            await self._database.settle(lambda c: training_store.update_training(c, training.id, changes))
        for run in self._shown.get(training.id, {}).values():
            log.info(
                "run %d is %s",
                run.number,
                changes["status"],
                extra={
                    "run": run.id,
                    "training": training.id,
                    "iteration": training.iteration,
                    "attempt": training.attempt,
                    "reason": training.reason,
                },
            )
        self.publish(training)
