"""/api/runs: launch runs, read them, change and control them."""

from __future__ import annotations

import json
import math
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Body, Query, Response
from fastapi.responses import JSONResponse
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.concurrency import run_in_threadpool

from app.answers.errors import ERRORS
from app.answers.rows import ComparisonAnswer, Difference, MetricsAnswer
from app.answers.runs import RunAnswer, RunList
from app.errors import Invalid
from app.exports.thinning import extremes
from app.jobs.fork import Wish
from app.lab import LAUNCHES, TheLab
from app.people.visits import ThePerson
from app.remarks import MAX_TAGS
from app.rows import Rows
from app.runs import MAX_COLOR
from app.storage import row_store
from app.work import in_thread
from engine import ExperimentConfig
from engine.events import STREAMS
from engine.stretches import parse_forked, parse_stretches

router = APIRouter(prefix="/api/runs", tags=["runs"], responses=ERRORS)

#: The most rows of one answer; more are asked for with `after`.
MAX_ROWS = 100_000
#: How many values of a column become Python numbers at a time.
VALUES_AT_ONCE = 4096

Experiment = Annotated[
    dict[str, Any],
    Body(
        description="An experiment file; everything left out takes its default. That of a fork also has `stretches`. "
        'With `"fresh": true` in it, it is trained again if it has been trained before.',
        openapi_examples={
            "short": {
                "value": {
                    "dataset": {"name": "digits"},
                    "network": {"preset": "mlp", "hidden": [32]},
                    "optimizer": {"name": "adam", "learning_rate": 0.01},
                    "training": {"iterations": 500},
                }
            }
        },
    ),
]


Tag = Annotated[str, StringConstraints(min_length=1, max_length=40, strip_whitespace=True)]


class Before(BaseModel):
    """Values that a change was made from; if one of them has changed since, the change is refused with 409."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field("", max_length=200)
    tags: list[Tag] = Field([], max_length=MAX_TAGS)
    notes: str = Field("", max_length=10_000)


class Changes(BaseModel):
    """The attributes of a run that can be changed; those that are left out stay as they are."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field("", min_length=1, max_length=200)
    color: int = Field(0, ge=0, le=MAX_COLOR, strict=True, description="a place in the page's palette")
    starred: bool = False
    archived: bool = False
    tags: list[Tag] = Field([], max_length=MAX_TAGS)
    add_tags: list[Tag] = Field([], max_length=MAX_TAGS, description="tags to add to those that are there")
    remove_tags: list[Tag] = Field(
        [], max_length=MAX_TAGS, description="tags to take from those that are there"
    )
    notes: str = Field("", max_length=10_000)
    shared: bool = Field(
        False, description="whether the class sees the run; no effect in a lab without a class"
    )
    was: Before = Field(Before(), description="refuse with 409 if one of these has changed since")


class LiveChanges(BaseModel):
    """What may be changed while a run goes on; the engine checks the intervals."""

    model_config = ConfigDict(extra="forbid")

    learning_rate: float | None = None
    l1: float | None = None
    l2: float | None = None
    dropout: float | None = Field(None, description="the rate of every dropout layer")


class Fresh(BaseModel):
    """Whether an experiment that has been trained before is trained again."""

    model_config = ConfigDict(extra="forbid")

    fresh: bool = Field(False, strict=True)


class Step(BaseModel):
    """How far a paused run goes before it pauses again."""

    model_config = ConfigDict(extra="forbid")

    iterations: int = Field(1, ge=1, le=100_000, strict=True)


@router.get("")
async def list_runs(lab: TheLab, person: ThePerson) -> RunList:
    """All runs that the asker may see, oldest first, without their configs."""
    sight = lab.sight
    return {"runs": [sight.listed(person, run) for run in lab.register.runs if sight.may_see(person, run)]}


@router.post("", status_code=201, dependencies=[LAUNCHES])
async def launch(lab: TheLab, person: ThePerson, experiment: Experiment) -> RunAnswer:
    """Validate an experiment, store it and queue it. Where it has been trained, or is being trained, the run shows
    that training."""
    fresh = _take_fresh(experiment)
    lab.own_data.demand_seen_in(person, experiment)
    config, stretches = await run_in_threadpool(parse_forked, experiment)
    lab.data_sets.demand(config.dataset.name)
    (run,) = await lab.scheduler.commands.launch(
        [config], stretches=stretches, fresh=fresh, owner=person.owner
    )
    return lab.sight.view(person, run)


