"""How a file is to be read: what was understood of it, with a person's corrections."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

#: The smallest and the largest side of an image, in pixels.
SIZES = (8, 64)
#: The longest title, and the longest name of a class or column, in characters.
MAX_TITLE = 60
MAX_NAME = 100
#: The usual shares: of all rows for the test, and of the training part for validation.
TEST_SHARE = 0.2
VALIDATION_SHARE = 0.1


def _one_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("must be one line of text")
    return text


Title = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_TITLE),
    AfterValidator(_one_line),
]
#: A name as it is in the file.
Name = Annotated[str, StringConstraints(max_length=MAX_NAME), AfterValidator(_one_line)]
#: A name to show; empty: the class is left out.
ShownName = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=MAX_NAME), AfterValidator(_one_line)
]


class Choices(BaseModel):
    """What a person may choose; None: as the program understood the file.

    A preview fills in every field that applies to its file. For images, `label`, `columns` and `standardize` stay None;
    for tables, `size`, `fit`, `colour`, `transpose` and `flippable`; without a test part of its own, `own_test`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Title | None = None
    label: Name | None = Field(None, description="the column with the classes")
    columns: list[Name] | None = Field(
        None, min_length=1, max_length=1000, description="the input columns, in order"
    )
    standardize: bool | None = Field(
        None, strict=True, description="give each column mean 0 and standard deviation 1 in the training part"
    )
    size: int | None = Field(None, ge=SIZES[0], le=SIZES[1], strict=True, description="side in pixels")
    fit: Literal["crop", "pad"] | None = Field(None, description="how an image becomes a square")
    colour: bool | None = Field(None, strict=True)
    transpose: bool | None = Field(None, strict=True, description="exchange rows and columns of the pixels")
    flippable: bool | None = Field(None, strict=True, description="a mirrored image keeps its class")
    own_test: bool | None = Field(
        None, strict=True, description="use the file's own test part, if it has one"
    )
    test_share: float | None = Field(None, ge=0.05, le=0.5, description="share of all rows")
    validation_share: float | None = Field(None, ge=0, le=0.5, description="share of the training part")
    seed: int | None = Field(None, ge=0, le=2**31 - 1, strict=True)
    classes: dict[str, ShownName] | None = Field(
        None,
        max_length=1000,
        description="class in the file → name to show; two with one name are merged, an empty name drops the class",
    )
