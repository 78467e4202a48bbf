"""Admission: whether a study can be, and whether a person may begin it."""

from __future__ import annotations

import time
from collections.abc import Collection
from typing import Any

from app.errors import Conflict, Invalid
from app.jobs.register import Register
from app.jobs.scheduler import Scheduler
from app.people.allowance import Cost
from app.people.person import Person
from app.settings import Settings
from app.studies.costs import costs_of
from app.studies.study import Status, Study
from app.trainings import new_id
from app.work import in_thread
from engine.reasons import Reason
from engine.studies import Plan, StudyConfig

#: The most studies of a lab, the most of one student, and the most trials in one study of a student.
MAX_STUDIES, MAX_STUDIES_PER_PERSON, MAX_TRIALS_PER_PERSON = 500, 20, 500


class Admission:
    """Lives in the event loop."""

    def __init__(self, settings: Settings, register: Register, scheduler: Scheduler) -> None:
        self._settings = settings
        self._register = register
        self._scheduler = scheduler

    async def check(self, person: Person, document: dict[str, Any], studies: Collection[Study]) -> Study:
        """The study that a document describes, which has not begun.

        Args:
            studies: the studies that the lab has.

        Raises:
            ConfigError, LabError: it cannot be, or the person may not begin it.
        """
        config = await in_thread(StudyConfig.from_dict, document)
        self.demand_room(person.owner, config, studies)
        plan = await in_thread(Plan, config)
        costs = await in_thread(costs_of, plan, self._settings.limits)
        most, slowness = costs.most, self._scheduler.slowness
        cost = Cost(most.iterations, most.parameters, most.memory_bytes, most.seconds * slowness)
        self._scheduler.allowance.demand_costs(person.owner, [cost])
        first = await in_thread(plan.experiment, plan.trials[0])
        self._scheduler.allowance.demand_terms(person.owner, [first.to_dict()])
        return Study(
            id=new_id(),
            number=0,  # the store gives it
            name=config.name or "study",
            config=config,
            plan=plan,
            costs=costs,
            status=Status.RUNNING,
            created_at=time.time(),
            owner=person.owner,
            budget_seconds=config.budget_seconds,
        )

    def demand_room(self, owner: str | None, config: StudyConfig, studies: Collection[Study]) -> None:
        """Refuse more studies than a lab, or one of its students, may have, or one with more trials than a student may
        have."""
        is_student = self._register.sight.is_student(owner)
        if is_student and config.trials > MAX_TRIALS_PER_PERSON:
            text = f"a student's study may have {MAX_TRIALS_PER_PERSON} trials, not {config.trials}"
            reason = Reason("study_too_many", text, trials=config.trials, most=MAX_TRIALS_PER_PERSON)
            bounds = {"maximum": MAX_TRIALS_PER_PERSON, "value": config.trials}
            raise Invalid(reason, code="too_large", field="seeds", bounds=bounds)
        count, most = sum(study.owner == owner for study in studies), MAX_STUDIES_PER_PERSON
        if not is_student or count < most:
            count, most = len(studies), MAX_STUDIES
        if count >= most:
            text = f"there are {count} studies, and at most {most} may be; one must be deleted first"
            raise Conflict(
                Reason("too_many_studies", text, most=most), code="too_many_studies", bounds={"maximum": most}
            )
