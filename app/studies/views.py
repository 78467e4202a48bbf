"""What people see of a study: in lists and messages, its trials, and its results."""

from __future__ import annotations

import math
import statistics
from typing import cast

from app.answers.studies import ListedStudy, StudyResults, TestAnswer, TrialAnswer
from app.people.person import Role
from app.people.sight import Sight
from app.runs import next_revision
from app.studies.study import Status, Study
from engine.reasons import why
from engine.studies import Trial, results_of


def listed(study: Study, sight: Sight, role: Role, *, slowness: float, places: int) -> ListedStudy:
    """A study without its file, as a role sees it."""
    left = study.left_seconds(slowness=slowness, places=places)
    best = study.best()
    rungs = study.config.rung_count
    return {
        "id": study.id,
        "revision": next_revision(),
        "number": study.number,
        "name": study.name,
        "status": study.status.value,
        "reason": study.reason,
        "why": why(study.reason),
        "owner": sight.owner_seen(study.owner, role),
        "shared": study.shared,
        "created_at": study.created_at,
        "finished_at": study.finished_at,
        "method": study.config.method["name"],
        "metric": study.config.metric,
        "fields": [parameter.path for parameter in study.config.space],
        "seeds": len(study.config.seeds),
        "folds": study.config.folds,
        "configurations": study.config.rungs[0],
        "trials": {
            "total": study.plan.total,
            "done": study.ended,
            "training": len(study.training),
            "waiting": study.plan.total - len(study.begun),
            "failed": study.failures,
            "remembered": study.remembered,
        },
        "rung": {"now": study.plan.trials[-1].rung, "of": rungs} if rungs > 1 else None,
        "seconds": round(study.spent, 3),
        "budget_seconds": study.budget_seconds,
        "expected_seconds": None if left is None else round(left, 3),
        "best": None
        if best is None
        else {
            "configuration": best[0],
            "mean": best[1],
            "values": study.plan.configurations[best[0] - 1],
        },
        "test": test_state(study),
    }


def test_state(study: Study) -> str:
    """Whether its test examples are measured."""
    if study.status is Status.MEASURING:
        return "measuring"
    if study.status is not Status.COMPLETED:
        return "closed"
    return "unavailable" if study.test is None else "measured"


def trial_of(study: Study, trial: Trial) -> TrialAnswer:
    """One trial."""
    begun, run = study.begun.get(trial.number), study.training.get(trial.number)
    training = None if run is None else run.training
    status = "waiting" if study.status.trains else "cancelled"
    if training is not None:
        status = training.status.value
    elif begun is not None:
        status = begun.status or "queued"
    ended = None if begun is None or begun.status is None else begun
    trained = training or ended
    return {
        "number": trial.number,
        "configuration": trial.configuration,
        "rung": trial.rung,
        "seed": trial.pair.seed,
        "fold": trial.pair.fold,
        "iterations": study.plan.iterations(trial.configuration, trial.rung),
        "status": status,
        "score": None if ended is None else ended.score,
        "remembered": begun is not None and begun.remembered,
        "iteration": 0 if trained is None else trained.iteration,
        "seconds": 0.0 if trained is None else round(trained.seconds, 3),
        "reason": None if ended is None else ended.reason,
        "why": None if ended is None else why(ended.reason),
    }


def results(study: Study) -> StudyResults:
    """The table, the verdict and the luck line. Thousands of configurations take a second: call it in a thread."""
    plan_results = results_of(study.plan)
    state = test_state(study)
    if study.test is not None and state == "measured":
        best = plan_results["verdict"]["best"]
        if study.test["configuration"] == best:
            row = next(row for row in plan_results["configurations"] if row["number"] == best)
            row["test"] = _test(study.test["scores"])
        else:  # an earlier version had another rule for which is the best
            state = "unavailable"
    return cast(StudyResults, {"id": study.id, "revision": next_revision(), **plan_results, "test": state})


def _test(scores: list[float | None]) -> TestAnswer:
    measured = [score for score in scores if score is not None and math.isfinite(score)]
    return {
        "mean": statistics.fmean(measured) if measured else None,
        "spread": statistics.stdev(measured) if len(measured) > 1 else None,
        "scores": list(scores),
    }
