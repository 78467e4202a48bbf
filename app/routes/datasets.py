"""/api/datasets: which data sets there are, their images, and downloads of missing ones."""

from __future__ import annotations

import base64
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from app.answers.datasets import DatasetAnswer, DatasetsAnswer, ImagesAnswer
from app.answers.errors import ERRORS
from app.lab import TheLab
from app.people.visits import ThePerson
from engine import datasets
from engine.datasets import own
from engine.datasets.sample import DEFAULT_COUNT, MAX_COUNT

router = APIRouter(prefix="/api/datasets", tags=["data sets"], responses=ERRORS)


@router.get("")
async def list_datasets(lab: TheLab, person: ThePerson) -> DatasetsAnswer:
    """All supported data sets, and which of them are on this server; then own ones that the asker may see, with those
    that are deleted, as runs were trained on them."""
    return {"datasets": [*lab.data_sets.answers(), *lab.own_data.views(person)]}


@router.get("/{name}/images", response_model=ImagesAnswer)
def get_images(
    lab: TheLab,
    person: ThePerson,
    name: str,
    part: Annotated[str, Query(description="test or train")] = "test",
    first: Annotated[int, Query(description="index of the first one, from 0")] = 0,
    count: Annotated[
        int,
        Query(
            description=f"1 to {MAX_COUNT}; fewer come at the end of the part, or if the images or rows are large"
        ),
    ] = DEFAULT_COUNT,
) -> JSONResponse:
    """Images with their labels, to look at.

    `labels` are indices of `class_names`. Images come as `pixels`: bytes 0 to 255 in base64, image after image,
    each in the data set's `shape` (channels, height, width). Sets in the plane have `points` instead: `[[x, y], ...]`,
    and so have tables: one number for each of their `columns`. A table that was standardized has `units`: a number
    times the deviation, plus the mean, is the value as it was brought.
    """
    if own.is_name(name):
        lab.own_data.find(person, name)
    dataset, sample = lab.data_sets.sample(name, part=part, first=first, count=count)
    if sample.is_images:
        values: dict[str, Any] = {"pixels": base64.b64encode(sample.values.tobytes()).decode("ascii")}
    else:
        values = {"points": sample.values.tolist()}
        about = datasets.source(name).about
        if about is not None:
            values |= {"columns": list(about.columns), "units": [list(unit) for unit in about.units]}
    # made here, in the thread: an answer may be megabytes long
    return JSONResponse(
        {
            "name": name,
            "part": sample.part,
            "first": sample.first,
            "total": sample.total,
            "shape": list(dataset.shape),
            "class_names": list(dataset.class_names),
            "labels": sample.labels.tolist(),
            **values,
        }
    )


@router.post("/{name}/fetch", status_code=202)
async def fetch(lab: TheLab, name: str) -> DatasetAnswer:
    """Begin to download a data set; viewers are sent its progress."""
    return lab.data_sets.fetch(name)
