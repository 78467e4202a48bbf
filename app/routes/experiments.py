"""/api/options, /api/summary, /api/experiments, /api/lessons: what can be launched, and what it would be."""

from __future__ import annotations

import functools
import json
from typing import Any, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from app.answers import (
    ERRORS,
    LessonAnswer,
    LessonsAnswer,
    OptionsAnswer,
    RunsAnswer,
    SummariesAnswer,
    SummaryAnswer,
)
from app.errors import Invalid, NotFound
from app.estimate import expected_seconds, seconds_together
from app.exports.fields import flatten
from app.lab import LAUNCHES, Lab, TheLab
from app.people.visits import ThePerson
from app.routes.runs import Experiment, Fresh
from engine import ConfigError, ExperimentConfig, lessons, options
from engine.lessons import Lesson
from engine.limits import Limits
from engine.stretches import parse_forked
from engine.summary import Summary, summarize

router = APIRouter(prefix="/api", tags=["experiments"], responses=ERRORS)

#: Experiments that are launched together, at most.
MAX_TOGETHER = 100


class Experiments(BaseModel):
    """Experiments to launch together, such as a sweep: all of them, or none."""

    model_config = ConfigDict(extra="forbid")

    experiments: list[dict[str, Any]] = Field(description=f"1 to {MAX_TOGETHER} experiment files")
    fresh: bool = Field(False, strict=True, description="train those again that have been trained before")

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
        return [_read(given, limits, f"experiments.{place}") for place, given in enumerate(self.experiments)]


def _read(given: dict[str, Any], limits: Limits, path: str) -> tuple[ExperimentConfig, Summary]:
    try:
        config = ExperimentConfig.from_dict(given)
        summary = summarize(config)
        limits.check(summary)
    except ConfigError as error:
        raise error.within(path) from error
    return config, summary


@router.get("/options", response_model=OptionsAnswer)
async def get_options(lab: TheLab) -> Response:
    """Registries, ranges and defaults: the form is generated from this."""
    limits = {"together": MAX_TOGETHER, "import_bytes": lab.settings.max_import_bytes}
    changing = _json({"datasets": lab.data_sets.recent_views(), "limits": limits})
    return Response(_registries_json()[:-1] + b"," + changing[1:], media_type="application/json")


@router.post("/summary")
async def get_summary(lab: TheLab, experiment: Experiment) -> SummaryAnswer:
    """Shapes, parameters, multiply-adds, memory and expected time of an experiment; nothing is queued."""
    config, _ = parse_forked(experiment)
    summary = summarize(config)
    lab.settings.limits.check(summary)
    seconds = expected_seconds(config, summary)
    return SummaryAnswer(**vars(summary), iterations=config.iterations, seconds=seconds)


@router.post("/experiments", status_code=201, dependencies=[LAUNCHES])
async def launch_together(lab: TheLab, person: ThePerson, given: Experiments) -> RunsAnswer:
    """Validate a list of experiments, and only then store and queue them as one group."""
    read = await run_in_threadpool(given.read, lab.settings.limits)
    configs = [config for config, _ in read]
    for place, config in enumerate(configs):
        lab.data_sets.demand(config.dataset.name, path=f"experiments.{place}.")
    lab.take_runs(person, len(configs))
    runs = await lab.scheduler.commands.launch(configs, fresh=given.fresh, owner=person.owner)
    return {"runs": [lab.sight.view(person, run) for run in runs]}


@router.post("/experiments/summary")
def get_summary_together(lab: TheLab, given: Experiments) -> SummariesAnswer:
    """What a list of experiments would be; nothing is queued. `seconds` is from the first start to the last end."""
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
        "seconds": seconds_together(seconds, lab.settings.workers),
        "first": {"layers": read[0][1].layers, "config": first, "fields": flatten(first)},
    }


@router.get("/lessons", response_model=LessonsAnswer)
async def get_lessons(
    lab: TheLab, language: Literal["en", "ja"] | None = None, conclusions: bool = True
) -> Response:
    """The lessons, each a set of runs to compare, by the names of their runs. Those without runs are to look at.

    Their texts are in one language, if it is named, else in all. Without `conclusions`, these are empty: a page asks
    for one when its runs have ended.
    """
    datasets = tuple(_data_set(lab, lesson) for lesson in lessons.LESSONS.values())
    return Response(_lessons_json(language, conclusions, datasets), media_type="application/json")


