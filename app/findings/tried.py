"""What has been tried: pairs of trainings of this lab. One had a fault, and the other is the same experiment with a
remedy against it.

A pair is found by its experiments, which differ by exactly the remedy's changes. So nothing has to be noted when a
remedy is tried, and what a lesson compares counts as well.
"""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from app.findings.identity import Identity, identity_of, offer
from app.findings.looking import Looking
from app.jobs.register import Register
from app.trainings import Status, Training
from app.work import in_thread
from engine.findings import RULES, Case, histories

#: The newest ended trainings that are compared.
MAX_TRAININGS = 1000
#: One request compares at most this many; the next request continues.
AT_ONCE = 30
#: Accuracies of these are compared: of the first part that both trainings have.
PARTS: tuple[Literal["validation", "test"], ...] = ("validation", "test")
#: An accuracy is higher if the difference is above this many of its standard errors.
ERRORS = 2.0

#: A finding's code, a remedy's, and whether it is a launch or a fork.
Against = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a training ended.

    Attributes:
        faults: the findings that held at its end.
        accuracies: of its validation and its test images, as far as it has them and was evaluated: the part → the
            accuracy, and how many images these are.
        chance: the accuracy of guessing.
        offers: the remedies against each fault that it had at any time → the identity of a training that tries it.
    """

    faults: frozenset[str]
    accuracies: Mapping[str, tuple[float, int]]
    chance: float
    offers: Mapping[Against, Identity]


@dataclass(frozen=True, slots=True)
class Counts:
    """How often remedies were tried, and how often they helped."""

    tried: Counter[Against]
    helped: Counter[Against]
    compared: int
    ended: int


class Tried:
    """The ended trainings of the lab, as far as they have been looked at. Lives in the event loop."""

    def __init__(self, register: Register, looking: Looking) -> None:
        self._register = register
        self._looking = looking
        self._outcomes: dict[str, Outcome] = {}  # training → how it ended
        self._identities: dict[str, Identity] = {}  # training → what it computes
        self._working = asyncio.Lock()
        self._counts: Counts | None = None
        self._counted = 0  # which trainings the counts are of

    async def counts(self) -> Counts:
        """Of all pairs of trainings that have been looked at; some more are looked at first."""
        ended = self._ended()
        if not self._working.locked():  # others need not wait for what is being looked at already
            async with self._working:
                waiting = [training for training in ended if training.id not in self._outcomes]
                await self._look_at(waiting[:AT_ONCE])
        compared = [training for training in ended if training.id in self._outcomes]
        counted = hash(tuple(training.id for training in compared))
        if self._counts is None or counted != self._counted:
            self._counted, self._counts = counted, self._count(compared)
            known_ids = {training.id for training in self._register.trainings}
            for remembered in (self._outcomes, self._identities):
                for gone in remembered.keys() - known_ids:
                    del remembered[gone]
        return replace(self._counts, compared=len(compared), ended=len(ended))

    def _count(self, trainings: list[Training]) -> Counts:
        outcomes = {self._identity(training): self._outcomes[training.id] for training in trainings}
        tried, helped = Counter[Against](), Counter[Against]()
        for outcome in outcomes.values():
            for against, identity in outcome.offers.items():
                if identity in outcomes:
                    tried[against] += 1
                    helped[against] += has_helped(against[0], outcome, outcomes[identity])
        return Counts(tried, helped, 0, 0)

    def by_identity(self) -> dict[Identity, list[Training]]:
        """All trainings of the lab, also those that have not ended, by what they compute."""
        trainings: dict[Identity, list[Training]] = {}
        for training in self._register.trainings:
            trainings.setdefault(self._identity(training), []).append(training)
        return trainings

    async def helped(
        self, training: Training, code: str, others: Sequence[Training]
    ) -> list[tuple[Training, bool | None]]:
        """Of trainings that try a remedy for this one, whether it helped; None until both have ended."""
        if not others:
            return []
        compared = [candidate for candidate in (training, *others) if has_ended(candidate)]
        await self._look_at(candidate for candidate in compared if candidate.id not in self._outcomes)
        before = self._outcomes.get(training.id)
        outcomes = [self._outcomes.get(other.id) for other in others]
        return [
            (one, has_helped(code, before, after) if before and after else None)
            for one, after in zip(others, outcomes, strict=True)
        ]

    def _ended(self) -> list[Training]:
        """Those that can be compared, newest first."""
        return [training for training in reversed(self._register.trainings) if has_ended(training)][
            :MAX_TRAININGS
        ]

    async def _look_at(self, trainings: Iterable[Training]) -> None:
        for training in trainings:
            totals = self._looking.totals(training)
            self._outcomes[training.id] = await in_thread(self._outcome, training, totals)

    def _outcome(self, training: Training, totals: Mapping[str, int]) -> Outcome:
        """It reads the store."""
        return outcome_of(training, self._looking.case(training, training.iteration, totals))

    def _identity(self, training: Training) -> Identity:
        if training.annotations:  # more may come
            return identity_of(training)
        if training.id not in self._identities:
            self._identities[training.id] = identity_of(training)
        return self._identities[training.id]


def has_ended(training: Training) -> bool:
    """Whether a training has come to an end of its own, so that it can be compared with others."""
    return training.status in (Status.COMPLETED, Status.DIVERGED)


def outcome_of(training: Training, case: Case) -> Outcome:
    """How a training ended, with what would have been offered for it."""
    by_code = histories(case)
    offers: dict[Against, Identity] = {}
    for code, history in by_code.items():
        if not history.held_once:
            continue
        for make in RULES[code].remedies:
            remedy = make(case, 0, 0)
            if remedy is not None:
                against = code, remedy.code, str(remedy.kind)
                offers[against] = offer(training, training.iteration, case.config, remedy).identity
    evaluation = case.rows.evaluation
    accuracies: dict[str, tuple[float, int]] = {}
    for part in PARTS:
        measured = evaluation.get(f"{part}_accuracy")
        if measured is not None and measured.size and math.isfinite(measured[-1]):
            accuracies[part] = float(measured[-1]), case.images(part)
    return Outcome(
        frozenset(code for code, history in by_code.items() if history.holds),
        accuracies,
        1 / len(case.config.dataset.source.class_names),
        offers,
    )


def has_helped(code: str, before: Outcome, after: Outcome) -> bool:
    """Whether a fault is gone at the end, and the accuracy is higher by more than the spread of two samples. A training
    that was never evaluated guesses."""
    if code in after.faults:
        return False
    for part in PARTS:
        if part in after.accuracies and (part in before.accuracies or not before.accuracies):
            old, images = before.accuracies.get(part, (before.chance, 0))
            new, others = after.accuracies[part]
            variance = new * (1 - new) / others + (old * (1 - old) / images if images else 0.0)
            return new - old > ERRORS * math.sqrt(variance)
    return False
