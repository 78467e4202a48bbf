"""/api/own-data/drawings: digits that people draw in the lab, and give for a data set of all of them."""

from __future__ import annotations

import base64
import binascii
from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from app.answers.datasets import DrawingsAnswer, UploadAnswer
from app.answers.errors import ERRORS
from app.lab import UPLOADS, TheLab
from app.own_data import handwriting
from app.own_data.handwriting import SIDE
from app.people.visits import ThePerson
from app.routes.disconnects import CLIENT_CLOSED, unless_disconnected

router = APIRouter(prefix="/api/own-data/drawings", tags=["own data"], responses=ERRORS)

#: Drawings that one person may give.
MAX_DRAWINGS = 200


def _pixels(text: str) -> str:
    try:
        there = len(base64.b64decode(text, validate=True))
    except binascii.Error:
        there = 0
    if there != SIDE * SIDE:
        raise ValueError(f"must be {SIDE * SIDE} bytes in base64")
    return text


class Drawing(BaseModel):
    """A digit and its 28 × 28 pixels, row by row; 0 is the background, 255 the pen."""

    model_config = ConfigDict(extra="forbid")

    label: int = Field(ge=0, le=9, strict=True)
    pixels: Annotated[str, Field(max_length=2 * SIDE * SIDE), AfterValidator(_pixels)]


class Drawings(BaseModel):
    """All drawings of a person, who has agreed that the class trains on them."""

    model_config = ConfigDict(extra="forbid")

    drawings: list[Drawing] = Field(min_length=1, max_length=MAX_DRAWINGS)
    consent: Literal[True] = Field(description="the person has agreed that the class trains on them")


@router.get("")
async def get_drawings(lab: TheLab, person: ThePerson) -> DrawingsAnswer:
    """How many drawings of each digit there are, of how many people, and how many are the asker's."""
    return await lab.handwriting.counts(person)


@router.post("", status_code=201)
async def give_drawings(lab: TheLab, person: ThePerson, given: Drawings) -> DrawingsAnswer:
    """Give drawings; they replace those that one gave before."""
    found = [(one.label, base64.b64decode(one.pixels)) for one in given.drawings]
    return await lab.handwriting.give(person, found)


@router.delete("")
async def take_drawings_back(lab: TheLab, person: ThePerson) -> DrawingsAnswer:
    """Take back one's own drawings. A data set that was made of them before stays as it is."""
    return await lab.handwriting.take_back(person)


@router.post("/upload", status_code=201, response_model=UploadAnswer, dependencies=[UPLOADS])
async def upload_drawings(lab: TheLab, person: ThePerson, request: Request) -> Response | UploadAnswer:
    """Make an upload of all drawings, to look at and keep as one of a file."""
    found = await lab.handwriting.load()
    uploaded = await lab.uploads.make(person, "drawings.npz", partial(handwriting.write_file, drawings=found))
    preview = await unless_disconnected(request, lab.uploads.first_preview(uploaded))
    if preview is None:
        return Response(status_code=CLIENT_CLOSED)
    return {"id": uploaded.id, "preview": dict(preview)}
