"""Studies: those of this lab, from their beginning to their end. Lives in the event loop.

The table in the store is the truth. A study's plan follows from its file and from the scores of the trials that have
ended; so after a restart it goes on where it was.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from app.data_sets import DataSets
from app.errors import LabError, NotFound, StoreDamaged, StoreUnavailable
from app.jobs.register import Register
from app.jobs.scheduler import Scheduler
from app.live.hub import Hub
from app.people.person import Person
from app.people.refusals import Forbidden
from app.runs import Run
from app.settings import Settings
from app.storage import study_store
from app.storage.database import Database
from app.studies.admission import Admission
from app.studies.figures import TestFigures
from app.studies.progress import Progress, settle
from app.studies.publishing import Publishing
from app.studies.restoring import restored_study
from app.studies.study import Status, Study
from app.trainings import Status as TrainingStatus
from app.trainings import Training
from app.work import in_thread
from engine.reasons import Reason, reason_of

log = logging.getLogger(__name__)

#: How often studies are looked at.
PERIOD_SECONDS = 0.1
#: The accuracy of a training on the test examples at an iteration.
Measure = Callable[[Training, int], Awaitable[float]]


class Studies:
    """
    Attributes:
        publishing: what the pages hear of studies.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        hub: Hub,
        register: Register,
        scheduler: Scheduler,
        data_sets: DataSets,
        measure: Measure,
    ) -> None:
        """`measure`: measures the test examples; raises `LabError` where it cannot."""
        self._settings = settings
        self._database = database
        self._register = register
        self._scheduler = scheduler
        self._studies: dict[str, Study] = {}
        self._admission = Admission(settings, register, scheduler)
        self._progress = Progress(settings, database, register, scheduler, data_sets)
        self._figures = TestFigures(register, scheduler, measure)
        self._measuring: dict[str, asyncio.Task[None]] = {}
        self._awake = asyncio.Event()
        self._beginning = asyncio.Lock()  # one study begins at a time, so that each is counted
        self._task: asyncio.Task[None] | None = None
        self.publishing = Publishing(
            hub, register.sight, lambda: scheduler.places, lambda: scheduler.slowness
        )

    # -- life ----------------------------------------------------------------------------------------

    async def open(self) -> None:
        """Go on with the studies that are there. The register must be open."""
        ids: list[str] = []
        with contextlib.suppress(StoreDamaged):  # it is logged; the lab can do without them
            ids = await self._database.read(study_store.load_ids)
        for study_id in ids:
            runs = {run.number: run for run in self._register.trials_of(study_id)}
            try:
                record = await self._database.read(partial(study_store.load, study_id=study_id))
                study = await in_thread(restored_study, record, runs, self._settings.limits)
                if study is None:
                    await self._forget_waiting(study_id, runs)
                    continue
                # where this cannot be stored now, the next start comes to the same
                with contextlib.suppress(StoreUnavailable, StoreDamaged):
                    await self._store_restored(study, record.status, runs)
            except (
                Exception
            ):  # a study that cannot be read must not keep the lab closed; another start may read it
                log.exception("study %s is left out", study_id)
                continue
            self._add(study)
            if study.status is Status.MEASURING:
                self._begin_measuring(study)
        self._task = asyncio.create_task(self._work())

    async def _forget_waiting(self, study_id: str, runs: Mapping[int, Run]) -> None:
        """Let no trial begin for a study that cannot be read now: no page would show it, and it would fail where the
        study's data set is missing. Those that have begun to train stay. The next start that reads the study trains the
        others."""
        waiting = [
            run
            for run in runs.values()
            if run.training.status is TrainingStatus.QUEUED and not run.training.iteration
        ]
        with contextlib.suppress(StoreUnavailable, StoreDamaged):
            await self._progress.forget(study_id, waiting)

    async def _store_restored(self, study: Study, stored_status: str, runs: Mapping[int, Run]) -> None:
        """Store what has become of a study.

        Trials that no page shows, as the study lacks their configuration, are dropped: another version of the lab that
        can go on with it trains them again. For a study that failed nothing waits in the queue.
        """
        unseen = [
            run
            for number, run in runs.items()
            if number not in study.training and not run.training.status.finished
        ]
        await self._progress.forget(study.id, unseen)
        if study.status.value != stored_status:
            await settle(study, study.status, self._database.write, study.reason)
        if study.status is Status.FAILED:
            await self._progress.drop(study, only_queued=True)

    async def close(self) -> None:
        """The server ends."""
        tasks = [task for task in (self._task, *self._measuring.values()) if task is not None]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def _add(self, study: Study) -> None:
        self._studies[study.id] = study
        self.publishing.now(study)
        self._awake.set()

    # -- who sees what -------------------------------------------------------------------------------

    def seen_by(self, person: Person) -> list[Study]:
        """The studies that a person sees, the newest first."""
        return [study for study in reversed(self._studies.values()) if self._may_see(person, study)]

    def may_change(self, person: Person, study: Study) -> bool:
        """Its owner and the teacher may."""
        return person.is_teacher or (person.owner is not None and person.owner == study.owner)

    def _may_see(self, person: Person, study: Study) -> bool:
        return study.shared or self.may_change(person, study)

    def get(self, person: Person, study_id: str, *, change: bool = False) -> Study:
        """A study, as far as a person may see it, or change it.

        Raises:
            NotFound: there is none; so it is for those who may not see it.
            Forbidden: they see it, but cannot change it.
        """
        study = self._studies.get(study_id)
        if study is None or not self._may_see(person, study):
            raise NotFound(f"there is no study {study_id!r}", field="study_id")
        if change and not self.may_change(person, study):
            raise Forbidden("this study belongs to another person", code="not_yours", field="study_id")
        return study

    @contextlib.asynccontextmanager
    async def _held(self, study: Study) -> AsyncIterator[None]:
        """Hold the lock of a study: until the block ends, only the block changes it.

        Raises:
            NotFound: it was deleted.
        """
        async with study.order:
            if study.id not in self._studies:
                raise NotFound(f"there is no study {study.id!r}", field="study_id")
            yield

    # -- what people do ------------------------------------------------------------------------------

    async def check(self, person: Person, document: dict[str, Any]) -> Study:
        """The study that a document describes, which has not begun.

        Raises:
            ConfigError, LabError: it cannot be, or the person may not begin it.
        """
        return await self._admission.check(person, document, self._studies.values())

    async def begin(self, study: Study) -> None:
        """Store a study that was checked, and let it train.

        Raises:
            Conflict: there are too many since it was checked.
        """
        async with self._beginning:
            self._admission.demand_room(study.owner, study.config, self._studies.values())
            stored = study.stored()
            study.number = await self._database.write(lambda c: study_store.insert(c, stored))
            study.stored_stages = len(stored.configurations)
            self._add(study)

    async def change(self, study: Study, changes: dict[str, Any]) -> None:
        """Change its name, its budget, or whether the class sees it."""
        async with self._held(study):
            if "budget_seconds" in changes:
                study.demand(Status.RUNNING, Status.PAUSED, doing="given another budget")
            was_shared = study.shared
            document = {**study.document, **{key: changes[key] for key in changes if key != "shared"}}
            stored = {key: value for key, value in changes.items() if key != "budget_seconds"}
            await self._database.write(
                lambda c: study_store.update(c, study.id, {**stored, "document": document})
            )
            for name, value in changes.items():
                setattr(study, name, value)
            if was_shared and not study.shared:
                self.publishing.unshared(study)
            else:
                self.publishing.now(study)

    async def pause(self, study: Study) -> None:
        """Begin no more trials; those that train go on to their end."""
        async with self._held(study):
            study.demand(Status.RUNNING, doing="paused")
            await self._pause(study, None)

    async def resume(self, study: Study) -> None:
        """Let a paused study go on."""
        async with self._held(study):
            study.demand(Status.PAUSED, doing="resumed")
            study.retry_at, study.is_stuck = 0.0, False
            await self._settle(study, Status.RUNNING)
            self._awake.set()

    async def cancel(self, study: Study) -> None:
        """End it; the scores that are known stay, and its test set stays closed."""
        async with self._held(study):
            study.demand(Status.RUNNING, Status.PAUSED, Status.MEASURING, doing="cancelled")
            await self._progress.drop(study, only_queued=False)
            await self._progress.collect(study)
            await self._settle(study, Status.CANCELLED)
            await self._stop_measuring(study)

    async def delete(self, study: Study) -> None:
        """Forget it and all that it has trained, except what runs show."""
        async with self._held(study):
            trials = self._register.trials_of(study.id)
            await self._scheduler.commands.drop(trials, partial(study_store.delete, study_id=study.id))
            await self._stop_measuring(study)
            self._studies.pop(study.id, None)
            self.publishing.gone(study)

    async def show(self, person: Person, study: Study, number: int) -> Run:
        """A run in the list that shows what a trial has trained.

        Raises:
            NotFound: there is no such trial.
            Conflict: it has not begun.
        """
        experiment = study.experiment_of(number)
        (run,) = await self._scheduler.commands.launch([experiment], owner=person.owner)
        return run

    # -- work ----------------------------------------------------------------------------------------

    async def _work(self) -> None:
        """Move the studies that are not at their end, as long as there are some."""
        while True:
            active = [
                study
                for study in self._studies.values()
                if (study.training or study.status is Status.RUNNING) and not study.is_stuck
            ]
            if not active:
                self.publishing.publish_due(all_of_them=True)
                self._awake.clear()
                await self._awake.wait()
            again = False
            for study in active:
                if study.order.locked():  # a person changes it: in the next round
                    continue
                try:
                    async with self._held(study):
                        again |= await self._move(study)
                except (NotFound, StoreUnavailable):
                    pass  # if it was deleted, or the disk takes no writes, leave it for the next round
                except Exception:  # the other studies go on
                    log.exception("study %d cannot go on before it is resumed", study.number)
                    study.is_stuck = True
            self.publishing.publish_due()
            await asyncio.sleep(0 if again else PERIOD_SECONDS)

    async def _move(self, study: Study) -> bool:
        """Take what has ended, and let the next trials begin; whether there may be more to do at once."""
        try:
            collected = await self._progress.collect(study)
            fed = False
            if study.status is Status.RUNNING:
                if self._is_over(study):
                    await self._finish(study)
                elif not self._register.sight.is_held(study.owner):
                    fed = await self._progress.feed(study)
        except Exception as error:
            if study.status is not Status.RUNNING:
                raise
            if isinstance(error, LabError):
                log.info("study %d is paused: %s", study.number, error)
            else:
                log.exception("study %d is paused", study.number)
            await self._pause(study, error.message if isinstance(error, LabError) else reason_of(error))
            return False
        if collected or fed or study.training:
            self.publishing.soon(study)
        return collected or (fed and any(run.training.status.finished for run in study.training.values()))

    def _is_over(self, study: Study) -> bool:
        return study.plan.is_complete or (study.is_spent and not study.training)

    async def _finish(self, study: Study) -> None:
        """All is trained: measure the best one on the test examples."""
        reason = None
        if not study.plan.is_complete:
            text = f"its budget of {study.budget_seconds:g} s is spent"
            reason = Reason("study_budget", text, seconds=study.budget_seconds)
        await self._settle(study, Status.MEASURING, reason)
        self._begin_measuring(study)

    def _begin_measuring(self, study: Study) -> None:
        self._measuring[study.id] = asyncio.create_task(self._measure(study))

    async def _measure(self, study: Study) -> None:
        figures = None
        try:
            figures = await self._figures.of_best(study)
        except Exception:  # it ends without test figures
            log.exception("study %d could not be measured", study.number)
        async with study.order:
            await self._database.write_when_possible(
                lambda c: study_store.update(c, study.id, {"test": figures})
            )
            study.test = figures
            await self._settle(study, Status.COMPLETED, study.reason)
            del self._measuring[study.id]

    async def _stop_measuring(self, study: Study) -> None:
        task = self._measuring.pop(study.id, None)
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    async def _pause(self, study: Study, reason: str | None) -> None:
        await self._settle(study, Status.PAUSED, reason)
        await self._progress.drop(study, only_queued=True)
        self.publishing.now(study)

    async def _settle(self, study: Study, status: Status, reason: str | None = None) -> None:
        await settle(study, status, self._database.write_when_possible, reason)
        self.publishing.now(study)
