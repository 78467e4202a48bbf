"""The register: all trainings and runs in the server's memory. A change is stored first, and then published to the
viewers."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from app.errors import Conflict, StoreDamaged
from app.live.hub import Hub
from app.live.lanes import RunState
from app.people.classroom import Classroom
from app.people.sight import Sight
from app.remarks import changed
from app.runs import Run, no_run
from app.storage import row_store, run_store, study_store, training_store
from app.storage.database import Database
from app.storage.transaction import Operation
from app.trainings import IllegalTransition, Status, Training
from engine.events import STREAMS
from engine.reasons import Reason, why

log = logging.getLogger(__name__)


class Register:
    """Trainings and runs by id, oldest first. A training is shown by one run or several. Lives in the event loop.

    Attributes:
        sight: who sees a run, and who may change it.
    """

    def __init__(self, database: Database, hub: Hub, classroom: Classroom | None = None) -> None:
        self._database = database
        self._hub = hub
        self._trainings: dict[str, Training] = {}
        self._runs: dict[str, Run] = {}
        self._trials: dict[str, Run] = {}  # of studies, which are in no list
        self.sight = Sight(classroom, self._runs.get)
        self._owned: Counter[str | None] = Counter()  # owner → how many runs they have
        self._shown: dict[str, dict[str, Run]] = {}  # training → its runs
        self._alike: dict[str, dict[str, Training]] = {}  # fingerprint → trainings that have it
        self._due: dict[str, None] = {}  # runs whose states are to be published, in their order
        self._stores: set[asyncio.Task[None]] = set()
        self._storing: Counter[str] = Counter()  # trainings whose status is being stored

    async def open(self) -> None:
        """Read trainings and runs back, and publish them."""
        trainings = {
            training.id: training for training in await self._database.read(training_store.load_trainings)
        }
        await asyncio.to_thread(self._load_latest, list(trainings.values()))
        runs = await self._database.read(lambda c: run_store.load_runs(c, trainings))
        trials = await asyncio.to_thread(self._load_trials, trainings)
        for run in (*runs, *trials):
            self._put(run)
        self._hub.publish_runs(map(self.sight.state, runs))

    def _load_latest(self, trainings: list[Training]) -> None:
        """What the streams say of each; a damaged page costs what lies on it."""
        for training in trainings:
            try:
                totals = self._database.read_now(partial(row_store.load_latest, training=training))
            except StoreDamaged as error:
                training.reason, training.damaged = error.message, True
            else:
                for stream, rows in totals.items():
                    self._hub.set_total(training.id, stream, rows)

    def _load_trials(self, trainings: Mapping[str, Training]) -> list[Run]:
        """Those of all studies; a damaged page, which is logged, costs the trials of the studies that lie on it."""
        trials: list[Run] = []
        with contextlib.suppress(StoreDamaged):
            for study_id in self._database.read_now(study_store.load_ids):
                load = partial(study_store.load_trial_runs, study_id=study_id, trainings=trainings)
                with contextlib.suppress(StoreDamaged):
                    trials += self._database.read_now(load)
        return trials

    def note_damage(self, training_id: str, reason: str) -> None:
        """Some of a training's rows cannot be read; its viewers see why its curve ends. Not stored."""
        training = self.find(training_id)
        if training is not None and training.reason != reason:
            training.reason, training.damaged = reason, True
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

    def runs_of(self, training: Training) -> list[Run]:
        """The runs that show a training, oldest first; also those of studies."""
        return list(self._shown.get(training.id, {}).values())

    def alike(self, fingerprint: str) -> list[Training]:
        """The trainings with a fingerprint, oldest first."""
        return list(self._alike.get(fingerprint, {}).values())

    def get(self, run_id: str) -> Run:
        """The run, or `NotFound`."""
        try:
            return self._runs[run_id]
        except KeyError:
            raise no_run(run_id) from None

    def find_run(self, run_id: str) -> Run | None:
        """The run, unless it is deleted."""
        return self._runs.get(run_id)

    def owners(self) -> set[str | None]:
        """The persons who have launched a run."""
        return set(self._owned)

    def count_of(self, owner: str | None) -> int:
        """How many runs a person has."""
        return self._owned[owner]

    def republish(self, fits: Callable[[Run], bool]) -> None:
        """Send the states of the runs that fit to the viewers."""
        self.publish_runs([run for run in self._runs.values() if fits(run)])

    async def add(
        self,
        runs: list[Run],
        streams: Mapping[str, Mapping[str, row_store.WholeStream]] | None = None,
        *,
        also: Sequence[Operation] = (),
    ) -> None:
        """Store new runs, and their trainings where these are new, all or none; give them their numbers, and publish
        them.

        Args:
            streams: of those that come with their rows: training id → stream → rows.
            also: is stored in the same transaction, after them.
        """
        trainings = {run.training.id: run.training for run in runs}
        new = [training for training in trainings.values() if training.id not in self._trainings]
        numbers = await self._database.write(
            lambda c: run_store.insert_runs(c, runs, new, streams or {}, also)
        )
        for run, number in zip(runs, numbers, strict=True):
            run.number = number
            self._put(run)
        self.publish_runs(runs)
        self.publish_soon(*(training for training in trainings.values() if training.shown_by > 1))

    async def separate(self, run: Run, training: Training) -> None:
        """Give a run that shows its training with others a new one, a copy of it. The rows that viewers have of the run
        are copied."""
        origin = run.training
        totals = {stream: self._hub.recorded(origin.id, stream) for stream in STREAMS}
        self._hub.separate(
            run.id, training.id
        )  # before the first `await`: from now on viewers get no more rows
        try:
            await self._database.write(
                lambda c: run_store.separate_run(c, run.id, origin.id, training, totals)
            )
        except BaseException:
            self._hub.show(run.id, origin.id)
            raise
        self._hub.stored(training.id)
        self._take(run)
        run.training = training
        self._put(run)
        self.publish_runs([run])
        self.publish_soon(origin)

    def annotate(self, training: Training, annotation: dict[str, Any]) -> None:
        """Note what happened at an iteration, as it is stored already, and publish it."""
        self._forget(training)
        training.annotate(annotation)
        self._remember(training)
        self.publish(training)

    def set_fingerprint(self, training: Training, fingerprint: str | None) -> None:
        """A training has this fingerprint, as it is stored already."""
        if fingerprint != training.fingerprint:
            self._forget(training)
            training.fingerprint = fingerprint
            self._remember(training)

    async def add_trials(
        self, trials: list[Run], new: Sequence[Training], *, also: Sequence[Operation] = ()
    ) -> None:
        """Store trainings of a study that are new, all or none. Their runs are not published.

        Args:
            also: is stored in the same transaction, after them.
        """
        await self._database.write(lambda c: training_store.insert_trainings(c, new, also))
        for trial in trials:
            self._put(trial)
        self.publish_soon(*(trial.training for trial in trials if trial.training.shown_by > 1))

    async def remove_trials(self, trials: Sequence[Run], operation: Operation) -> None:
        """Forget runs of studies, and with the last one of a training its rows.

        Args:
            operation: deletes them from the store.
        """
        await self._database.write(operation)
        for trial in trials:
            if self._trials.pop(trial.id, None) is not None:
                self._take(trial)
                self._hub.publish_deleted(trial.id)
                self.publish_soon(trial.training)

    def trials_of(self, study_id: str) -> list[Run]:
        """The runs that a study has, in no order."""
        return [run for run in self._trials.values() if run.study == study_id]

    def _put(self, run: Run) -> None:
        if run.study is not None:
            self._trials[run.id] = run
        else:
            if run.id not in self._runs:
                self._owned[run.owner] += 1
            self._runs[run.id] = run
        self._remember(run.training)
        shown = self._shown.setdefault(run.training.id, {})
        shown[run.id] = run
        run.training.shown_by = len(shown)
        self._hub.show(run.id, run.training.id)

    def _take(self, run: Run) -> None:
        """Remove a run from its training; with its last run the training is removed too."""
        shown = self._shown[run.training.id]
        del shown[run.id]
        run.training.shown_by = len(shown)
        if not shown:
            del self._shown[run.training.id]
            self._forget(run.training)

    def _remember(self, training: Training) -> None:
        self._trainings[training.id] = training
        if training.fingerprint is not None:
            self._alike.setdefault(training.fingerprint, {})[training.id] = training

    def _forget(self, training: Training) -> None:
        del self._trainings[training.id]
        if training.fingerprint is not None:
            alike = self._alike[training.fingerprint]
            del alike[training.id]
            if not alike:
                del self._alike[training.fingerprint]

    async def forget_checkpoints(self, training: Training) -> None:
        """Store that an ended training has no checkpoints any more."""
        await self._database.write_when_possible(
            lambda c: training_store.update_training(c, training.id, {"checkpoints": []})
        )

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
        self.publish_runs([run])
        return run

    async def remove(self, run_id: str) -> None:
        """Forget a run, and with the last one of a training its rows."""
        await self._database.write(lambda c: run_store.delete_run(c, run_id))
        run = self._runs.pop(run_id, None)
        if run is None:
            return
        self._owned -= Counter([run.owner])  # without those who have none
        self._take(run)
        self._hub.publish_deleted(run_id)
        self.publish_soon(run.training)

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
        self._storing[training.id] += 1
        task = asyncio.create_task(self._store(training))
        self._stores.add(task)  # the loop holds tasks weakly
        task.add_done_callback(self._stores.discard)
        return task

    def publish(self, training: Training) -> None:
        """Send the states of all runs that show a training to the viewers, in one message."""
        self.publish_runs(self.runs_of(training))

    def publish_soon(self, *trainings: Training) -> None:
        """Send the states of all runs that show these trainings to the viewers, when their turn comes: a class may show
        one training in many runs."""
        self._due.update((run.id, None) for training in trainings for run in self.runs_of(training))

    def publish_due(self, at_most: int) -> None:
        """Send the states of some of the runs whose turn it is, the first first."""
        ids = list(itertools.islice(self._due, at_most))
        for run_id in ids:
            del self._due[run_id]
        self.publish_settled(run for run_id in ids if (run := self._runs.get(run_id)) is not None)

    def publish_settled(self, runs: Iterable[Run]) -> None:
        """Send the states of runs to the viewers, except of those whose new status is not stored yet: it is published
        then."""
        self.publish_runs(run for run in runs if run.training.id not in self._storing)

    def publish_runs(self, runs: Iterable[Run]) -> None:
        """Send the states of runs to the viewers, in one message; a deleted run has none. Their turn need not come."""
        states: list[RunState] = []
        for run in runs:
            self._due.pop(run.id, None)
            if run.id in self._runs:
                states.append(self.sight.state(run))
        if states:
            self._hub.publish_runs(states)

    async def _store(self, training: Training) -> None:
        changes: dict[str, Any] = {
            "status": training.status.value,
            "reason": training.reason,
            "why": why(training.reason),
            "attempt": training.attempt,
            "started_at": training.started_at,
            "finished_at": training.finished_at,
            "crashes": training.crashes,
            "crashed_at": training.crashed_at,
        }
        if training.status.finished:
            changes["checkpoints"] = training.checkpoints
        try:
            with contextlib.suppress(StoreDamaged):  # logged; viewers see the change even so
                await self._database.write_when_possible(
                    lambda c: training_store.update_training(c, training.id, changes)
                )
        finally:
            self._storing -= Counter([training.id])
        for run in self.runs_of(training):
            log.info(
                "%s %d is %s",
                "run" if run.study is None else f"trial of the study {run.study}",
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


def illegal(run: Run, but: str) -> Conflict:
    """A run's status does not allow a command."""
    status = run.training.status.value
    return Conflict(
        Reason("illegal_transition", f"run {run.id} is {status}; {but}", status=status), field="id"
    )
