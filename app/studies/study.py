"""A study as the server knows it: its plan, the trials that have begun, and how far it has come."""

from __future__ import annotations

import asyncio
import enum
import itertools
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from app.errors import Conflict, NotFound
from app.runs import Run
from app.studies.costs import Costs
from app.studies.run_names import run_name
from app.studies.stored import StoredStudy, StoredTrial
from engine import ExperimentConfig
from engine.reasons import Reason
from engine.studies import Plan, StudyConfig, Trial
from engine.studies.config import Pair
from engine.studies.verdict import best_of


class Status(enum.StrEnum):
    """`MEASURING`: all is trained, and the test examples of the best configuration are being measured."""

    RUNNING = "running"
    PAUSED = "paused"
    MEASURING = "measuring"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    FAILED = "failed"

    @property
    def finished(self) -> bool:
        return self in (Status.COMPLETED, Status.CANCELLED, Status.FAILED)

    @property
    def trains(self) -> bool:
        """Whether more trials may begin, now or after a pause."""
        return self in (Status.RUNNING, Status.PAUSED)


@dataclass(slots=True)
class Study:
    """One study. Times are Unix seconds.

    Attributes:
        plan: knows the trials. A score is reported to it when it is stored, in a thread, as it may draw configurations
            then. All else changes in the event loop.
        reason: why it is in its status, if that is not plain.
        test: the test accuracies of the best configuration; see `StoredStudy`.
        begun: the trials that have begun, by their numbers.
        training: the runs of those that have not ended.
        failures: how many trials failed.
        remembered: how many that have ended were known before.
        stored_stages: how many of the plan's stages are stored.
        order: held by whoever changes it, or reads more of it than its counts.
        retry_at: before this moment of the monotonic clock it feeds nothing: the queue was full.
        is_stuck: whether it met an error after which it could not even be paused: it is left out until it is resumed.
    """

    id: str
    number: int
    name: str
    config: StudyConfig
    plan: Plan
    costs: Costs
    status: Status
    created_at: float
    reason: str | None = None
    owner: str | None = None
    shared: bool = False
    budget_seconds: float | None = None
    finished_at: float | None = None
    test: dict[str, Any] | None = None
    begun: dict[int, StoredTrial] = field(default_factory=dict)
    training: dict[int, Run] = field(default_factory=dict)
    failures: int = 0
    remembered: int = 0
    stored_stages: int = 0
    retry_at: float = 0.0
    is_stuck: bool = False
    order: asyncio.Lock = field(default_factory=asyncio.Lock)
    _next: int = 1
    _spent: float = 0.0
    _ended: Counter[int] = field(default_factory=Counter)  # by rung
    # rung → configuration → pair → the score of a trial that has ended; None: it failed
    _scores: dict[int, dict[int, dict[Pair, float | None]]] = field(default_factory=dict)
    _highest: float = 0.0  # of all scores
    _best: tuple[int, float] | None = None  # computed when it is asked for, unless `_is_best_known`
    _is_best_known: bool = False

    @property
    def document(self) -> dict[str, Any]:
        """The complete study file."""
        return {**self.config.to_dict(), "name": self.name, "budget_seconds": self.budget_seconds}

    @property
    def dataset(self) -> str:
        """The name of the data set that all trials share."""
        name: str = self.config.experiment["dataset"]["name"]
        return name

    def stored(self) -> StoredStudy:
        """As it is stored when it is new."""
        return StoredStudy(
            id=self.id,
            name=self.name,
            document=self.document,
            configurations=list(self.plan.stages),
            status=self.status.value,
            created_at=self.created_at,
            owner=self.owner,
            shared=self.shared,
        )

    # -- its trials ----------------------------------------------------------------------------------

    def waiting(self, count: int) -> list[Trial]:
        """The next trials that have not begun, at most `count`."""
        trials = self.plan.trials
        while self._next <= len(trials) and self._next in self.begun:
            self._next += 1
        rest = itertools.islice(trials, self._next - 1, None)
        return list(itertools.islice((trial for trial in rest if trial.number not in self.begun), count))

    def experiment_of(self, number: int) -> ExperimentConfig:
        """What a trial trains, with a name by which people know it.

        Raises:
            NotFound: there is no such trial.
            Conflict: it has not begun.
        """
        if not 1 <= number <= len(self.plan.trials):
            raise NotFound(f"there is no trial {number} in this study", field="number")
        if number not in self.begun:
            waits = Reason("trial_waits", f"trial {number} has not begun")
            raise Conflict(waits, code="trial_waits", field="number")
        trial = self.plan.trials[number - 1]
        name = run_name(self.plan.configurations[trial.configuration - 1], trial.pair)
        document = {**self.plan.experiment(trial).to_dict(), "name": name}
        return ExperimentConfig.from_dict(document, stored=True)

    def begin(self, trial: StoredTrial, run: Run | None) -> None:
        """A trial has begun; None: there is nothing to train."""
        self.begun[trial.number] = trial
        if run is not None and trial.status is None:
            self.training[trial.number] = run

    def take_back(self, number: int) -> None:
        """A trial has not begun after all."""
        del self.begun[number], self.training[number]
        self._next = min(self._next, number)

    def end(self, trial: StoredTrial) -> None:
        """A trial has ended, as it is stored; its score was reported to the plan."""
        self.training.pop(trial.number, None)
        self.begun[trial.number] = trial
        self._spent += 0.0 if trial.remembered else trial.seconds
        self.failures += trial.score is None
        self.remembered += trial.remembered
        done = self.plan.trials[trial.number - 1]
        self._ended[done.rung] += 1
        self._scores.setdefault(done.rung, {}).setdefault(done.configuration, {})[done.pair] = trial.score
        self._highest = max(self._highest, trial.score or 0.0)
        self._is_best_known = False

    # -- how far it has come -------------------------------------------------------------------------

    @property
    def ended(self) -> int:
        """How many trials have ended."""
        return len(self.begun) - len(self.training)

    @property
    def spent(self) -> float:
        """Seconds of training so far; what was known before costs none."""
        running = (
            run.training.seconds for number, run in self.training.items() if not self.begun[number].remembered
        )
        return self._spent + sum(running)

    @property
    def is_spent(self) -> bool:
        """Whether its budget is used up."""
        return self.budget_seconds is not None and self.spent >= self.budget_seconds

    def left_seconds(self, *, slowness: float, places: int) -> float | None:
        """About how many seconds of the clock it takes from now on; None: it does not go on."""
        if self.status is not Status.RUNNING:
            return None
        work = self.costs.left(self.plan, self._ended) * slowness
        if self.budget_seconds is not None:
            work = min(work, max(0.0, self.budget_seconds - self.spent))
        return work / max(1, places)

    def demand(self, *statuses: Status, doing: str) -> None:
        """Refuse a command that its status does not allow.

        Raises:
            Conflict: with the status.
        """
        if self.status not in statuses:
            text = f"study {self.id} is {self.status.value}; it cannot be {doing}"
            raise Conflict(Reason("study_status", text, status=self.status.value), field="study_id")

    def best(self) -> tuple[int, float] | None:
        """The number and the mean of the best configuration so far, by the rule of the verdict; None: nothing is
        measured. A trial that failed has the worst score (`Plan.worst`), which may change."""
        if not self._is_best_known:
            self._best, self._is_best_known = self._find_best(), True
        return self._best

    def _find_best(self) -> tuple[int, float] | None:
        measured = [
            rung
            for rung, by_configuration in self._scores.items()
            if any(score is not None for by_pair in by_configuration.values() for score in by_pair.values())
        ]
        if not measured:
            return None
        worst = 0.0 if self.config.higher_is_better else self._highest
        by_configuration = sorted(self._scores[max(measured)].items())
        column = {pair: index for index, pair in enumerate(self.config.pairs)}
        scores = np.full((len(by_configuration), len(column)), np.nan)
        for row, (_, by_pair) in zip(scores, by_configuration, strict=True):
            for pair, score in by_pair.items():
                row[column[pair]] = worst if score is None else score
        failed = [list(by_pair.values()).count(None) for _, by_pair in by_configuration]
        best = best_of(scores, higher_is_better=self.config.higher_is_better, failed=failed)
        return None if best is None else (by_configuration[best][0], float(np.nanmean(scores[best])))
