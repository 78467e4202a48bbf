"""Data sets, their images, and how far one is fetched."""

from __future__ import annotations

from typing import NotRequired

from typing_extensions import TypedDict

from app.answers.errors import Why
from app.answers.shape import Number, answer


@answer
class Fetching(TypedDict):
    received: int
    total: int | None
    error: str | None
    why: Why | None


@answer
class DatasetAnswer(TypedDict):
    name: str
    title: str
    shape: list[int]
    classes: int
    flippable: bool
    train_size: int
    test_size: int
    available: bool
    fetchable: bool
    download_bytes: int | None
    fetching: Fetching | None
    class_names: list[str]
    columns: list[str]
    validation_size: int
    fitting: list[str]
    own: bool


@answer
class DatasetsAnswer(TypedDict):
    datasets: list[DatasetAnswer]


@answer
class ImagesAnswer(TypedDict):
    """`pixels`: bytes 0 to 255 in base64, image after image; or `points`. A table has the names of its `columns` and,
    if it was standardized, their `units` [mean, deviation]. `labels` are places in `class_names`."""

    name: str
    part: str
    first: int
    total: int
    shape: list[int]
    class_names: list[str]
    labels: list[int]
    pixels: NotRequired[str]
    points: NotRequired[list[list[Number]]]
    columns: NotRequired[list[str]]
    units: NotRequired[list[list[Number]]]
