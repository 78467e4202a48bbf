"""Restores a study after a restart of the server, from its file and the trials that were stored."""

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
    """The study as it was. None: this version of the lab cannot read its file. A study that may still train is
    restored as failed if this version would draw other configurations than those that are trained already.

    Args:
        runs: the runs of its trials, by the trials' numbers.
        limits: of this lab, for what its trials may cost.
    """
    try:
        config = StudyConfig.from_dict(stored.document, stored=True)
    except ConfigError as error:
        log.warning("study %d cannot be read any more: %s", stored.number, error)
        return None
    status = Status(stored.status)
    # what this version draws may differ from what was trained; a study that trains no more need not draw again
    recorded = None if status.trains else stored.configurations
    try:
        study = _restored(stored, config, Plan(config, recorded), status, limits, runs)
    except (ConfigError, ImportError) as error:
        return _failed(stored, config, str(error), limits, runs)
    if status.trains and study.plan.stages[: len(stored.configurations)] != stored.configurations:
        return _failed(stored, config, "other configurations would be drawn now", limits, runs)
    return study


def _restored(
    stored: StoredStudy,
    config: StudyConfig,
    plan: Plan,
    status: Status,
    limits: Limits,
    runs: Mapping[int, Run],
) -> Study:
    """A study with this plan and status, and with the trials that were stored.

    Raises:
        ConfigError: an experiment of it is not valid any more, or costs more than the lab allows now.
    """
    study = Study(
        id=stored.id,
        number=stored.number,
        name=stored.name,
        config=config,
        plan=plan,
        costs=costs_of(plan, limits) if status.trains else _NO_COSTS,
        status=status,
        created_at=stored.created_at,
        reason=stored.reason,
        owner=stored.owner,
        shared=stored.shared,
        budget_seconds=config.budget_seconds,
        finished_at=stored.finished_at,
        test=stored.test,
        stored_stages=len(stored.configurations),
    )
    for trial in stored.trials:
        # the stored configurations may lack the stage of this trial; its score cannot be shown
        if trial.number > len(plan.trials):
            continue
        if trial.status is None:
            if trial.number in runs:
                study.begin(trial, runs[trial.number])
        else:
            plan.report(trial.number, trial.score)
            study.end(trial)
    return study


def _failed(
    stored: StoredStudy, config: StudyConfig, why: str, limits: Limits, runs: Mapping[int, Run]
) -> Study:
    """A study that cannot go on. Its plan only has the stored configurations, so that its table shows them."""
    study = _restored(stored, config, Plan(config, stored.configurations), Status.FAILED, limits, runs)
    study.reason = Reason("study_failed", f"it cannot go on: {why}", why=why)
    return study
