"""/api/class: what the teacher does with the class. Only the teacher may: see `app.people.access`."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from app.answers.classroom import ClassAnswer, PeopleAnswer, PersonAnswer, PhraseAnswer, SecretAnswer
from app.answers.errors import ERRORS
from app.errors import Conflict, Invalid
from app.exports.documents import MAX_RUNS
from app.lab import Lab, TheLab
from app.people.allowance import MAX_STEP
from app.people.person import Role
from app.people.roster import person_view
from app.people.visits import ThePerson
from app.people.wall import newest_of_each
from app.routes.people import Language, class_view

router = APIRouter(prefix="/api/class", tags=["class"], responses=ERRORS)


class PersonChanges(BaseModel):
    """What the teacher changes of a student; fields that are left out stay as they are."""

    model_config = ConfigDict(extra="forbid")

    nickname: str = Field("", max_length=200)
    removed: bool = Field(False, strict=True, description="false lets them in again")
    hand: Literal[False] = Field(False, description="false puts their hand down")


class HoldRequest(BaseModel):
    """Whether launching is held."""

    model_config = ConfigDict(extra="forbid")

    held: bool = Field(strict=True)


class BehindRequest(BaseModel):
    """Where a training that waits is put."""

    model_config = ConfigDict(extra="forbid")

    behind: str = Field(max_length=40, description="a training that waits: its id")


class StepTogether(BaseModel):
    """By how many iterations every training moves."""

    model_config = ConfigDict(extra="forbid")

    iterations: int = Field(1, ge=1, le=MAX_STEP, strict=True)


class View(BaseModel):
    """What all screens show: some runs, a moment of some runs, the newest runs of a student, or a lesson."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["runs", "moment", "person", "lesson"]
    runs: list[str] = Field([], max_length=MAX_RUNS, description="for the kinds runs and moment")
    iteration: int | None = Field(None, ge=0, le=2**53, strict=True, description="for the kind moment")
    person: str | None = Field(None, max_length=40, description="for the kind person: an id")
    lesson: str | None = Field(None, max_length=100, description="for the kind lesson: a slug")
    step: int | None = Field(None, ge=0, le=100, strict=True, description="for the kind lesson")

    def checked_values(self) -> dict[str, Any]:
        """The values that its kind needs, and those that it may have.

        Raises:
            Invalid: one that it needs is missing.
        """
        names = {
            "runs": ("runs",),
            "moment": ("runs", "iteration"),
            "person": ("person",),
            "lesson": ("lesson",),
        }[self.kind]
        for name in names:
            if getattr(self, name) in (None, []):
                message = f"view.{name} is needed for the kind {self.kind}"
                raise Invalid(message, code="missing", field=f"view.{name}")
        values = {name: getattr(self, name) for name in names}
        return values | ({"step": self.step} if self.kind == "lesson" else {})


class ShowRequest(BaseModel):
    """What all screens show; null: each shows its own again."""

    model_config = ConfigDict(extra="forbid")

    view: View | None


class ClassChanges(BaseModel):
    """Fields that are left out stay as they are."""

    model_config = ConfigDict(extra="forbid")

    numbers_only: bool = Field(True, strict=True, description="whether the projector shows no nicknames")
    cloud: bool = Field(False, strict=True, description="whether students see the curves of all")


@router.get("/people")
async def get_people(lab: TheLab) -> PeopleAnswer:
    """All students, by their numbers, also those who were removed."""
    students = [person for person in lab.demand_class().people if person.role is Role.STUDENT]
    return {"people": [person_view(student) for student in students]}


@router.patch("/people/{person_id}")
async def change_person(lab: TheLab, person_id: str, given: PersonChanges) -> PersonAnswer:
    """Rename a student, put their hand down, remove them or let them in again. Their runs stay."""
    classroom = lab.demand_class()
    person = classroom.roster.student(person_id)
    changes = given.model_dump(exclude_unset=True)
    if not changes:
        raise Invalid("no change was given: give nickname, removed or hand", code="missing")
    if changes.pop("hand", None) is False:
        changes["hand_at"] = None
    await classroom.change(person, **changes)
    return person_view(person)


