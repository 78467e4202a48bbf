"""/api/runs/{id}/fork: a run that shares its first iterations with another one, and goes on with other settings."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from app.answers.errors import ERRORS
from app.answers.experiments import ForkAnswer
from app.answers.runs import RunAnswer
from app.jobs.fork import Wish
from app.lab import LAUNCHES, TheLab
from app.people.visits import ThePerson

router = APIRouter(prefix="/api/runs", tags=["runs"], responses=ERRORS)


class ForkRequest(BaseModel):
    """Where a run is forked, and what is other from there on."""

    model_config = ConfigDict(extra="forbid")

    iteration: int = Field(strict=True, description="the last one that both share; 0: none")
    changes: dict[str, Any] = Field(
        {},
        description="parts of an experiment file, merged into that of the run as it was changed by hand up to there. "
        "Where a `name` changes, such as the optimizer's, the object around it is replaced.",
    )
    seed: int | None = Field(
        None,
        ge=0,
        le=2**32 - 1,
        strict=True,
        description="of the random numbers from there on; null: those that the run draws",
    )
    name: str | None = Field(None, min_length=1, max_length=200, description="null: that of the run")
    fresh: bool = Field(False, strict=True, description="train it again if the same fork has been trained")

    def wish(self) -> Wish:
        return Wish(self.iteration, self.changes, self.seed, self.name)


@router.post("/{run_id}/fork", status_code=201, dependencies=[LAUNCHES])
async def fork(lab: TheLab, person: ThePerson, run_id: str, given: ForkRequest) -> RunAnswer:
    """Fork a run: the new one has its rows up to an iteration, and trains on with other settings. What went into the
    weights already cannot change: data, network, number type and seed. A fork that changes nothing shows the training
    of its origin."""
    lab.demand_dataset(person, lab.register.get(run_id).training.config["dataset"]["name"])
    run = await lab.scheduler.commands.fork(run_id, given.wish(), fresh=given.fresh, owner=person.owner)
    return lab.sight.view(person, run)


@router.post("/{run_id}/fork/check")
async def check_fork(lab: TheLab, run_id: str, given: ForkRequest) -> ForkAnswer:
    """What a fork would be: its complete experiment and what it costs. Nothing is stored. `seconds` are those from the
    nearest checkpoint to the end."""
    checked = await lab.scheduler.commands.forking.check(run_id, given.wish())
    return ForkAnswer(
        **vars(checked.summary),
        iterations=checked.config.iterations,
        seconds=await run_in_threadpool(checked.seconds),
        config={**checked.config.to_dict(), "name": checked.name},
        changes_nothing=checked.changes_nothing,
    )
