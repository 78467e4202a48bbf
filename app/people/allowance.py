"""Bounds on what one student may have the lab do, so that it has room for the other students."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.errors import Conflict, Invalid
from app.people.judging import Terms
from app.settings import Settings
from engine.reasons import Reason

#: The most iterations that a student may step a paused run at once.
MAX_STEP = 100


@dataclass(frozen=True, slots=True)
class Cost:
    """What an experiment costs. `seconds` is an estimate from the measured speed of this machine."""

    iterations: int
    parameters: int
    memory_bytes: int
    seconds: float


class Allowance:
    """The bounds for each student. Nothing is refused to the teacher, or in a lab without a class.

    An `owner` or `person_id` is the id of a person; None in a lab without a class.

    Attributes:
        terms: the terms of the challenge that is open in the class; None if no challenge is open.
    """

    def __init__(self, settings: Settings, is_student: Callable[[str | None], bool]) -> None:
        self._settings = settings
        self._is_student = is_student
        self.terms: Terms | None = None

    def max_running(self, owner: str | None) -> float:
        """How many trainings of an owner may run at the same time; infinity if there is no bound."""
        return self._settings.max_running_per_person if self._is_student(owner) else math.inf

    def set_terms(self, terms: Terms | None) -> None:
        """Set the terms of the challenge that is open in the class now; None if no challenge is open."""
        self.terms = terms

    def demand_terms(self, person_id: str | None, configs: Sequence[Mapping[str, Any]]) -> None:
        """Refuse experiments of a student that break the terms of the open challenge: those on its data set that have
        test images, or other validation images than the challenge.

        Raises:
            OffTerms: names the field of the first one.
        """
        if self.terms is not None and self._is_student(person_id):
            for index, config in enumerate(configs):
                self.terms.demand(config, within=f"experiments.{index}." if len(configs) > 1 else "")

    def demand_queued(self, owner: str | None, queued: int, more: int) -> None:
        """Refuse more trainings than a student may have in the queue.

        Args:
            queued: how many wait already.
            more: how many would be added.

        Raises:
            Conflict: with how many wait, and the bound.
        """
        most = self._settings.max_queued_per_person
        if self._is_student(owner) and more and queued + more > most:
            text = f"{queued} of your runs wait, and {queued + more} would; at most {most} may"
            raise Conflict(
                Reason("own_queue_full", text, queued=queued, value=queued + more, most=most),
                code="own_queue_full",
                bounds={"maximum": most, "value": queued + more},
            )

    def demand_runs(self, owner: str | None, owned: int, more: int) -> None:
        """Refuse more runs than a student may have. Runs that show a finished training count as well.

        Args:
            owned: how many runs the owner has already.
            more: how many would be added.

        Raises:
            Conflict: with how many there are, and the bound.
        """
        most = self._settings.max_runs_per_person
        if self._is_student(owner) and owned + more > most:
            text = f"you have {owned} runs, and would have {owned + more}; at most {most} may be yours"
            raise Conflict(
                Reason("own_runs", text, owned=owned, value=owned + more, most=most),
                code="own_runs",
                bounds={"maximum": most, "value": owned + more},
            )

    def demand_steps(self, person_id: str | None, iterations: int) -> None:
        """Refuse a longer step than a student may make: a step does not wait in the queue, so it would delay others.

        Raises:
            Invalid: names the field, the bound and the value.
        """
        if self._is_student(person_id) and iterations > MAX_STEP:
            raise Invalid(
                f"iterations must be from 1 to {MAX_STEP} for a student, not {iterations}",
                code="range",
                field="iterations",
                bounds={"minimum": 1, "maximum": MAX_STEP, "value": iterations},
            )

    def demand_paused(self, owner: str | None, paused: int) -> None:
        """Refuse to pause one more run if a student has as many paused runs as allowed: each may hold a process.

        Args:
            paused: how many of the owner's runs are paused already.

        Raises:
            Conflict: with the bound.
        """
        most = self._settings.max_paused_per_person
        if self._is_student(owner) and paused >= most:
            text = f"{paused} of your runs are paused; no more may be at the same time"
            raise Conflict(
                Reason("own_paused", text, paused=paused), code="own_paused", bounds={"maximum": most}
            )

    def demand_costs(self, owner: str | None, costs: Sequence[Cost | None]) -> None:
        """Refuse all experiments if one of them costs more than a student's run may.

        Args:
            costs: of each experiment, in order; None for one that is trained already and so costs nothing.

        Raises:
            Invalid: names the field of the first one that costs too much, the bound and the value.
        """
        if not self._is_student(owner):
            return
        settings = self._settings
        for index, cost in enumerate(costs):
            if cost is None:
                continue
            within = f"experiments.{index}." if len(costs) > 1 else ""
            checks = (
                (
                    "own_iterations",
                    "training.iterations",
                    cost.iterations,
                    settings.max_iterations_per_person,
                ),
                ("own_parameters", "network", cost.parameters, settings.max_parameters_per_person),
                ("own_memory", "network", cost.memory_bytes, settings.max_memory_bytes_per_person),
                ("own_seconds", "training.iterations", cost.seconds, settings.max_seconds_per_person),
            )
            for code, field, value, most in checks:
                if value > most:
                    _refuse(code, within + field, value, most)


#: Code → the unit of its values in messages, and how many of the checked quantity make one such unit.
_UNITS = {
    "own_iterations": ("iterations", 1),
    "own_parameters": ("parameters", 1),
    "own_memory": ("MB of memory", 1e6),
    "own_seconds": ("seconds on this machine", 1),
}


def _refuse(code: str, field: str, value: float, most: float) -> None:
    unit, size = _UNITS[code]
    needs, allowed = math.ceil(value / size), math.floor(most / size)
    text = f"{field}: this experiment needs {needs:,} {unit}; a student's run may have {allowed:,}"
    reason = Reason(code, text, value=needs, most=allowed)
    raise Invalid(
        reason, code="too_large", field=field, bounds={"maximum": int(most), "value": math.ceil(value)}
    )
