"""The progress of a study: takes the scores of trials that have ended, and feeds the queue with the next ones.

Only a few trials of a study stand in the queue at a time: enough that no worker waits, and so few that other people's
runs have their turns, and that ten thousand trials fill no queue.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from app.data_sets import DataSets
from app.errors import LabError, QueueFull, StoreUnavailable
from app.jobs.launch import Launch
from app.jobs.register import Register
from app.jobs.scheduler import Scheduler
from app.runs import Run
from app.settings import Settings
from app.storage import study_store
from app.storage.database import Database
from app.storage.transaction import Operation
from app.studies.stored import StoredTrial
from app.studies.study import Status, Study
from app.trainings import Status as TrainingStatus
from app.trainings import Training
from app.work import in_thread
from engine import ConfigError, ExperimentConfig
from engine.limits import Limits
from engine.studies import Plan, Trial
from engine.summary import summarize

log = logging.getLogger(__name__)

#: Two trials of a study for each place, and this many more, may be in the queue or train.
MAX_AHEAD = 8
#: The time until the next try after the queue or the disk was full.
RETRY_SECONDS = 1.0
#: Codes of refusals that pass with time; the trial is tried again. Any other refusal pauses the study.
_TRANSIENT_CODES = ("own_queue_full",)

Store = Callable[[Operation], Awaitable[object]]


class Progress:
    """Lives in the event loop; one study is moved by one caller at a time."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        register: Register,
        scheduler: Scheduler,
        data_sets: DataSets,
    ) -> None:
        self._settings = settings
        self._database = database
        self._register = register
        self._scheduler = scheduler
        self._data_sets = data_sets

    async def collect(self, study: Study) -> bool:
        """Take the trials that have ended since the last call; whether there were any."""
        ended = [
            _ended(study, number, run)
            for number, run in study.training.items()
            if run.training.status.finished
        ]
        if not ended:
            return False
        await self._database.write_when_possible(lambda c: study_store.put_trials(c, study.id, ended))
        await self._report(study, ended)
        return True

    async def feed(self, study: Study) -> bool:
        """Queue the next trials, if there is room. Returns whether it tried, also if the queue was full.

        Raises:
            LabError: a trial is refused, now and later.
        """
        room = MAX_AHEAD + 2 * self._scheduler.places - len(study.training)
        trials = study.waiting(max(0, min(room, self._left_of_person(study))))
        if not trials or study.is_spent or time.monotonic() < study.retry_at:
            return False
        configs, impossible = await in_thread(_experiments, study, trials, self._settings.limits)
        if impossible:
            await self._database.write_when_possible(
                lambda c: study_store.put_trials(c, study.id, impossible)
            )
            await self._report(study, impossible)
        if configs:
            try:
                await self._launch(study, configs)
            except (QueueFull, StoreUnavailable):
                study.retry_at = time.monotonic() + RETRY_SECONDS
            except LabError as refusal:
                if refusal.code not in _TRANSIENT_CODES:
                    raise
                study.retry_at = time.monotonic() + RETRY_SECONDS
        return True

    async def drop(self, study: Study, *, only_queued: bool) -> None:
        """Take trials back that have not ended; those that train are ended."""
        dropped = {
            number: run
            for number, run in study.training.items()
            if not run.training.status.finished
            and not (only_queued and run.training.status is not TrainingStatus.QUEUED)
        }
        await self.forget(study.id, list(dropped.values()))
        for number in dropped:
            study.take_back(number)

    async def forget(self, study_id: str, trials: Sequence[Run]) -> None:
        """Take trials of a study out of the store and the queue."""
        if trials:
            numbers = [run.number for run in trials]
            operation = partial(study_store.delete_trials, study_id=study_id, numbers=numbers)
            await self._scheduler.commands.drop(trials, operation)

    def _left_of_person(self, study: Study) -> int:
        """A student's studies together leave half of the student's places in the queue for other runs."""
        if not self._register.sight.is_student(study.owner):
            return MAX_AHEAD + 2 * self._scheduler.places
        return max(1, self._settings.max_queued_per_person // 2) - self._scheduler.waits_for(study.owner)

    async def _launch(self, study: Study, configs: dict[int, ExperimentConfig]) -> None:
        numbers = list(configs)
        self._data_sets.demand(study.dataset)
        begun: list[StoredTrial] = []

        def wanted(launches: Sequence[Launch], trainings: Sequence[Training]) -> list[Run]:
            return [
                Run(
                    id=study_store.trial_run_id(study.id, number),
                    number=number,
                    name=study.name,
                    training=training,
                    launched_at=time.time(),
                    owner=study.owner,
                    study=study.id,
                )
                for number, training in zip(numbers, trainings, strict=True)
            ]

        def beside(runs: Sequence[Run], new: Sequence[Training]) -> Operation:
            ids = {training.id for training in new}
            begun[:] = [
                StoredTrial(run.number, run.training.id, remembered=run.training.id not in ids)
                for run in runs
            ]
            return partial(study_store.put_trials, study_id=study.id, trials=list(begun))

        runs = await self._scheduler.commands.feed(
            list(configs.values()), wanted, owner=study.owner, beside=beside
        )
        for trial, run in zip(begun, runs, strict=True):
            study.begin(trial, run)

    async def _report(self, study: Study, ended: Sequence[StoredTrial]) -> None:
        """What is drawn from the scores is stored, so that a restart can see whether it draws the same. If the server
        ended in between, the next start draws it again, and it is stored after the next scores."""
        await in_thread(_report, study.plan, ended)
        for trial in ended:
            study.end(trial)
        stages = list(study.plan.stages)
        if len(stages) > study.stored_stages:
            changes = {"configurations": stages}
            await self._database.write_when_possible(lambda c: study_store.update(c, study.id, changes))
            study.stored_stages = len(stages)


def _report(plan: Plan, ended: Sequence[StoredTrial]) -> None:
    for trial in ended:
        plan.report(trial.number, trial.score)


def _experiments(
    study: Study, trials: Sequence[Trial], limits: Limits
) -> tuple[dict[int, ExperimentConfig], list[StoredTrial]]:
    """What the trials train, by their numbers, and the trials that cannot be trained."""
    configs: dict[int, ExperimentConfig] = {}
    impossible: list[StoredTrial] = []
    for trial in trials:
        try:
            config = study.plan.experiment(trial)
            limits.check(summarize(config))
            configs[trial.number] = config
        except ConfigError as error:
            status = TrainingStatus.FAILED.value
            impossible.append(StoredTrial(trial.number, None, False, status, reason=error.message))
    return configs, impossible


def _ended(study: Study, number: int, run: Run) -> StoredTrial:
    """A trial whose training has ended."""
    training, begun = run.training, study.begun[number]
    score = training.latest.get(study.config.metric)
    if training.status is not TrainingStatus.COMPLETED or (score is not None and not math.isfinite(score)):
        score = None
    return StoredTrial(
        number=number,
        training_id=training.id,
        remembered=begun.remembered,
        status=training.status.value,
        score=score,
        seconds=training.seconds,
        iteration=training.iteration,
        reason=None if score is not None else training.reason,
    )


async def settle(study: Study, status: Status, store: Store, reason: str | None = None) -> None:
    """Store a study's new status, and then let it have it.

    Args:
        store: runs an operation in the database: `Database.write_when_possible`, or `Database.write`.
    """
    finished_at = time.time() if status.finished else None
    changes = {"status": status.value, "reason": reason, "finished_at": finished_at}
    await store(lambda c: study_store.update(c, study.id, changes))
    study.status, study.reason, study.finished_at = status, reason, finished_at
