"""/api/options, /api/summary, /api/lessons: what can be launched, and what it would be."""

from __future__ import annotations

import dataclasses
from typing import Any

from fastapi import APIRouter

from app.estimate import expected_seconds
from app.lab import TheLab
from app.routes.runs import Experiment
from engine import ExperimentConfig, lessons, options
from engine.network import summarize

router = APIRouter(prefix="/api", tags=["experiments"])


@router.get("/options")
async def get_options(lab: TheLab) -> dict[str, Any]:
    """Registries, ranges and defaults: the form is generated from this."""
    described = options.describe(lab.settings.data_dir, lab.settings.cache_dir)
    return {**described, "datasets": lab.data_sets.views()}


@router.post("/summary")
async def get_summary(lab: TheLab, experiment: Experiment) -> dict[str, Any]:
    """Shapes, parameters, multiply-adds, memory and expected time of an experiment; nothing is queued."""
    config = ExperimentConfig.from_dict(experiment)
    summary = summarize(config)
    return {**summary, "iterations": config.iterations, "seconds": expected_seconds(config, summary)}


@router.get("/lessons")
async def get_lessons(lab: TheLab) -> dict[str, Any]:
    """The lessons, each a set of runs to compare."""
    return {"lessons": [_view(lab, lesson) for lesson in lessons.LESSONS.values()]}


@router.post("/lessons/{slug}/runs", status_code=201)
async def launch_lesson(lab: TheLab, slug: str) -> dict[str, Any]:
    """Launch a lesson's whole set; on the digits where its own data set is not there."""
    lesson = lessons.get(slug)
    configs = lesson.configs(dataset=_substitute(lab, lesson))
    runs = await lab.scheduler.launch(configs, lesson=slug)
    return {"runs": [run.view() for run in runs]}
