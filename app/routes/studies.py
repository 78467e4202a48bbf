"""/api/studies: questions that take many trainings."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from app.answers.errors import ERRORS
from app.answers.runs import RunAnswer
from app.answers.studies import ListedStudy, StudyAnswer, StudyList, StudyResults, StudySummary, TrialList
from app.errors import Invalid
from app.exports.names import attachment
from app.lab import EXPORTS, LAUNCHES, Lab, TheLab
from app.people.person import Person
from app.people.visits import ThePerson
from app.studies import tables, views
from app.studies.study import Study
from app.texts import file_name
from app.work import in_thread
from engine.studies.methods import has_optuna

router = APIRouter(prefix="/api/studies", tags=["studies"], responses=ERRORS)

#: Trials of one answer at most; `after` pages on.
MAX_LISTED = 5000

Document = Annotated[
    dict[str, Any],
    Body(
        description="A study file: `experiment` is what all trials share, `space` is what is varied.",
        openapi_examples={
            "short": {
                "value": {
                    "name": "Which rate?",
                    "experiment": {"dataset": {"name": "digits"}, "training": {"iterations": 200}},
                    "space": {"optimizer.learning_rate": {"choices": [0.01, 0.03, 0.1]}},
                    "method": {"name": "grid"},
                    "seeds": 6,
                }
            }
        },
    ),
]


class StudyChanges(BaseModel):
    """What can be changed of a study; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field("", min_length=1, max_length=200)
    shared: bool = Field(False, strict=True, description="with the class; of no effect without one")
    budget_seconds: float | None = Field(
        None, gt=0, le=1e9, allow_inf_nan=False, description="of training; null: no bound"
    )


@router.get("")
async def list_studies(lab: TheLab, person: ThePerson) -> StudyList:
    """The studies that the asker may see, the newest first, without their files."""
    return {"studies": [_listed(lab, person, study) for study in lab.studies.seen_by(person)]}


@router.post("", status_code=201, dependencies=[LAUNCHES])
async def begin_study(lab: TheLab, person: ThePerson, document: Document) -> StudyAnswer:
    """Check a study with all of its configurations, store it, and let its trials begin a few at a time."""
    study = await _checked(lab, person, document)
    await lab.studies.begin(study)
    return _answer(lab, person, study)


@router.post("/summary")
async def get_study_summary(lab: TheLab, person: ThePerson, document: Document) -> StudySummary:
    """How many trials a study would have, and how long it would take; nothing begins. What is known already is not
    taken off."""
    study = await _checked(lab, person, document)
    seconds = study.left_seconds(slowness=lab.scheduler.slowness, places=lab.scheduler.places)
    return {
        "configurations": study.config.rungs[0],
        "trials": study.config.trials,
        "seconds": round(seconds or 0.0, 3),
        "document": study.document,
        "optuna": has_optuna(),
    }


@router.get("/{study_id}")
async def get_study(lab: TheLab, person: ThePerson, study_id: str) -> StudyAnswer:
    """A study with its file."""
    return _answer(lab, person, lab.studies.get(person, study_id))


@router.patch("/{study_id}")
async def change_study(lab: TheLab, person: ThePerson, study_id: str, changes: StudyChanges) -> StudyAnswer:
    """Rename it, share it with the class, or change its budget while it goes on."""
    given = changes.model_dump(exclude_unset=True)
    if not given:
        raise Invalid("no change was given: give name, shared or budget_seconds", code="missing")
    study = lab.studies.get(person, study_id, change=True)
    await lab.studies.change(study, given)
    return _answer(lab, person, study)


@router.delete("/{study_id}", status_code=204)
async def delete_study(lab: TheLab, person: ThePerson, study_id: str) -> None:
    """Delete a study with its trials. What runs show of it stays."""
    await lab.studies.delete(lab.studies.get(person, study_id, change=True))


@router.post("/{study_id}/pause")
async def pause_study(lab: TheLab, person: ThePerson, study_id: str) -> StudyAnswer:
    """Begin no more trials; those that train go on to their end."""
    study = lab.studies.get(person, study_id, change=True)
    await lab.studies.pause(study)
    return _answer(lab, person, study)