def _take_fresh(experiment: dict[str, Any]) -> bool:
    """Remove `fresh` from the request, and return it: it is no part of the experiment."""
    fresh = experiment.pop("fresh", False)
    if not isinstance(fresh, bool):
        raise Invalid(
            f"fresh must be true or false, not {json.dumps(fresh)[:40]}", code="type", field="fresh"
        )
    return fresh


@router.get("/{run_id}")
async def get_run(lab: TheLab, person: ThePerson, run_id: str) -> RunAnswer:
    return lab.sight.view(person, lab.register.get(run_id))


@router.patch("/{run_id}")
async def change_run(lab: TheLab, person: ThePerson, run_id: str, changes: Changes) -> RunAnswer:
    """Rename, colour, star, tag, note, share or archive a run; it changes on every open page."""
    given = changes.model_dump(exclude_unset=True)
    was = given.pop("was", {})
    if not given:
        raise Invalid(
            f"no change was given: give {', '.join(name for name in Changes.model_fields if name != 'was')}",
            code="missing",
        )
    tags = {name: given.pop(name, []) for name in ("add_tags", "remove_tags")}
    return lab.sight.view(person, await lab.register.change(run_id, given, was=was, **tags))


@router.patch("/{run_id}/live")
async def change_live(lab: TheLab, person: ThePerson, run_id: str, changes: LiveChanges) -> RunAnswer:
    """Change what may be changed while a run goes on; an annotation says when it was done."""
    values = changes.model_dump(exclude_none=True)
    if not values:
        raise Invalid("no change was given: give learning_rate, l1, l2 or dropout", code="missing")
    return lab.sight.view(person, await lab.scheduler.commands.change_live(run_id, values, by=person.owner))


@router.delete("/{run_id}", status_code=204)
async def delete_run(lab: TheLab, run_id: str) -> None:
    """Delete a run and its rows; one that trains is ended first."""
    await lab.scheduler.commands.delete(run_id)
    if lab.classroom is not None:
        await lab.classroom.release_deleted(lab.register.find_run)


@router.post("/{run_id}/pause")
async def pause(lab: TheLab, person: ThePerson, run_id: str) -> RunAnswer:
    """Ask a running run to pause after its iteration; viewers are notified when it has."""
    return lab.sight.view(person, await lab.scheduler.commands.pause(run_id))


@router.post("/{run_id}/resume")
async def resume(lab: TheLab, person: ThePerson, run_id: str) -> RunAnswer:
    """Resume a paused run; if no worker is free, it is the next in the queue."""
    return lab.sight.view(person, await lab.scheduler.commands.resume(run_id, by=person.owner))


@router.post("/{run_id}/step")
async def step(lab: TheLab, person: ThePerson, run_id: str, step: Step | None = None) -> RunAnswer:
    """Let a paused run train for one iteration, or for `iterations`; a student, for at most 100."""
    return lab.sight.view(
        person,
        await lab.scheduler.commands.step(run_id, (step or Step(iterations=1)).iterations, by=person.owner),
    )


@router.post("/{run_id}/cancel")
async def cancel(lab: TheLab, person: ThePerson, run_id: str) -> RunAnswer:
    """End a run; its rows stay."""
    return lab.sight.view(person, await lab.scheduler.commands.cancel(run_id))


@router.post("/{run_id}/clone", status_code=201, dependencies=[LAUNCHES])
async def clone(lab: TheLab, person: ThePerson, run_id: str, options: Fresh | None = None) -> RunAnswer:
    """Launch a run's experiment again. The clone of a fork begins with the rows before its last fork, and trains only
    the rest."""
    run = lab.register.get(run_id)
    lab.demand_dataset(person, run.training.config["dataset"]["name"])
    fresh = (options or Fresh()).fresh
    stretches = run.training.stretches
    if stretches and run.training.iteration >= stretches[-1]["until"]:
        wish = Wish(iteration=stretches[-1]["until"], changes={}, origin=lab.sight.origin(person, run))
        return lab.sight.view(
            person, await lab.scheduler.commands.fork(run_id, wish, fresh=fresh, owner=person.owner)
        )
    config = ExperimentConfig.from_dict({**run.training.config, "name": run.name}, stored=True)
    before = await run_in_threadpool(parse_stretches, stretches, config)
    (twin,) = await lab.scheduler.commands.launch([config], stretches=before, fresh=fresh, owner=person.owner)
    return lab.sight.view(person, twin)


