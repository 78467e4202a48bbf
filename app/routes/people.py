"""/api/class: joining, coming back, and the class as its people see it."""

from __future__ import annotations

from typing import Annotated, Any, cast

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from app.answers import ClassAnswer
from app.lab import Lab, TheLab
from app.people.classroom import LONGEST_NICKNAME
from app.people.cookies import forget, remember, token_of
from app.people.person import Person, Role
from app.people.refusals import Forbidden
from app.people.visits import ThePerson, Visitor

router = APIRouter(prefix="/api/class", tags=["class"])

#: What the teacher sees of a student, as codes that the page words.
SEES = ["nickname", "runs", "curves", "hand", "away"]

Code = Annotated[str, Field(max_length=40, description="six digits; spaces and hyphens do not count")]


class Joining(BaseModel):
    """Who joins which class."""

    model_config = ConfigDict(extra="forbid")

    code: Code
    nickname: str = Field(
        max_length=200, description=f"1 to {LONGEST_NICKNAME} characters, of which the class sees none"
    )


class Link(BaseModel):
    """What is behind the # in the teacher's or the projector's link."""

    model_config = ConfigDict(extra="forbid")

    secret: str = Field(max_length=200)


@router.get("")
async def get_class(lab: TheLab, visitor: Visitor) -> ClassAnswer:
    """The class as the asker sees it; a browser that is not known gets its name only."""
    return class_view(lab, visitor)


@router.post("/join", status_code=201)
async def join(lab: TheLab, request: Request, response: Response, given: Joining) -> ClassAnswer:
    """Join with the code of the class; the answer sets a cookie. A browser in which somebody has joined stays theirs,
    200."""
    classroom = lab.demand_class()
    token = token_of(request, classroom.id)
    known = classroom.person_of(token)
    if known is not None:
        if known.removed:
            raise Forbidden("the teacher has removed you from the class", code="removed")
        response.status_code = 200
        return class_view(lab, known)
    person, token = await classroom.join(given.code, given.nickname, token)
    remember(response, request, classroom.id, token)
    return class_view(lab, person)


@router.post("/enter")
async def enter(lab: TheLab, request: Request, response: Response, given: Link) -> ClassAnswer:
    """Come in by the teacher's or the projector's link."""
    classroom = lab.demand_class()
    person, token = await classroom.enter(given.secret)
    remember(response, request, classroom.id, token)
    return class_view(lab, person)


@router.post("/me/leave")
async def leave(lab: TheLab, request: Request, response: Response, person: ThePerson) -> ClassAnswer:
    """Forget whose browser this is; the answer is that for a visitor."""
    classroom = lab.demand_class()
    await classroom.leave(token_of(request, classroom.id))
    forget(response, request, classroom.id)
    return class_view(lab, None)


def class_view(lab: Lab, person: Person | None) -> ClassAnswer:
    """The class as a person sees it; None: a visitor."""
    classroom = lab.demand_class()
    seen: dict[str, Any] = {"name": classroom.name, "ended": classroom.ended_at is not None, "role": None}
    if person is not None:
        seen |= {
            **classroom.view(),
            "role": person.role.value,
            "me": {
                "id": person.id,
                "number": person.number,
                "nickname": person.nickname,
                "hand": person.hand_at is not None,
            },
            "sees": SEES,
        }
        if person.role is not Role.STUDENT:
            seen["code"] = classroom.code
    return cast(ClassAnswer, seen)
