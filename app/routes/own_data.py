"""/api/own-data: files that people bring, and the data sets that they become."""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from app.answers.datasets import DatasetAnswer, UploadAnswer
from app.answers.errors import ERRORS
from app.errors import Conflict, Invalid
from app.exports.names import attachment
from app.lab import EXPORTS, PREVIEWS, UPLOADS, Lab, TheLab
from app.own_data.choices import Choices, Title
from app.own_data.preview import Preview
from app.people.visits import ThePerson
from app.routes.disconnects import CLIENT_CLOSED, unless_disconnected
from app.routes.sent_once import SentOnce
from app.texts import file_name
from app.work import in_thread
from engine import datasets
from engine.datasets import own_npz
from engine.datasets.own import About
from engine.errors import DatasetError
from engine.reasons import reason_of

router = APIRouter(prefix="/api/own-data", tags=["own data"], responses=ERRORS)

#: The path whose bodies are files.
UPLOADED = "/api/own-data/uploads"


class Changes(BaseModel):
    """What may be changed of an own data set."""

    model_config = ConfigDict(extra="forbid")

    title: Title | None = None
    shared: bool | None = Field(None, strict=True, description="whether the whole class sees it")


@router.post("/uploads", status_code=201, response_model=UploadAnswer, dependencies=[UPLOADS])
async def upload(
    lab: TheLab,
    person: ThePerson,
    request: Request,
    file: Annotated[str, Query(description="the file's name", max_length=500)] = "",
) -> Response | UploadAnswer:
    """Send a file as the body of the request, to look at before it counts: what it holds as far as it was understood.
    It is removed when it has not been used for an hour; in a class each person has one at a time."""
    uploaded = await lab.uploads.receive(person, file, request.stream())
    preview = await unless_disconnected(request, lab.uploads.first_preview(uploaded))
    if preview is None:
        return Response(status_code=CLIENT_CLOSED)
    return {"id": uploaded.id, "preview": dict(preview)}


@router.post("/uploads/{upload_id}/preview", response_model=Preview, dependencies=[PREVIEWS])
async def preview_upload(
    lab: TheLab, person: ThePerson, request: Request, upload_id: str, choices: Choices
) -> Response | Preview:
    """What the file is when it is read with these choices; those that are not given are as it was understood."""
    uploaded = lab.uploads.of(person, upload_id)
    preview = await unless_disconnected(request, lab.uploads.preview(uploaded, choices))
    return Response(status_code=CLIENT_CLOSED) if preview is None else preview


@router.post(
    "/uploads/{upload_id}/keep", status_code=201, response_model=DatasetAnswer, dependencies=[PREVIEWS]
)
async def keep_upload(
    lab: TheLab, person: ThePerson, request: Request, upload_id: str, choices: Choices
) -> Response | DatasetAnswer:
    """Make a data set of the file, which is removed then. The choices must have a title."""
    uploaded = lab.uploads.of(person, upload_id)
    name = await unless_disconnected(request, lab.uploads.keep(uploaded, person, choices))
    return Response(status_code=CLIENT_CLOSED) if name is None else lab.own_data.view(person, name)


@router.delete("/uploads/{upload_id}", status_code=204)
async def drop_upload(lab: TheLab, person: ThePerson, upload_id: str) -> None:
    """Give up a file."""
    await lab.uploads.drop(lab.uploads.of(person, upload_id))


@router.patch("/{name}")
async def change(lab: TheLab, person: ThePerson, name: str, changes: Changes) -> DatasetAnswer:
    """Rename a data set, or share it with the class; it changes on every open page."""
    if changes.title is None and changes.shared is None:
        raise Invalid("no change was given: give title or shared", code="missing")
    return await lab.own_data.change(person, name, title=changes.title, shared=changes.shared)


@router.delete("/{name}", response_model=DatasetAnswer, responses={204: {"description": "not seen any more"}})
async def delete(lab: TheLab, person: ThePerson, name: str) -> Response | DatasetAnswer:
    """Delete a data set; its runs keep their curves. Where several people brought the same content, the others keep
    it; the teacher deletes it for all. The answer is what the person sees of it from now on: `deleted`, or as another
    one shares it; 204: nothing."""
    seen = await lab.own_data.delete(person, name)
    return Response(status_code=204) if seen is None else seen


@router.get("/{name}/file", dependencies=[EXPORTS])
async def export(lab: TheLab, person: ThePerson, request: Request, name: str) -> Response:
    """The data set as an NPZ with x_train, y_train, x_test, y_test, class_names and, of a table, columns: in any lab it
    becomes the same data set."""
    entry = lab.own_data.find(person, name)
    response = SentOnce(
        lab.settings.own_dir / "uploads" / f"{secrets.token_hex(8)}.npz",
        attachment(f"{file_name(lab.own_data.view(person, name)['title'])}.npz"),
    )
    try:
        if await unless_disconnected(request, in_thread(_write, lab, response, name, entry.about)) is None:
            response.delete()  # the file may have been written although the client has gone
            return Response(status_code=CLIENT_CLOSED)
    except DatasetError as error:
        response.delete()
        raise Conflict(reason_of(error), code="not_available", field="name") from None
    except BaseException:
        response.delete()
        raise
    return response


def _write(lab: Lab, response: SentOnce, name: str, about: About) -> bool:
    dataset = datasets.load_dataset(name, cache_dir=lab.settings.cache_dir)
    with response.file.open("wb") as file:
        own_npz.write(file, dataset, about)
    return True
