"""What was understood of a file, as JSON, before it becomes a data set."""

from __future__ import annotations

from typing import Any, Literal

from typing_extensions import TypedDict

from engine.reasons import Reason

#: The most rows or images that a preview shows.
MAX_SAMPLES = 50
#: For each reason why something was dropped, at most this many places are named.
MAX_EXAMPLES = 5

Format = Literal["csv", "npz", "idx", "cifar", "zip", "folder", "drawings"]


class ReasonWithText(TypedDict):
    """A reason with its English sentence: `code` and `values` as in `engine.reasons`."""

    code: str
    values: dict[str, Any]
    text: str


class ColumnPreview(TypedDict):
    """One column of a table.

    `missing`: cells without a value. `distinct`: different values; `has_more`: whether there are more than that, which
    were not counted. Extremes and mean are those of all rows of the file, None for text. `why`: why it is unused.
    """

    name: str
    kind: Literal["number", "text"]
    missing: int
    distinct: int
    has_more: bool
    minimum: float | None
    maximum: float | None
    mean: float | None
    use: Literal["input", "label", "unused"]
    why: ReasonWithText | None


class ClassPreview(TypedDict):
    """One class as the file names it. `shown` is its name in the data set; "" if it is not there. `count` is what
    the file has of it, `train` (with the validation images) and `test` what the data set gets."""

    name: str
    shown: str
    count: int
    train: int
    test: int


class Samples(TypedDict):
    """Some rows or images of the training part, some of each class.

    Images: `pixels` is base64 of bytes (n, C, H, W), and `shape` is that. Tables: `rows` has the input columns as they
    are in the file, and `shape` is (n, features). `labels` are indices of the data set's classes:
    the different names that `classes` shows, in order.
    """

    pixels: str | None
    shape: list[int]
    rows: list[list[str]] | None
    labels: list[int]


class Dropped(TypedDict):
    """Rows, images or members that are left out for one reason; `examples` names the first of them."""

    why: ReasonWithText
    count: int
    examples: list[str]


class Preview(TypedDict):
    """What a file becomes when it is kept with these choices.

    `bytes` is the size of the file, `decoded_bytes` that of the data set's arrays. `choices` are as in
    `app.own_data.choices`, with every field filled in that applies. `shape` is that of one image or row.
    `train_size` counts the validation images as well.
    """

    kind: Literal["table", "images"]
    format: Format
    file: str
    bytes: int
    decoded_bytes: int
    choices: dict[str, Any]
    columns: list[ColumnPreview]
    classes: list[ClassPreview]
    shape: list[int]
    train_size: int
    test_size: int
    validation_size: int
    samples: Samples
    dropped: list[Dropped]
    notes: list[ReasonWithText]


def samples_of_class(classes: int) -> int:
    """How many rows of each class of a table are kept to be shown: all classes together have four times as many as are
    shown, because half of the rows may become test rows, and classes may be dropped later."""
    return max(1, 4 * MAX_SAMPLES // classes)


def with_text(reason: Reason) -> ReasonWithText:
    """A reason as JSON, with its sentence."""
    return {**reason.why, "text": str(reason)}
