"""A study as it was when the last server ended, from its file and the trials that were stored."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from app.people.allowance import Cost
from app.runs import Run
from app.studies.costs import Costs, costs_of
from app.studies.stored import StoredStudy
from app.studies.study import Status, Study
from engine import ConfigError
from engine.limits import Limits
from engine.reasons import Reason
from engine.studies import Plan, StudyConfig

log = logging.getLogger(__name__)

_NO_COSTS = Costs(0.0, Cost(0, 0, 0, 0.0))


def restored_study(stored: StoredStudy, runs: Mapping[int, Run], limits: Limits) -> Study | None:
    """The study; None: this version cannot read its file. One that goes on, but whose configurations would be others
    now, has failed.

    Args:
        runs: of its trials, by their numbers.
    """
    try:
        config = StudyConfig.from_dict(stored.document, stored=True)
    except ConfigError as error:
        log.warning("study %d cannot be read any more: %s", stored.number, error)
        return None
    status = Status(stored.status)
    recorded = status.finished and config.method["name"] == "tpe"
    try:
        study = _made(stored, config, Plan(config, stored.configurations if recorded else None), limits, runs)
    except (ConfigError, ImportError) as error:
        return _failed(stored, config, str(error), limits, runs)
    if not status.finished and study.plan.stages[: len(stored.configurations)] != stored.configurations:
        return _failed(stored, config, "other configurations would be drawn now", limits, runs)
    return study


def _made(
    stored: StoredStudy, config: StudyConfig, plan: Plan, limits: Limits, runs: Mapping[int, Run]
) -> Study:
    status = Status(stored.status)
    study = Study(
        id=stored.id,
        number=stored.number,
        name=stored.name,
        config=config,
        plan=plan,
        costs=_NO_COSTS if status.finished else costs_of(plan, limits),
        status=status,
        created_at=stored.created_at,
        reason=stored.reason,
        owner=stored.owner,
        shared=stored.shared,
        budget_seconds=config.budget_seconds,
        finished_at=stored.finished_at,
        test=stored.test,
    )
    for trial in stored.trials:
        if trial.number > len(plan.trials):  # of a stage that is not known any more
            continue
        if trial.status is None:
            if trial.number in runs:
                study.begin(trial, runs[trial.number])
        else:
            study.report(trial)
    return study


def _failed(
    stored: StoredStudy, config: StudyConfig, why: str, limits: Limits, runs: Mapping[int, Run]
) -> Study:
    """Without rungs: its table shows the configurations that it had."""
    stored.status = Status.FAILED.value
    study = _made(stored, config, Plan(config, stored.configurations), limits, runs)
    study.reason = Reason("study_failed", f"it cannot go on: {why}", why=why)
    return study
