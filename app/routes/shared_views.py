"""/api/class/views: runs that people share with the class together, as a comparison or a moment."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from app.answers.errors import ERRORS
from app.answers.shared_views import ViewsAnswer, ViewsOfPerson
from app.errors import Invalid
from app.lab import TheLab
from app.people.shared_views import MAX_VIEWED
from app.people.visits import ThePerson

router = APIRouter(prefix="/api/class/views", tags=["class"], responses=ERRORS)


class ViewToShare(BaseModel):
    """Runs that are shared together, and the pinned moment of the first of them."""

    model_config = ConfigDict(extra="forbid")

    runs: list[str] = Field(min_length=1, max_length=MAX_VIEWED)
    iteration: int | None = Field(None, ge=0, le=2**53, strict=True)


@router.get("")
async def get_views(lab: TheLab) -> ViewsAnswer:
    """What the people of the class share, by person."""
    return {"people": lab.demand_class().views.messages()}


@router.post("", status_code=201)
async def share_view(lab: TheLab, person: ThePerson, given: ViewToShare) -> ViewsOfPerson:
    """Share runs with the class as one view. Meanwhile all see those of its runs that the sharer may change."""
    views = lab.demand_class().views
    runs = [lab.register.get(run_id) for run_id in given.runs]
    for run in runs:
        lab.sight.demand(person, run)
    last = runs[0].training.iterations
    if given.iteration is not None and given.iteration > last:
        raise Invalid(
            f"iteration must be from 0 to {last}, not {given.iteration}: the first run has only {last} iterations",
            code="range",
            field="iteration",
            bounds={"minimum": 0, "maximum": last, "value": given.iteration},
        )
    await views.add(person, given.runs, given.iteration)
    return views.message(person.id)


@router.delete("/{view_id}", status_code=204)
async def stop_sharing(lab: TheLab, person: ThePerson, view_id: str) -> None:
    """Stop sharing a view. The teacher may stop any view."""
    await lab.demand_class().views.remove(person, view_id)
