"""/api/class: joining, coming back, and the class as its people see it."""

from __future__ import annotations

import time
from typing import Annotated, Any, Literal, cast

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from app.answers.classroom import ClassAnswer, PhraseAnswer
from app.answers.errors import ERRORS
from app.lab import Lab, TheLab
from app.people.cookies import forget, remember, token_of
from app.people.names import MAX_NICKNAME
from app.people.person import Person, Role
from app.people.refusals import Forbidden
from app.people.visits import ThePerson, Visitor

router = APIRouter(prefix="/api/class", tags=["class"], responses=ERRORS)

#: What the teacher sees of a student: codes, for each of which the page has a sentence.
SEES = ["nickname", "runs", "curves", "data", "studies", "answers", "hand", "away"]

Code = Annotated[str, Field(max_length=40, description="six digits; spaces and hyphens do not count")]


class Joining(BaseModel):
    """Who joins which class."""

    model_config = ConfigDict(extra="forbid")

    code: Code
    nickname: str = Field(
        max_length=200,
        description=f"1 to {MAX_NICKNAME} characters. The teacher sees it; the projector shows it only if the teacher"
        " turns that on",
    )


class Asking(BaseModel):
    """A code that is checked while the person still types."""

    model_config = ConfigDict(extra="forbid")

    code: Code


class Link(BaseModel):
    """The secret after the # in the teacher's or the projector's link."""

    model_config = ConfigDict(extra="forbid")

    secret: str = Field(max_length=200)


class Returning(BaseModel):
    """Who comes back by a recovery phrase."""

    model_config = ConfigDict(extra="forbid")

    code: Code
    phrase: str = Field(max_length=200, description="three words, in any case and with any spaces")


class Language(BaseModel):
    """Of the words of a recovery phrase."""

    model_config = ConfigDict(extra="forbid")

    language: Literal["en", "ja"] = "en"


class Hand(BaseModel):
    """Whether a hand is up."""

    model_config = ConfigDict(extra="forbid")

    up: bool = Field(strict=True)


@router.get("")
async def get_class(lab: TheLab, request: Request, visitor: Visitor) -> ClassAnswer:
    """The class as the asker sees it. An unknown browser gets only the name, and whether the class has ended.
    `removed` is true if the teacher has removed the student of this browser."""
    classroom = lab.demand_class()
    lab.addresses.note(request, by_teacher=visitor is not None and visitor.is_teacher)
    member = classroom.person_of(token_of(request, classroom.id))
    seen = class_view(lab, visitor)
    return {**seen, "removed": True} if member is not None and member.removed else seen


@router.post("/check")
async def check(lab: TheLab, request: Request, given: Asking) -> ClassAnswer:
    """Whether the class has this code; a wrong one counts as in joining."""
    classroom = lab.demand_class()
    classroom.entrance.check(given.code, token_of(request, classroom.id))
    return class_view(lab, None)


@router.post("/join", status_code=201)
async def join(lab: TheLab, request: Request, response: Response, given: Joining) -> ClassAnswer:
    """Join with the code of the class; the answer sets a cookie. A browser in which a person has joined stays theirs,
    200."""
    classroom = lab.demand_class()
    token = token_of(request, classroom.id)
    member = classroom.person_of(token)
    if member is not None:
        if member.removed:
            raise Forbidden("the teacher has removed you from the class", code="removed")
        response.status_code = 200
        return class_view(lab, member)
    person, token = await classroom.entrance.join(given.code, given.nickname, token)
    remember(response, request, classroom.id, token)
    return class_view(lab, person)


@router.post("/return")
async def come_back(lab: TheLab, request: Request, response: Response, given: Returning) -> ClassAnswer:
    """Be known on another device, by the code of the class and one's recovery phrase."""
    classroom = lab.demand_class()
    person, token = await classroom.entrance.return_by(
        given.code, given.phrase, token_of(request, classroom.id)
    )
    remember(response, request, classroom.id, token)
    return class_view(lab, person)


@router.post("/me/phrase")
async def make_my_phrase(lab: TheLab, person: ThePerson, given: Language | None = None) -> PhraseAnswer:
    """A new recovery phrase, in the place of the one before. It is not stored, only its hash."""
    phrase = await lab.demand_class().entrance.give_phrase(person, (given or Language()).language)
    return {"phrase": phrase}


@router.put("/me/hand")
async def put_hand(lab: TheLab, person: ThePerson, given: Hand) -> ClassAnswer:
    """Put one's hand up, or down."""
    hand_at = (person.hand_at or time.time()) if given.up else None
    await lab.demand_class().change(person, hand_at=hand_at)
    return class_view(lab, person)


@router.post("/enter")
async def enter(lab: TheLab, request: Request, response: Response, given: Link) -> ClassAnswer:
    """Come in by the teacher's or the projector's link."""
    classroom = lab.demand_class()
    person, token = await classroom.links.enter(given.secret)
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
    if person is None:
        return {"name": classroom.name, "ended": classroom.ended_at is not None, "role": None}
    seen: dict[str, Any] = {
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
        seen["code"] = classroom.entrance.code
        seen["addresses"] = lab.addresses.all()
    return cast(ClassAnswer, seen)
