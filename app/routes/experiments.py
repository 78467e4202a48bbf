"""/api/options, /api/summary, /api/experiments: what can be launched, and what it would be."""

from __future__ import annotations

import functools
import json
from typing import Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from app.answers.errors import ERRORS
from app.answers.experiments import OptionsAnswer, SummariesAnswer, SummaryAnswer
from app.answers.runs import RunsAnswer
from app.errors import Invalid
from app.estimate import expected_seconds, seconds_together
from app.exports.fields import flatten
from app.lab import LAUNCHES, Lab, TheLab, read_lessons
from app.lessons import locks
from app.people.person import Person
from app.people.visits import ThePerson
from app.routes.runs import Experiment
from engine import ConfigError, ExperimentConfig, options
from engine.limits import Limits
from engine.stretches import parse_forked
from engine.summary import Summary, summarize

router = APIRouter(prefix="/api", tags=["experiments"], responses=ERRORS)

#: At most this many experiments are launched together.
MAX_TOGETHER = 100


class Experiments(BaseModel):
    """Experiments to launch together, such as a sweep: all of them, or none."""

    model_config = ConfigDict(extra="forbid")

    experiments: list[dict[str, Any]] = Field(description=f"1 to {MAX_TOGETHER} experiment files")
    fresh: bool = Field(False, strict=True, description="train those again that have been trained before")

    def demand_seen(self, lab: Lab, person: Person) -> None:
        """Refuse data sets that a person may not see, as if there were none."""
        for index, given in enumerate(self.experiments[:MAX_TOGETHER]):
            lab.own_data.demand_seen_in(person, given, path=f"experiments.{index}.")

    def read(self, limits: Limits) -> list[tuple[ExperimentConfig, Summary]]:
        """All of them, validated and within the limits; an error names the first that is not as
        `experiments.<place>.<field>`."""
        if not 1 <= len(self.experiments) <= MAX_TOGETHER:
            raise Invalid(
                f"experiments must hold 1 to {MAX_TOGETHER} experiments, not {len(self.experiments)}",
                code="range",
                field="experiments",
                bounds={"minimum": 1, "maximum": MAX_TOGETHER},
            )
        return [_read(given, limits, f"experiments.{index}") for index, given in enumerate(self.experiments)]


class Launched(Experiments):
    """Experiments to launch, perhaps while a lesson is open."""

    lesson: str | None = Field(
        None,
        max_length=100,
        description="the lesson that is open in the person's page: until they have launched it, the fields that it"
        " locks must be as in its runs",
    )


def _read(given: dict[str, Any], limits: Limits, path: str) -> tuple[ExperimentConfig, Summary]:
    try:
        config = ExperimentConfig.from_dict(given)
        summary = summarize(config)
        limits.check(summary)
    except ConfigError as error:
        raise error.within(path) from error
    return config, summary


@router.get("/options", response_model=OptionsAnswer)
async def get_options(lab: TheLab, person: ThePerson) -> Response:
    """Registries, ranges and defaults: the form is generated from this."""
    settings = lab.settings
    limits = {
        "together": MAX_TOGETHER,
        "import_bytes": settings.max_import_bytes,
        "data_bytes": settings.max_data_bytes,
    }
    views = [*lab.data_sets.recent_answers(), *lab.own_data.views(person)]
    changing = _json({"datasets": views, "limits": limits})
    return Response(_registries_json()[:-1] + b"," + changing[1:], media_type="application/json")


@router.post("/summary")
def get_summary(lab: TheLab, person: ThePerson, experiment: Experiment) -> SummaryAnswer:
    """Shapes, parameters, multiply-adds, memory and expected time of an experiment; nothing is queued."""
    lab.own_data.demand_seen_in(person, experiment)
    config, _ = parse_forked(experiment)
    summary = summarize(config)
    lab.settings.limits.check(summary)
    seconds = expected_seconds(config, summary)
    return SummaryAnswer(**vars(summary), iterations=config.iterations, seconds=seconds)


@router.post("/experiments", status_code=201, dependencies=[LAUNCHES])
async def launch_together(lab: TheLab, person: ThePerson, given: Launched) -> RunsAnswer:
    """Validate a list of experiments, and only then store and queue them as one group."""
    given.demand_seen(lab, person)
    read = await run_in_threadpool(given.read, lab.settings.limits)
    configs = [config for config, _ in read]
    if given.lesson is not None:
        await read_lessons(lab)
        lesson = lab.demand_lesson(given.lesson, field="lesson")
        if lab.attempts.newest(person, lesson.slug) is None:
            locks.demand(lesson, lab.dataset_of(lesson), configs)
    for index, config in enumerate(configs):
        lab.data_sets.demand(config.dataset.name, path=f"experiments.{index}.")
    lab.take_runs(person, len(configs))
    runs = await lab.scheduler.commands.launch(configs, fresh=given.fresh, owner=person.owner)
    return {"runs": [lab.sight.view(person, run) for run in runs]}


@router.post("/experiments/summary")
def get_summary_together(lab: TheLab, person: ThePerson, given: Experiments) -> SummariesAnswer:
    """What a list of experiments would be; nothing is queued. `seconds` is from the first start to the last end."""
    given.demand_seen(lab, person)
    read = given.read(lab.settings.limits)
    seconds = [expected_seconds(config, summary) for config, summary in read]
    first = read[0][0].to_dict()
    return {
        "experiments": [
            {
                "parameters": summary.parameters,
                "multiply_adds": summary.multiply_adds,
                "memory_bytes": summary.memory_bytes,
                "iterations": config.iterations,
                "seconds": expected,
            }
            for (config, summary), expected in zip(read, seconds, strict=True)
        ],
        "seconds": seconds_together(seconds, max(1, lab.scheduler.places)),
        "first": {"layers": read[0][1].layers, "config": first, "fields": flatten(first)},
    }


@functools.cache
def _registries_json() -> bytes:
    """What of the options does not change while the lab is open: every page asks for it."""
    described = options.describe()
    del described["datasets"]
    return _json(described)


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
