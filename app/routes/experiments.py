"""/api/options, /api/summary, /api/lessons: what can be launched, and what it would be."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from app.errors import NotFound
from app.estimate import expected_seconds
from app.lab import Lab, TheLab
from app.routes.runs import Experiment, demand_data_set
from engine import ExperimentConfig, lessons, options
from engine.lessons import Lesson
from engine.summary import summarize

router = APIRouter(prefix="/api", tags=["experiments"])


@router.get("/options")
async def get_options(lab: TheLab) -> dict[str, Any]:
    """Registries, ranges and defaults: the form is generated from this."""
    described = options.describe(lab.settings.data_dir)
    return {**described, "datasets": lab.data_sets.views()}


@router.post("/summary")
async def get_summary(lab: TheLab, experiment: Experiment) -> dict[str, Any]:
    """Shapes, parameters, multiply-adds, memory and expected time of an experiment; nothing is queued."""
    config = ExperimentConfig.from_dict(experiment)
    summary = summarize(config)
    return {**summary, "iterations": config.iterations, "seconds": expected_seconds(config, summary)}


@router.get("/lessons")
async def get_lessons(lab: TheLab) -> dict[str, Any]:
    """The lessons, each a set of runs to compare, by the names of their runs."""
    return {"lessons": [_view(lab, lesson) for lesson in lessons.LESSONS.values()]}


@router.get("/lessons/{slug}")
async def get_lesson(lab: TheLab, slug: str) -> dict[str, Any]:
    """One lesson with the experiments of its runs."""
    return _view(lab, _lesson(slug), with_configs=True)


@router.post("/lessons/{slug}/runs", status_code=201)
async def launch_lesson(lab: TheLab, slug: str) -> dict[str, Any]:
    """Launch a lesson's whole set; on the digits where its own data set is not there."""
    lesson = _lesson(slug)
    configs = lesson.configs(dataset=_data_set(lab, lesson))
    for config in configs:  # some networks do not fit the digits, and keep their own data set
        demand_data_set(lab, config)
    runs = await lab.scheduler.launch(configs, lesson=slug)
    return {"runs": [run.view() for run in runs]}


def _lesson(slug: str) -> Lesson:
    try:
        return lessons.LESSONS[slug]
    except KeyError:
        raise NotFound(f"there is no lesson {slug!r}", field="slug") from None


def _view(lab: Lab, lesson: Lesson, *, with_configs: bool = False) -> dict[str, Any]:
    configs = lesson.configs(dataset=_data_set(lab, lesson))
    return {
        "slug": lesson.slug,
        "section": lesson.section,
        "title": dict(lesson.title),
        "question": dict(lesson.question),
        "conclusion": dict(lesson.conclusion),
        "dataset": configs[0].dataset.name,
        "runs": [
            {"name": config.name, **({"config": config.to_dict()} if with_configs else {})}
            for config in configs
        ],
    }


def _data_set(lab: Lab, lesson: Lesson) -> str:
    """The lesson's own data set, or the digits, which are always there."""
    return lesson.dataset if lab.data_sets.is_available(lesson.dataset) else "digits"
