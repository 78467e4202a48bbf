"""The results of a study: its table, its verdict and its luck line, as JSON."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.studies.luck import luck_line
from engine.studies.plan import Plan
from engine.studies.verdict import MIN_PAIRS, Difference, Verdict, interval, judge, spread_of


def results_of(plan: Plan) -> dict[str, Any]:
    """The results so far, as JSON.

    Of each configuration there are the scores of the highest rung on which it has one. Those of a higher rung come
    first; within a rung those with the better mean. Only the configurations of the highest rung are compared: they were
    trained for the same time. While all trials have failed, nothing has a score.
    """
    config = plan.config
    rung_count = config.rung_count
    failures = {rung: plan.failed(rung) for rung in range(1, rung_count + 1)}
    by_rung = {rung: plan.scores(rung) for rung in range(1, rung_count + 1)}
    # the rungs with a trial that did not fail
    measured = [rung for rung, scores in by_rung.items() if (~np.isnan(scores)).sum() > failures[rung].sum()]
    compared_rung = max(measured, default=1)
    if not measured:
        by_rung = {rung: np.full_like(scores, np.nan) for rung, scores in by_rung.items()}
    members = np.flatnonzero(plan.rung_of() >= compared_rung)
    scores, failed = by_rung[compared_rung][members], failures[compared_rung][members]
    verdict = judge(
        scores, higher_is_better=config.higher_is_better, folds=config.folds, failed=[int(n) for n in failed]
    )
    differences: dict[int, Difference | None] = dict(
        zip((int(index) for index in members), verdict.differences, strict=True)
    )
    shown_rungs = np.ones(len(plan.configurations), np.intp)
    for rung in range(1, compared_rung + 1):
        shown_rungs[~np.isnan(by_rung[rung]).all(axis=1)] = rung
    rows = [
        _row(plan, index, int(shown_rungs[index]), by_rung, failures, differences.get(index))
        for index in range(len(plan.configurations))
    ]
    sign = 1.0 if config.higher_is_better else -1.0
    best = None if verdict.best is None else int(members[verdict.best])
    rows.sort(
        key=lambda row: (
            row["mean"] is None,
            -row["rung"],
            row["number"] - 1 != best,
            -sign * (row["mean"] or 0.0),
            row["failed"],
            row["number"],
        )
    )
    for place, row in enumerate(rows, 1):
        row["place"] = None if row["mean"] is None else place
    whole = (failed == 0) & ~np.isnan(scores).any(axis=1)
    return {
        "metric": config.metric,
        "higher_is_better": config.higher_is_better,
        "fields": [parameter.path for parameter in config.space],
        "pairs": [{"seed": pair.seed, "fold": pair.fold} for pair in config.pairs],
        "rungs": _rungs(plan),
        "configurations": rows,
        "verdict": _verdict(verdict, members),
        "luck": luck_line(scores[whole], higher_is_better=config.higher_is_better),
    }


def _row(
    plan: Plan,
    index: int,
    rung: int,
    by_rung: dict[int, NDArray[np.float64]],
    failures: dict[int, NDArray[np.intp]],
    difference: Difference | None,
) -> dict[str, Any]:
    scores = by_rung[rung][index]
    measured = scores[~np.isnan(scores)]
    failed = int(failures[rung][index])
    bounds = interval(measured, plan.config.folds) if len(measured) else None
    return {
        "number": index + 1,
        "place": None,
        "values": plan.configurations[index],
        "rung": rung,
        "iterations": plan.iterations(index + 1, rung),
        "trials": max(len(measured), failed),  # while all trials have failed, nothing is measured
        "failed": failed,
        "mean": float(measured.mean()) if len(measured) else None,
        "spread": spread_of(measured),
        "low": None if bounds is None else bounds[0],
        "high": None if bounds is None else bounds[1],
        "scores": [None if np.isnan(score) else float(score) for score in scores],
        "difference": None if difference is None else _difference(difference),
        "test": None,
    }


def _difference(difference: Difference) -> dict[str, Any]:
    return {
        "mean": difference.mean,
        "low": difference.low,
        "high": difference.high,
        "pairs": difference.pairs,
        "tied": difference.tied,
        "p": difference.p,
        "p_holm": difference.p_holm,
    }


def _verdict(verdict: Verdict, members: NDArray[np.intp]) -> dict[str, Any]:
    return {
        "kind": verdict.kind,
        "best": None if verdict.best is None else int(members[verdict.best]) + 1,
        "tied": [int(members[index]) + 1 for index in verdict.tied],
        "pairs": verdict.pairs,
        "least_pairs": MIN_PAIRS,
    }


def _rungs(plan: Plan) -> list[dict[str, Any]]:
    """The rungs, each with the iterations of the configurations that have come to it; None: they differ. If none has
    come to a rung yet, it has those of one from the rung below, unless they differ there."""
    reached = plan.rung_of()
    members, rungs = np.flatnonzero(reached), list[dict[str, Any]]()
    for rung, count in enumerate(plan.config.rungs, 1):
        if (reached >= rung).any():
            members = np.flatnonzero(reached >= rung)
        elif rungs and rungs[-1]["iterations"] is not None:
            members = members[:1]
        lengths = {plan.iterations(int(index) + 1, rung) for index in members} - {None}
        iterations = lengths.pop() if len(lengths) == 1 else None
        rungs.append({"rung": rung, "configurations": count, "iterations": iterations})
    return rungs
