"""The register: all runs in the server's memory. A change is stored first and then published to the viewers."""

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
from app.runs import IllegalTransition, Run, RunStatus
from app.storage import run_store
from app.storage.database import Database
from engine.reasons import Reason, why

log = logging.getLogger(__name__)


class Register:
    """Runs by id, oldest first. Lives in the event loop."""

    def __init__(self, database: Database, hub: Hub) -> None:
        self._database = database
        self._hub = hub
        self._runs: dict[str, Run] = {}
        self._stores: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Read the runs back, and publish them."""
        runs = await self._database.read(run_store.load_runs)
        await asyncio.to_thread(self._load_latest, runs)
        self._runs = {run.id: run for run in runs}
        for run in runs:
            self.publish(run)

    def _load_latest(self, runs: list[Run]) -> None:
        """What the streams say of each; a damaged page costs what lies on it."""
        for run in runs:
            try:
                totals = self._database.read_now(partial(run_store.load_latest, run=run))
            except StoreDamaged as error:
                run.reason = error.message
            else:
                for stream, rows in totals.items():
                    self._hub.set_total(run.id, stream, rows)

    def note_damage(self, run_id: str, reason: str) -> None:
        """Some of a run's rows cannot be read; its viewers see why its curve ends. Not stored."""
        run = self.find(run_id)
        if run is not None and run.reason != reason:
            run.reason = reason
            self.publish(run)

    @property
    def runs(self) -> list[Run]:
        return list(self._runs.values())

    def find(self, run_id: str) -> Run | None:
        return self._runs.get(run_id)

    def get(self, run_id: str) -> Run:
        """The run, or `NotFound`."""
        try:
            return self._runs[run_id]
        except KeyError:
            raise NotFound(f"there is no run {run_id!r}", field="id") from None

    async def add(
        self, runs: list[Run], streams: Mapping[str, Mapping[str, run_store.WholeStream]] | None = None
    ) -> None:
        """Store new runs, all or none, give them their numbers, and publish them.

        Args:
            streams: of those that come with their rows: run id → stream → rows.
        """
        numbers = await self._database.write(lambda c: run_store.insert_runs(c, runs, streams or {}))
        for run, number in zip(runs, numbers, strict=True):
            run.number = number
            self._runs[run.id] = run
            self.publish(run)

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
        self.publish(run)
        return run

    async def remove(self, run_id: str) -> None:
        """Forget a run and its rows."""
        await self._database.write(lambda c: run_store.delete_run(c, run_id))
        if self._runs.pop(run_id, None) is not None:
            self._hub.publish_deleted(run_id)

    def move(self, run: Run, status: RunStatus, *, reason: str | None = None) -> asyncio.Task[None]:
        """Change a run's status now; the returned task stores it and then shows it to the viewers."""
        try:
            run.move(status, reason=reason)
        except IllegalTransition as error:
            values = {"status": run.status.value}
            raise Conflict(Reason("illegal_transition", str(error), **values), field="id") from None
        if status.finished:
            run.finished_at = max(time.time(), run.started_at or 0)  # the clock may have been set back
        task = asyncio.create_task(self._store(run))
        self._stores.add(task)  # the loop holds tasks weakly
        task.add_done_callback(self._stores.discard)
        return task

    def publish(self, run: Run) -> None:
        """Send the state of a run to the viewers, unless the run is deleted."""
        if run.id in self._runs:
            self._hub.publish_run(run.listed())

    async def _store(self, run: Run) -> None:
        changes = {
            "status": run.status.value,
            "reason": run.reason,
            "why": why(run.reason),
            "attempt": run.attempt,
            "started_at": run.started_at,
            "finished_at": run.finished_at,
            "crashes": run.crashes,
            "crashed_at": run.crashed_at,
        }
        with contextlib.suppress(StoreDamaged):  # logged; viewers see it all the same
            await self._database.settle(lambda c: run_store.update_run(c, run.id, changes))
        log.info(
            "run %d is %s",
            run.number,
            changes["status"],
            extra={"run": run.id, "iteration": run.iteration, "attempt": run.attempt, "reason": run.reason},
        )
        self.publish(run)
