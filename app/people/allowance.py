"""The allowance: what one student may have the lab do, so that nobody's wishes fill it for the others."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.errors import Conflict, Invalid
from app.people.judging import Terms
from app.settings import Settings
from engine.reasons import Reason

#: Iterations of one step of a student.
MAX_STEP = 100


@dataclass(frozen=True, slots=True)
class Cost:
    """What an experiment costs; `seconds` by the measured speed of this machine."""

    iterations: int
    parameters: int
    memory_bytes: int
    seconds: float


class Allowance:
    """The teacher has none, nor has anybody in a lab without a class.

    Attributes:
        terms: those of the challenge that is open in the class; None: there is none.
    """

    def __init__(self, settings: Settings, is_student: Callable[[str | None], bool]) -> None:
        self._settings = settings
        self._is_student = is_student
        self.terms: Terms | None = None

    def at_once(self, owner: str | None) -> float:
        """How many trainings of an owner may run at the same time."""
        return self._settings.max_running_per_person if self._is_student(owner) else math.inf

    def set_terms(self, terms: Terms | None) -> None:
        """Those of the challenge that is open in the class now; None: there is none."""
        self.terms = terms

    def demand_terms(self, person_id: str | None, configs: Sequence[Mapping[str, Any]]) -> None:
        """Refuse what a student would train on the data of the open challenge with test images, or with other
        validation images.

        Raises:
            OffTerms: names the field of the first.
        """
        if self.terms is not None and self._is_student(person_id):
            for place, config in enumerate(configs):
                self.terms.demand(config, within=f"experiments.{place}." if len(configs) > 1 else "")

    def demand_queued(self, owner: str | None, queued: int, more: int) -> None:
        """Refuse trainings beyond those that an owner may let wait.

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
        """Refuse runs beyond those that an owner may have, also of what is trained already.

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
        """Refuse a longer step than a student may do: a step takes no turn.

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
        """Refuse one more paused run than an owner may have; each may hold a process.

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
        """Refuse experiments of which one costs more than a run of a student may; None: one that costs nothing, as it
        is trained already.

        Raises:
            Invalid: names the field of the first, the bound and the value.
        """
        if not self._is_student(owner):
            return
        settings = self._settings
        for place, cost in enumerate(costs):
            if cost is None:
                continue
            within = f"experiments.{place}." if len(costs) > 1 else ""
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


#: What each code counts, and by what it is divided where people read it.
_UNITS = {
    "own_iterations": ("iterations", 1),
    "own_parameters": ("parameters", 1),
    "own_memory": ("MB of memory", 1e6),
    "own_seconds": ("seconds on this machine", 1),
}


def _refuse(code: str, field: str, value: float, most: float) -> None:
    words, unit = _UNITS[code]
    needs, allowed = math.ceil(value / unit), math.floor(most / unit)
    text = f"{field}: this experiment needs {needs:,} {words}; a student's run may have {allowed:,}"
    reason = Reason(code, text, value=needs, most=allowed)
    raise Invalid(
        reason, code="too_large", field=field, bounds={"maximum": int(most), "value": math.ceil(value)}
    )
