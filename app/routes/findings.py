"""/api/runs/{id}/findings: what is wrong with a run, in codes and numbers, and what may help."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Annotated, Any, cast

from fastapi import APIRouter, Query

from app.answers.errors import ERRORS
from app.findings.answers import (
    EvidenceAnswer,
    FindingAnswer,
    FindingsAnswer,
    RemedyAnswer,
    SampleAnswer,
    TriedRun,
)
from app.findings.identity import Identity, Offer
from app.findings.looking import Found
from app.findings.tried import Counts
from app.jobs.moment import Moment
from app.lab import Lab, TheLab
from app.people.person import Person
from app.people.visits import ThePerson
from app.runs import Run
from app.trainings import Training
from engine.findings import EVALUATIONS, RULES
from engine.findings.remedies import nested

router = APIRouter(prefix="/api/runs", tags=["runs"], responses=ERRORS)

At = Annotated[
    int | None,
    Query(
        description="look at the run as it was after this iteration; default: the newest iteration that is examined;"
        " the answer gives it as `iteration`"
    ),
]


@router.get("/{run_id}/findings")
async def get_findings(lab: TheLab, person: ThePerson, run_id: str, at: At = None) -> FindingsAnswer:
    """What is found of a run as it was after an iteration, from the rows up to there: at most 5 findings, the most
    decisive first. A finding appears when its fault has lasted for as many rows as its rule states, and disappears when
    the fault has been gone for as many rows."""
    run = lab.register.get(run_id)
    iteration = (
        lab.looking.newest(run.training) if at is None else Moment.of(run.training, at, "at").iteration
    )
    judged = await lab.looking.at(run.training, iteration)
    lookup = _Lookup(await lab.tried.counts(), lab.tried.by_identity() if judged.found else {})
    return {
        "run": run_id,
        "iteration": iteration,
        "findings": [await _finding(lab, person, run, finding, lookup) for finding in judged.found],
        "evaluations": judged.evaluations,
        "evaluations_needed": EVALUATIONS,
        "compared": lookup.counts.compared,
        "ended": lookup.counts.ended,
    }


@dataclass(frozen=True, slots=True)
class _Lookup:
    """What is known of all trainings, once for all findings of an answer."""

    counts: Counts
    trainings: Mapping[Identity, list[Training]]


async def _finding(lab: Lab, person: Person, run: Run, found: Found, lookup: _Lookup) -> FindingAnswer:
    finding = found.finding
    return {
        "code": finding.code,
        "iteration": finding.iteration,
        "values": dict(finding.values),
        "kinds": dict(RULES[finding.code].values),
        "sample": cast(SampleAnswer, asdict(finding.sample)),
        "evidence": cast(EvidenceAnswer, asdict(finding.evidence)),
        "remedies": [await _remedy(lab, person, run, finding.code, offer, lookup) for offer in found.offers],
    }


async def _remedy(
    lab: Lab, person: Person, run: Run, code: str, offer: Offer, lookup: _Lookup
) -> RemedyAnswer:
    remedy = offer.remedy
    against = (code, remedy.code, remedy.kind)
    path, body = _request(run, offer)
    others = lookup.trainings.get(offer.identity, [])
    return {
        "code": remedy.code,
        "kind": remedy.kind,
        "changes": dict(remedy.changes),
        "values": dict(remedy.values),
        "path": path,
        "body": body,
        "tried": lookup.counts.tried[against],
        "helped": lookup.counts.helped[against],
        "runs": [
            _tried(shown, helped)
            for training, helped in await lab.tried.helped(run.training, code, others)
            for shown in lab.register.runs_of(training)
            if shown.study is None and lab.sight.may_see(person, shown)
        ],
    }


def _tried(run: Run, helped: bool | None) -> TriedRun:
    return {
        "id": run.id,
        "number": run.number,
        "name": run.name,
        "status": run.training.status.value,
        "helped": helped,
    }


def _request(run: Run, offer: Offer) -> tuple[str, dict[str, Any]]:
    """The path and the body of the request that tries a remedy; relative to the lab's address."""
    remedy = offer.remedy
    if remedy.kind == "fork":
        changes = nested(remedy.changes)
        return f"api/runs/{run.id}/fork", {
            "iteration": remedy.iteration,
            "changes": changes,
            "name": run.name,
        }
    return "api/runs", {**offer.document, "name": run.name}
