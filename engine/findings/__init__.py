"""Findings: what is wrong with a training, in codes and numbers, from what was measured of it.

    rows = Rows.of({"train": (columns, values), "evaluation": (columns, values)})
    for finding in find(Case(rows, config)):
        print(finding.code, finding.values, [remedy.changes for remedy in finding.remedies])

The rules, with their thresholds and where these come from, are one table: `RULES`. A rule says for each row whether a
fault is there, from that row and those before it. A finding comes when the fault is there for `Rule.rows`
consecutive rows, and goes when it is not there for as many: so it cannot flicker, and at a moment it is the same
whatever comes later.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.findings.case import Case, Measured
from engine.findings.finding import Evidence, Finding, Remedy, Sample
from engine.findings.holding import FindingHistory, at_iterations, history_of
from engine.findings.rows import Numbers, Rows
from engine.findings.rule import Rule
from engine.findings.table import RULES

__all__ = [
    "EVALUATIONS",
    "RULES",
    "Case",
    "Evidence",
    "Finding",
    "FindingHistory",
    "Measured",
    "Remedy",
    "Rows",
    "Rule",
    "Sample",
    "find",
    "histories",
]

#: More would not be read.
MAX_FINDINGS = 5
#: With this many evaluations, every rule on evaluations can find something.
EVALUATIONS = max(rule.least_evaluations for rule in RULES.values() if rule.stream == "evaluation")
#: Without these columns there is nothing to look at.
NEEDED = {"iteration", "loss", "learning_rate"}


def find(case: Case, most: int = MAX_FINDINGS) -> list[Finding]:
    """What is to be said of a training at the moment of its last row, the most decisive first."""
    findings = (
        _finding(case, RULES[code], history) for code, history in histories(case).items() if history.holds
    )
    return list(findings)[:most]


def histories(case: Case) -> dict[str, FindingHistory]:
    """By the code of each rule that has something to look at: at which rows its finding held."""
    so_far: dict[str, FindingHistory] = {}
    if not case.rows.train.keys() >= NEEDED:
        return so_far
    # a training that diverges has numbers that overflow, also here
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for code, rule in RULES.items():
            look = rule.look(case, rule.limits)
            if look is None or not len(look.iterations):
                continue
            faulty = look.faulty & ~_explained(rule, so_far, look.iterations)
            so_far[code] = history_of(look, faulty, rule.rows)
    return so_far


def _explained(rule: Rule, histories: dict[str, FindingHistory], iterations: Numbers) -> NDArray[np.bool_]:
    """At which iterations a finding held, or had held, that explains the fault."""
    explained = np.zeros(len(iterations), bool)
    for code in (*rule.unless, *rule.never_after):
        if code in histories:
            held = at_iterations(histories[code], iterations)
            explained |= np.maximum.accumulate(held) if code in rule.never_after else held
    return explained


def _finding(case: Case, rule: Rule, history: FindingHistory) -> Finding:
    look, seen = history.look, history.seen
    began = int((look.iterations[history.since] if look.began is None else look.began[seen]).item())
    moment = max(int(rows[-1]) for rows in (look.iterations, case.rows.train["iteration"]) if len(rows))
    remedies = (make(case, began, moment) for make in rule.remedies)
    return Finding(
        rule.code,
        began,
        {name: _plain(value, seen) for name, value in look.values.items()},
        look.sample,
        Evidence(rule.card, began if rule.opens_at_start else int(look.iterations[seen]), look.layer),
        tuple(remedy for remedy in remedies if remedy is not None),
    )


def _plain(value: Any, row: int) -> Any:
    """A value as JSON: of one for each row, that of a row. Rows are stored as float32, which have seven digits."""
    number = value[row] if isinstance(value, np.ndarray) else value
    number = number.item() if isinstance(number, np.generic) else number
    return float(f"{number:.6g}") if isinstance(number, float) else number
