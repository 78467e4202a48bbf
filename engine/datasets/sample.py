"""A sample of a data set, to look at: some images as bytes, or some points, with their labels."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.datasets.dataset import Dataset
from engine.fields import Field
from engine.levels import rounded_levels

#: How many images or points are shown by default.
DEFAULT_COUNT = 50
#: The most that can be requested: all points of a data set in the plane.
MAX_COUNT = 1000
#: The most numbers of a table at once; fewer rows come where it has many columns.
MAX_NUMBERS = 100_000

#: The most bytes of images at once: 1,000 of CIFAR's; fewer images come where they are larger.
MAX_BYTES = 3_072_000

PART = Field("part", "choice", "test", choices=("test", "train"))
FIRST = Field("first", "integer", 0, minimum=0)
COUNT = Field("count", "integer", DEFAULT_COUNT, minimum=1, maximum=MAX_COUNT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Some consecutive images or points of a part of a data set.

    `values` are bytes 0 to 255 (n, C, H, W), or the coordinates or columns as networks get them (n, features); `labels`
    are class indices (n,); `total` is how many the part holds.
    """

    part: str
    first: int
    total: int
    values: NDArray[Any]
    labels: NDArray[Any]

    @property
    def is_images(self) -> bool:
        return self.values.ndim == 4


def sample(dataset: Dataset, *, part: Any = "test", first: Any = 0, count: Any = DEFAULT_COUNT) -> Sample:
    """Take `count` images from position `first` on, counted from 0; fewer if the part ends before, or if the rows of a
    table have very many columns or the images very many pixels.

    Raises:
        ConfigError: an unknown part, a position after the end, or too many images.
    """
    part = PART.check(part, "part")
    count = COUNT.check(count, "count")
    images, labels = getattr(dataset, f"{part}_images"), getattr(dataset, f"{part}_labels")
    total = len(labels)
    first = replace(FIRST, maximum=total - 1).check(first, "first")
    if images.ndim == 2:
        count = min(count, max(1, MAX_NUMBERS // images.shape[1]))
    else:
        count = min(count, max(1, MAX_BYTES // math.prod(images.shape[1:])))
    values = np.asarray(images[first : first + count])
    if values.ndim == 4:
        values = rounded_levels(values)
    return Sample(
        part=part,
        first=first,
        total=total,
        values=values,
        labels=np.asarray(labels[first : first + count]),
    )