@router.get("/lessons/{slug}")
async def get_lesson(lab: TheLab, slug: str) -> LessonAnswer:
    """One lesson with the experiments of its runs, and the one whose data and network are to be looked at."""
    lesson = _lesson(slug)
    return _view(lesson, _data_set(lab, lesson), with_configs=True)


@router.post("/lessons/{slug}/runs", status_code=201, dependencies=[LAUNCHES])
async def launch_lesson(lab: TheLab, person: ThePerson, slug: str, how: Fresh | None = None) -> RunsAnswer:
    """Launch a lesson's whole set; on the digits where its own data set is not there."""
    lesson = _lesson(slug)
    if not lesson.runs:
        raise Invalid(f"lesson {slug} has no runs: it is one to look at", code="no_runs", field="slug")
    launched = _launched(slug, _data_set(lab, lesson))
    configs = [config for config, _ in launched]
    for config, summary in launched:
        lab.settings.limits.check(summary)
        # some networks do not accept images of the digits' size, and keep their own data set
        lab.data_sets.demand(config.dataset.name)
    lab.take_runs(person, len(configs))
    runs = await lab.scheduler.commands.launch(
        configs, lesson=slug, fresh=(how or Fresh()).fresh, owner=person.owner
    )
    return {"runs": [lab.sight.view(person, run) for run in runs]}


def _lesson(slug: str) -> Lesson:
    try:
        return lessons.LESSONS[slug]
    except KeyError:
        raise NotFound(f"there is no lesson {slug!r}", field="slug") from None


@functools.cache
def _registries_json() -> bytes:
    """What of the options does not change while the lab is open: every page asks for it."""
    described = options.describe()
    del described["datasets"]
    return _json(described)


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


@functools.lru_cache(maxsize=8)
def _lessons_json(language: str | None, conclusions: bool, datasets: tuple[str, ...]) -> bytes:
    """All lessons on these data sets: every page asks for them."""
    views = [_view(one, dataset) for one, dataset in zip(lessons.LESSONS.values(), datasets, strict=True)]
    for view in views:
        if not conclusions:
            view["conclusion"].clear()
        if language is not None:
            for texts in (view["title"], view["question"], view["conclusion"]):
                for other in texts.keys() - {language}:
                    del texts[other]
    return _json({"lessons": views})


def _view(lesson: Lesson, dataset: str, *, with_configs: bool = False) -> LessonAnswer:
    view: LessonAnswer = {
        "slug": lesson.slug,
        "section": lesson.section,
        "title": dict(lesson.title),
        "question": dict(lesson.question),
        "conclusion": dict(lesson.conclusion),
        "dataset": dataset,
        "made_for": lesson.dataset,
        "runs": [
            {"name": name, "seconds": seconds}
            for name, seconds in zip(
                lesson.names(dataset=dataset), _expected_seconds(lesson.slug, dataset), strict=True
            )
        ],
    }
    if with_configs:
        configs = lesson.configs(dataset=dataset)
        for run, config in zip(view["runs"], configs, strict=True):
            run["config"] = config.to_dict()
        view["experiment"] = lesson.experiment(dataset=dataset).to_dict()
    return view


@functools.cache
def _launched(slug: str, dataset: str) -> tuple[tuple[ExperimentConfig, Summary], ...]:
    """The experiments of a lesson's runs on this data set, with what they are: a class launches them at once."""
    configs = lessons.LESSONS[slug].configs(dataset=dataset)
    return tuple((config, summarize(config)) for config in configs)


@functools.cache
def _expected_seconds(slug: str, dataset: str) -> tuple[float, ...]:
    """Of each run of a lesson on this data set, estimated, with two digits. Lessons do not change while the lab
    is open."""
    configs = lessons.LESSONS[slug].configs(dataset=dataset)
    return tuple(float(f"{expected_seconds(config, summarize(config)):.2g}") for config in configs)


def _data_set(lab: Lab, lesson: Lesson) -> str:
    """The lesson's own data set, or the digits, which are always there, where it can do with them."""
    own = not lesson.any_dataset or lab.data_sets.is_available(lesson.dataset)
    return lesson.dataset if own else "digits"
