"""Data sets, their images, and how far one is fetched."""

from __future__ import annotations

from typing import Any, NotRequired

from typing_extensions import TypedDict

from app.answers.errors import Why
from app.answers.shape import Number, answer


@answer
class Fetching(TypedDict):
    received: int
    total: int
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
    download_bytes: int
    fetching: Fetching | None
    class_names: list[str]
    columns: list[str]
    validation_size: int
    fitting: list[str]
    own: bool
    #: the number in the class of the person who brought it; null: the teacher, or there is no class
    owner: int | None
    #: whether the reader brought it
    mine: bool
    #: whether the whole class sees it
    shared: bool
    #: an own one whose arrays are gone; its runs keep their curves
    deleted: bool
    digest: str | None


@answer
class DatasetsAnswer(TypedDict):
    datasets: list[DatasetAnswer]


@answer
class UploadAnswer(TypedDict):
    """`preview`: what was understood of the file, as `app.own_data.preview.Preview`."""

    id: str
    preview: dict[str, Any]


@answer
class DrawingsAnswer(TypedDict):
    """How many drawings of the digits 0 to 9 the class has, of how many people, and how many are the asker's."""

    counts: list[int]
    people: int
    mine: list[int]


@answer
class ImagesAnswer(TypedDict):
    """`pixels`: bytes 0 to 255 in base64, image after image; or `points`. A table has the names of its `columns` and,
    if it was standardized, their `units` [mean, deviation]. `labels` are indices of `class_names`."""

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
