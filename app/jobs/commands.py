"""Commands: what users do with runs. A run that shares its training gets one of its own before that changes."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from app.data_sets import DataSets
from app.errors import Conflict, LabError
from app.jobs.checkpoint_files import CheckpointFiles
from app.jobs.executor import Executor
from app.jobs.fork import Wish
from app.jobs.forking import Forking
from app.jobs.launch import Launch, match, prepare
from app.jobs.messages import Cancel, ChangeLive, Pause, Step
from app.jobs.places import Places
from app.jobs.queue import Owner
from app.jobs.register import Register, illegal
from app.jobs.sharing import Sharing
from app.jobs.stepping import Stepping
from app.metrics import Metrics
from app.people.allowance import Allowance
from app.runs import Run
from app.settings import Settings
from app.storage.transaction import Operation
from app.together import Together
from app.trainings import Status, Training
from engine import ExperimentConfig
from engine.live import check_live, dropout_rate
from engine.reasons import Reason
from engine.stretches import Stretch

#: Changes by hand of one training: each stays in its record for ever.
MAX_CHANGES = 1000


#: Called with the runs of a launch; returns the operation that is stored in the same transaction.
StoreWith = Callable[[Sequence[Run]], Operation]


@dataclass(frozen=True, slots=True)
class _LaunchRequest:
    """What is to be launched, all or nothing of it."""

    launches: list[Launch]
    lesson: str | None
    fresh: bool
    owner: Owner
    beside: StoreWith | None


#: The experiments of a launch, and what is trained before them.
_PrepareRequest = tuple[Sequence[ExperimentConfig], Sequence[Stretch]]


class Commands:
    """Lives in the event loop.

    Attributes:
        forking: how a run is forked.
    """

    def __init__(
        self,
        settings: Settings,
        register: Register,
        metrics: Metrics,
        executor: Executor,
        data_sets: DataSets,
        sharing: Sharing,
        places: Places,
        files: CheckpointFiles,
        forking: Forking,
        allowance: Allowance,
        stepping: Stepping,
    ) -> None:
        self._settings = settings
        self._register = register
        self._metrics = metrics
        self._executor = executor
        self._data_sets = data_sets
        self._sharing = sharing
        self._places = places
        self._files = files
        self._allowance = allowance
        self._stepping = stepping
        self.forking = forking
        self._preparing = Together(asyncio.Lock(), self._prepare)
        self._launching = Together(sharing.order, self._launch)

    async def launch(
        self,
        configs: list[ExperimentConfig],
        *,
        stretches: Sequence[Stretch] = (),
        lesson: str | None = None,
        fresh: bool = False,
        owner: str | None = None,
        beside: StoreWith | None = None,
    ) -> list[Run]:
        """Store one run for each config: all of them, or none. Several are a group.

        An experiment that has been trained, trains or waits already is not trained again: its run shows that training.

        Args:
            stretches: what is trained before, with a fork after each.
            fresh: train all of them again.
            owner: the person who launches them, in a class.
            beside: stores what belongs to them, in the same transaction: both are there, or neither.

        Raises:
            ConfigError: one of them costs more than the lab allows.
            LabError: the queue has no places for them, or the person no allowance.
        """
        launches = await self._preparing.ask((configs, stretches))
        return await self._launching.ask(_LaunchRequest(launches, lesson, fresh, owner, beside))

    async def _prepare(self, requests: list[_PrepareRequest]) -> list[list[Launch] | Exception]:
        """Beside the loop: many experiments are many milliseconds of estimates, and data sets are files. In one thread
        for all: each thread takes the interpreter from the loop when it begins and when it ends."""
        return await asyncio.to_thread(prepare, requests, self._settings.limits, self._data_sets)

    async def _launch(self, requests: list[_LaunchRequest]) -> list[list[Run] | Exception]:
        """Store the runs of several launches; each is refused by itself."""
        results: list[list[Run] | Exception] = []
        also: list[Operation] = []
        all_new: list[Training] = []
        own, launched = Counter[Owner](), Counter[Owner]()  # new trainings, and runs, by owner
        for request in requests:
            find = None if request.fresh else self._sharing.find
            runs, new = match(
                request.launches, request.lesson, find=find, owner=request.owner, beside=all_new
            )
            try:
                owned = self._register.count_of(request.owner) + launched[request.owner]
                self._allowance.demand_runs(request.owner, owned, len(runs))
                self._allowance.demand_terms(request.owner, [launch.document for launch in request.launches])
                self._demand_allowance(request, runs, new)
                self._places.demand(request.owner, len(new), beside=len(all_new), own=own[request.owner])
            except LabError as refusal:
                results.append(refusal)
                continue
            results.append(runs)
            if request.beside is not None:
                also.append(request.beside(runs))
            all_new += new
            own[request.owner] += len(new)
            launched[request.owner] += len(runs)
        runs = [run for result in results if isinstance(result, list) for run in result]
        if runs:
            await self._register.add(runs, also=also)
            self._metrics.launched(len(runs), len(all_new))
        self._let_wait(runs)
        self._places.fill()
        return results

    def _let_wait(self, runs: Sequence[Run]) -> None:
        """Let the trainings of new runs wait for a worker, as far as they need one."""
        for training in _trainings_of(runs):
            self._places.let_wait(training)

    def _demand_allowance(self, request: _LaunchRequest, runs: list[Run], new: list[Training]) -> None:
        """Refuse a student's runs that cost more than allowed. Runs of a lesson, and experiments that are trained
        already, are not limited."""
        if request.lesson is None:
            ids = {training.id for training in new}
            costs = [
                self._places.cost(launch.summary, run.training) if run.training.id in ids else None
                for launch, run in zip(request.launches, runs, strict=True)
            ]
            self._allowance.demand_costs(request.owner, costs)

    async def feed(
        self,
        configs: Sequence[ExperimentConfig],
        make_runs: Callable[[Sequence[Launch], Sequence[Training]], list[Run]],
        *,
        owner: str | None,
        beside: Callable[[Sequence[Run], Sequence[Training]], Operation],
    ) -> list[Run]:
        """Store trials of a study and queue them: all of them, or none. What is trained already is not trained again.

        Args:
            make_runs: makes the runs, of launches and their trainings.
            owner: the person whose study it is, in a class.
            beside: stores the trials, given their runs and the trainings that are new, in the same transaction.

        Raises:
            ConfigError: one of them costs more than the lab allows.
            LabError: the queue has no places for them, or the person no allowance.
        """
        launches = await self._preparing.ask((configs, ()))
        async with self._sharing.order:
            shown, new = match(launches, None, find=self._sharing.find, owner=owner)
            self._allowance.demand_terms(owner, [launch.document for launch in launches])
            self._demand_allowance(_LaunchRequest(launches, None, False, owner, None), shown, new)
            self._places.demand(owner, len(new))
            runs = make_runs(launches, [run.training for run in shown])
            await self._register.add_trials(runs, new, also=[beside(runs, new)])
            self._metrics.launched(len(runs), len(new))
            self._let_wait(runs)
        self._places.fill()
        return runs

    async def drop(self, trials: Sequence[Run], operation: Operation) -> None:
        """Forget trials of a study; a training that nothing else shows is ended, and its rows are deleted.

        Args:
            operation: deletes them from the store.
        """
        async with self._sharing.order:
            await self._register.remove_trials(trials, operation)
        for training in _trainings_of(trials):
            self._release(training)
        self._places.fill()

    async def fork(self, run_id: str, wish: Wish, *, fresh: bool = False, owner: str | None = None) -> Run:
        """Store a run that shares its first iterations with another one, and goes on with other settings. What is
        trained already is not trained again.

        Args:
            fresh: train it again.
            owner: the person who forks it, in a class.
        """
        run, is_new = await self.forking.fork(run_id, wish, fresh=fresh, owner=owner)
        self._files.note(run.training)
        self._metrics.launched(1, int(is_new))
        self._places.fill()
        return run

    async def pause(self, run_id: str) -> Run:
        """Ask a running run to pause; its status changes when it has. One that shares its training gets its own."""
        await self._sharing.save(self._demand(run_id, Status.RUNNING, doing="paused").training)
        async with self._sharing.order:
            run = self._demand(run_id, Status.RUNNING, doing="paused")
            if self._stepping.is_asked(run.training):
                raise illegal(run, "it is being paused already")
            if run.training.id in self._sharing.asked_to_end:
                return run  # asked only once: a second report of the worker might come after a resume
            paused = sum(map(self._pauses, self._register.trainings))
            if paused >= self._settings.max_paused:
                message = f"{paused} runs are paused already; no more can be paused at the same time"
                raise Conflict(Reason("too_many_paused", message, paused=paused), code="too_many_paused")
            if run.owner is not None:
                own = (other.training for other in self._register.runs if other.owner == run.owner)
                self._allowance.demand_paused(run.owner, sum(map(self._pauses, own)))
            if run.training.shown_by > 1:
                self._files.note(await self._sharing.separate(run, Status.PAUSED))
            else:
                self._sharing.asked_to_end.add(run.training.id)
                self._executor.send(run.training.id, Pause())
        return run

    def _pauses(self, training: Training) -> bool:
        """Whether a training is paused, or its worker was asked to pause it and has not reported it."""
        is_asked = training.id in self._sharing.asked_to_end and training.id not in self._places.cancelling
        return training.status is Status.PAUSED or (training.status is Status.RUNNING and is_asked)

    async def resume(self, run_id: str, *, by: str | None = None) -> Run:
        """Let a paused run go on: at once if there is a place, else as the next in the queue.

        Args:
            by: the person who asks, in a class.
        """
        run = self._demand(run_id, Status.PAUSED, doing="resumed")
        self._allowance.demand_terms(by, [run.training.config])
        self._register.move(run.training, Status.QUEUED)
        self._places.queue.add_first(run.training.id, self._places.owners(run.training))
        self._places.fill()
        return run

    async def step(self, run_id: str, iterations: int, *, by: str | None = None) -> Run:
        """Let a paused run do some iterations and pause again.

        Args:
            by: the person who asks, in a class.
        """
        self._allowance.demand_steps(by, iterations)
        run = self._demand(run_id, Status.PAUSED, doing="stepped")
        self._allowance.demand_terms(by, [run.training.config])
        if run.training.id in self._places.with_worker:
            self._executor.send(run.training.id, Step(iterations))
        else:
            self._places.start(run.training, paused=True, steps=iterations)
        return run

    async def change_live(self, run_id: str, given: dict[str, Any], *, by: str | None = None) -> Run:
        """Change learning rate, penalties or dropout of a run that is not at its end; it is noted when it is done. One
        that shares its training gets its own.

        Args:
            by: the person who asks, in a class.
        """
        self._demand_changeable(run_id, given)
        self._allowance.demand_terms(by, [self._register.get(run_id).training.config])
        await self._sharing.save(self._register.get(run_id).training)
        async with self._sharing.order:
            run, values = self._demand_changeable(run_id, given)
            training = run.training
            if training.shown_by > 1:
                if self._register.sight.is_held(by):  # it would be a new training
                    raise Conflict("the teacher has put launching on hold", code="held")
                self._places.demand(run.owner, 1)
                origin = training
                training = await self._sharing.separate(run, Status.QUEUED)
                self._files.note(training)
                self._places.queue.add_after(training.id, origin.id, self._places.owners(training))
                self._places.let_wait(origin)
            training.wanted.append(values)
            self._executor.send(training.id, ChangeLive(values))
            self._register.publish(training)
        self._places.fill()
        return run

    async def cancel(self, run_id: str) -> Run:
        """End a run; what it has recorded stays. One that shares its training gets its own."""
        async with self._sharing.order:
            run = self._register.get(run_id)
            training = run.training
            if training.status.finished:
                raise illegal(run, "it cannot be cancelled")
            if training.shown_by > 1:
                self._files.note(await self._sharing.separate(run, Status.CANCELLED))
                self._places.let_wait(training)
                return run
            self._places.queue.remove(training.id)
            if training.id in self._places.with_worker:
                self._sharing.asked_to_end.add(training.id)
                self._places.cancelling.add(training.id)
                self._executor.send(training.id, Cancel())
            if training.id in self._places.with_worker and training.status is not Status.QUEUED:
                return run  # its worker reports the end
            ended = self._register.move(training, Status.CANCELLED)  # it may be resumed, and wait for a place
        await ended  # not while others wait for their turn: a full disk may take long
        if training.id not in self._places.with_worker:
            self._files.clean(training.id)
        return run

    async def delete(self, run_id: str) -> None:
        """Forget a run; with the last run of a training forget its rows, and end it if it runs."""
        async with self._sharing.order:
            training = self._register.get(run_id).training
            await self._register.remove(run_id)
        self._release(training)
        self._places.fill()

    def _release(self, training: Training) -> None:
        """A run of a training is deleted; with the last one, it ends."""
        if training.shown_by:
            self._places.let_wait(training)
            return
        self._places.queue.remove(training.id)
        if training.id in self._places.with_worker:
            self._executor.kill(training.id)
        else:
            self._files.clean(training.id)

    def _demand_changeable(self, run_id: str, given: dict[str, Any]) -> tuple[Run, dict[str, float]]:
        """A run that can be changed by hand, and the checked values."""
        run = self._register.get(run_id)
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
        run = self._register.get(run_id)
        if run.training.status is not status:
            raise illegal(run, f"only a {status.value} run can be {doing}")
        return run


def _trainings_of(runs: Sequence[Run]) -> list[Training]:
    """What the runs show, each once."""
    return list({run.training.id: run.training for run in runs}.values())