@router.post("/people/{person_id}/phrase")
async def make_phrase(lab: TheLab, person_id: str, given: Language | None = None) -> PhraseAnswer:
    """A new recovery phrase for a student, which replaces the one before."""
    classroom = lab.demand_class()
    person = classroom.roster.student(person_id)
    return {"phrase": await classroom.entrance.give_phrase(person, (given or Language()).language)}


@router.post("/code")
async def renew_code(lab: TheLab, person: ThePerson) -> ClassAnswer:
    """Another code to join with. Those who have joined stay."""
    await lab.demand_class().entrance.renew_code()
    return class_view(lab, person)


@router.post("/hold")
async def hold(lab: TheLab, person: ThePerson, given: HoldRequest) -> ClassAnswer:
    """Hold launching: students cannot launch, fork, resume or step. What trains goes on."""
    await lab.demand_class().set(held=given.held)
    return class_view(lab, person)


@router.post("/step")
async def step_together(lab: TheLab, person: ThePerson, given: StepTogether | None = None) -> ClassAnswer:
    """Move all that trains by exactly this number of iterations, and no further. The first time, each training stops
    after its current iteration, and launching is held. Nothing else begins until the teacher releases it; then all go
    on."""
    classroom = lab.demand_class()
    iterations = (given or StepTogether(iterations=1)).iterations
    lab.scheduler.stepping.moves()  # refuses where nothing trains
    was_held = classroom.held
    if not was_held:
        await classroom.set(held=True)
    try:
        lab.scheduler.stepping.step(iterations)
    except Conflict:  # the last training has ended meanwhile
        if not was_held:
            await classroom.set(held=False)
        raise
    classroom.note_stepped(iterations)
    return class_view(lab, person)


@router.post("/queue/{training_id}/first", status_code=204)
async def put_first(lab: TheLab, training_id: str) -> None:
    """Let a training that waits start before all others. One that has started meanwhile stays as it is."""
    await lab.scheduler.order_by_hand.put_first(training_id)


@router.post("/queue/{training_id}/behind", status_code=204)
async def put_behind(lab: TheLab, training_id: str, given: BehindRequest) -> None:
    """Let a training that waits start right after another one that waits. All others keep their turns."""
    await lab.scheduler.order_by_hand.put_behind(training_id, given.behind)


@router.post("/show")
async def show(lab: TheLab, person: ThePerson, given: ShowRequest) -> ClassAnswer:
    """Put a view on every screen until it is released. All people see its runs meanwhile."""
    classroom = lab.demand_class()
    await classroom.set(shown=None if given.view is None else _view_to_store(lab, given.view))
    await classroom.release_deleted(lab.register.find_run)  # what was deleted meanwhile
    return class_view(lab, person)


@router.post("/projector-link", status_code=201)
async def make_projector_link(lab: TheLab) -> SecretAnswer:
    """A new link for the projector, `join#projector=SECRET`; the one before stops working."""
    return {"secret": await lab.demand_class().links.renew(Role.PROJECTOR)}


@router.patch("")
async def change_class(lab: TheLab, person: ThePerson, given: ClassChanges) -> ClassAnswer:
    """Show nicknames on the projector, or numbers only; show students the curves of all, without names, or hide
    them."""
    changes = given.model_dump(exclude_unset=True)
    if not changes:
        raise Invalid("no change was given: give numbers_only or cloud", code="missing")
    await lab.demand_class().set(**changes)
    return class_view(lab, person)


@router.post("/end")
async def end(lab: TheLab, person: ThePerson) -> ClassAnswer:
    """End the class for ever: its nicknames are deleted and no student is known any more; the curves stay. Exports that
    are made before keep the nicknames."""
    await lab.demand_class().end()
    return class_view(lab, person)


def _view_to_store(lab: Lab, view: View) -> dict[str, Any]:
    shown = {"kind": view.kind, **view.checked_values()}
    for run_id in shown.get("runs", ()):
        lab.register.get(run_id)
    if view.kind == "person":
        student = lab.demand_class().roster.student(shown["person"])
        shown |= {
            "number": student.number,
            "runs": [run.id for run in newest_of_each(lab.register.runs).get(student.id, [])],
        }
    return shown