@router.post("/{study_id}/resume")
async def resume_study(lab: TheLab, person: ThePerson, study_id: str) -> StudyAnswer:
    """Let a paused study go on."""
    study = lab.studies.get(person, study_id, change=True)
    await lab.studies.resume(study)
    return _answer(lab, person, study)


@router.post("/{study_id}/cancel")
async def cancel_study(lab: TheLab, person: ThePerson, study_id: str) -> StudyAnswer:
    """End a study; the scores that are known stay, and no test example is measured."""
    study = lab.studies.get(person, study_id, change=True)
    await lab.studies.cancel(study)
    return _answer(lab, person, study)


@router.get("/{study_id}/trials")
async def list_trials(
    lab: TheLab,
    person: ThePerson,
    study_id: str,
    after: Annotated[int, Query(ge=0, le=2**53, description="trials with higher numbers")] = 0,
    limit: Annotated[int, Query(ge=1, le=MAX_LISTED)] = 1000,
) -> TrialList:
    """The trials of a study, in the order in which they begin."""
    study = lab.studies.get(person, study_id)
    async with study.order:
        trials = study.plan.trials[after : after + limit]
        answers = await in_thread(lambda: [views.trial_of(study, trial) for trial in trials])
        return {"trials": answers, "total": len(study.plan.trials)}


@router.post("/{study_id}/trials/{number}/run", status_code=201, dependencies=[LAUNCHES])
async def show_trial(lab: TheLab, person: ThePerson, study_id: str, number: int) -> RunAnswer:
    """A run in the list that shows what a trial has trained; nothing is trained again where it is known."""
    study = lab.studies.get(person, study_id)
    lab.demand_dataset(person, study.dataset)
    run = await lab.studies.show(person, study, number)
    return lab.sight.view(person, run)


@router.get("/{study_id}/results")
async def get_results(lab: TheLab, person: ThePerson, study_id: str) -> StudyResults:
    """The table, the best first; whether it is better than the others; and the luck line."""
    study = lab.studies.get(person, study_id)
    async with study.order:
        return await in_thread(views.results, study)


@router.get("/{study_id}/export.json", dependencies=[EXPORTS])
async def export_study(lab: TheLab, person: ThePerson, study_id: str) -> Response:
    """The study file, with its results: POST it again, or hand it to `lossroom study`."""
    study = lab.studies.get(person, study_id)
    async with study.order:
        results: Mapping[str, Any] = await in_thread(views.results, study)
    kept = {name: value for name, value in results.items() if name not in ("id", "revision")}
    text = json.dumps({**study.document, "results": kept}, indent=2, ensure_ascii=False, allow_nan=False)
    return Response(text, media_type="application/json", headers=_file_of(study, "study.json"))


@router.get("/{study_id}/export.csv", dependencies=[EXPORTS])
async def export_trials(lab: TheLab, person: ThePerson, study_id: str) -> Response:
    """A row for each trial."""
    study = lab.studies.get(person, study_id)
    async with study.order:
        text = await in_thread(lambda: "".join(tables.trials_csv(_rows(study), study.config)))
    headers = _file_of(study, "csv")
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


def _rows(study: Study) -> Iterator[tables.TrialRow]:
    for trial in study.plan.trials:
        yield views.trial_of(study, trial), study.plan.configurations[trial.configuration - 1]


async def _checked(lab: Lab, person: Person, document: dict[str, Any]) -> Study:
    experiment = document.get("experiment")
    if isinstance(experiment, Mapping):  # before anything of it is checked, which would tell what it is like
        lab.own_data.demand_seen_in(person, experiment, path="experiment.")
    study = await lab.studies.check(person, document)
    lab.data_sets.demand(study.dataset, path="experiment.")
    return study


def _listed(lab: Lab, person: Person, study: Study) -> ListedStudy:
    view = lab.studies.publishing.listed(study, person.role)
    return {**view, "mine": lab.studies.may_change(person, study)}


def _answer(lab: Lab, person: Person, study: Study) -> StudyAnswer:
    return {**_listed(lab, person, study), "document": study.document}


def _file_of(study: Study, ending: str) -> dict[str, str]:
    return attachment(f"{file_name(study.name)}.{ending}")
