"""What a reader makes of a file, before classes are chosen and the parts are divided."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from app.own_data.dropping import Dropping
from app.own_data.preview import ColumnPreview, Format
from engine.reasons import Reason

TRAIN, TEST = 0, 1


@dataclass(slots=True, kw_only=True)
class Material:
    """Rows or images in the order of the file, each with its class.

    Attributes:
        values: images (N, C, H, W) uint8, or rows (N, features) float32, from which `offsets` are subtracted.
        codes: (N,), int32: the position of each one's class in `classes`.
        classes: names of the classes as the file has them, in the order of the data set.
        parts: (N,) uint8, `TRAIN` or `TEST`, if the file itself has both; otherwise None.
        origin: as in `engine.datasets.own.About`.
        columns: all columns of a table.
        inputs: names of the input columns, in order.
        offsets: of each input column, float64: so a column of large numbers that differ little loses nothing.
        units: mean and deviation of each input column if the file has it standardized already.
        samples: position in `values` → the texts of that row.
        label: the name of the label column of a table.
        image_choices: how the images were made: size, fit, colour, transpose.
        validation_size: of the training part, if the file says so.
        flippable: whether the file says that a mirrored image keeps its class.
    """

    values: NDArray[Any]
    codes: NDArray[np.int32]
    classes: list[str]
    parts: NDArray[np.uint8] | None = None
    origin: Literal["csv", "npz", "idx", "cifar", "images", "drawings"]
    format: Format
    columns: list[ColumnPreview] = field(default_factory=list)
    inputs: list[str] = field(default_factory=list)
    offsets: NDArray[np.float64] | None = None
    units: tuple[tuple[float, float], ...] = ()
    samples: dict[int, list[str]] = field(default_factory=dict)
    label: str | None = None
    image_choices: dict[str, Any] = field(default_factory=dict)
    validation_size: int | None = None
    flippable: bool = False
    notes: list[Reason] = field(default_factory=list)
    dropping: Dropping = field(default_factory=Dropping)

    @property
    def is_table(self) -> bool:
        return self.values.ndim == 2
