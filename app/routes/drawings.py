"""/api/own-data/drawings: digits that people draw in the lab; together they become a data set of the class."""

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
from app.own_data.drawings import SIDE
from app.people.visits import ThePerson
from app.routes.disconnects import CLIENT_CLOSED, unless_disconnected

router = APIRouter(prefix="/api/own-data/drawings", tags=["own data"], responses=ERRORS)

#: How many drawings one person may give.
MAX_DRAWINGS = 200


def _pixels(text: str) -> str:
    """The text, if it is the pixels of a drawing.

    Raises:
        ValueError: it is not base64, or has another number of bytes.
    """
    try:
        count = len(base64.b64decode(text, validate=True))
    except binascii.Error:
        count = 0
    if count != SIDE * SIDE:
        raise ValueError(f"must be {SIDE * SIDE} bytes in base64")
    return text


class Drawing(BaseModel):
    """A digit and its 28 × 28 pixels: bytes, row by row, in base64; 0 is the background, 255 the pen."""

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
    """How many drawings of each digit there are, of how many people, and how many this person has drawn."""
    return await lab.handwriting.counts(person)


@router.post("", status_code=201)
async def give_drawings(lab: TheLab, person: ThePerson, given: Drawings) -> DrawingsAnswer:
    """Give drawings. They replace this person's earlier drawings."""
    drawings = [(drawing.label, base64.b64decode(drawing.pixels)) for drawing in given.drawings]
    return await lab.handwriting.give(person, drawings)


@router.delete("")
async def take_drawings_back(lab: TheLab, person: ThePerson) -> DrawingsAnswer:
    """Delete this person's drawings. A data set that was made of them earlier stays as it is."""
    return await lab.handwriting.take_back(person)


@router.post("/upload", status_code=201, response_model=UploadAnswer, dependencies=[UPLOADS])
async def upload_drawings(lab: TheLab, person: ThePerson, request: Request) -> Response | UploadAnswer:
    """Make an upload of all drawings. It has a preview and can be kept, like an upload of a file."""
    drawings = await lab.handwriting.load()
    write = partial(handwriting.write_file, drawings=drawings)
    uploaded = await lab.uploads.make(person, "drawings.npz", write)
    preview = await unless_disconnected(request, lab.uploads.first_preview(uploaded))
    if preview is None:
        return Response(status_code=CLIENT_CLOSED)
    return {"id": uploaded.id, "preview": dict(preview)}