@router.get("/{run_id}/comparison")
async def compare(
    lab: TheLab,
    person: ThePerson,
    run_id: str,
    other: Annotated[str, Query(alias="with", description="another run's id")],
) -> ComparisonAnswer:
    """Whether the rows of two runs are equal, bit for bit, as far as both have them."""
    one_id, other_id = (lab.demand_seen(person, id_).training.id for id_ in (run_id, other))
    rows = {
        stream: min(lab.hub.recorded(one_id, stream), lab.hub.recorded(other_id, stream))
        for stream in STREAMS
    }
    first = await lab.database.read(lambda c: row_store.first_difference(c, one_id, other_id, rows))
    difference: Difference | None = None if first is None else {"stream": first[0], "iteration": first[1]}
    return {"identical": first is None, "rows": rows, "difference": difference}


@router.get("/{run_id}/metrics", response_model=MetricsAnswer)
async def metrics(
    lab: TheLab,
    run_id: str,
    stream: str = "train",
    columns: Annotated[str | None, Query(description="names, separated by commas; default: all")] = None,
    after: Annotated[int, Query(ge=0, le=2**53, description="how many rows to skip")] = 0,
    max_points: Annotated[
        int | None,
        Query(
            ge=2,
            le=MAX_ROWS,
            description="most rows of the answer: the extremes of the first metric are kept",
        ),
    ] = None,
) -> Response:
    """Recorded rows, column by column. Values that are not finite are null."""
    training = lab.register.get(run_id).training
    if stream not in STREAMS:
        raise Invalid(
            f"there is no stream {stream!r}; there are {', '.join(STREAMS)}",
            code="unknown_name",
            field="stream",
            bounds={"choices": list(STREAMS)},
        )
    limit = None if max_points else MAX_ROWS
    rows = await lab.database.read(lambda c: row_store.read_rows(c, training.id, stream, after, limit=limit))
    total = lab.hub.total(run_id, stream)
    if rows is None:
        head = {"run": run_id, "stream": stream, "first": after, "rows": 0, "total": total}
        return JSONResponse({**head, "columns": {}})
    names = list(dict.fromkeys(columns.split(","))) if columns else list(rows.columns)
    for name in names:
        if name not in rows.columns:
            raise Invalid(
                f"there is no column {name!r}; there are {', '.join(rows.columns)}",
                code="unknown_name",
                field="columns",
                bounds={"choices": list(rows.columns)},
            )
    head = {"run": run_id, "stream": stream, "first": after}
    text = await in_thread(_thinned_json, head, total, names, rows, max_points)
    return Response(text, media_type="application/json")


def _thinned_json(
    head: dict[str, Any], total: int, names: list[str], rows: Rows, max_points: int | None
) -> str:
    """The answer with the columns `names`, at most `max_points` rows of them."""
    values = rows.values[[rows.columns.index(name) for name in names]]
    if max_points is not None and values.shape[1] > max_points:
        metric = next((index for index, name in enumerate(names) if name != "iteration"), 0)
        values = values[:, extremes(values[metric], max_points)]
    return _as_json({**head, "rows": values.shape[1], "total": total}, names, values)


def _as_json(head: dict[str, Any], names: list[str], values: NDArray[np.float32]) -> str:
    """The answer with its columns as JSON. They are made in pieces, between which other threads get the interpreter: a
    hundred thousand rows are seconds of work."""
    columns = []
    for name, column in zip(names, values, strict=True):
        pieces = (
            column[first : first + VALUES_AT_ONCE].tolist() for first in range(0, len(column), VALUES_AT_ONCE)
        )
        numbers = ",".join(
            ",".join(repr(value) if math.isfinite(value) else "null" for value in piece) for piece in pieces
        )
        columns.append(f"{json.dumps(name)}:[{numbers}]")
    return f'{json.dumps(head)[:-1]},"columns":{{{",".join(columns)}}}}}'
