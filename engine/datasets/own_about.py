"""What an own data set is: its content, what is known of it without the content, and what may change."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

ARRAYS = ("train_images", "train_labels", "test_images", "test_labels")
#: Where the data of an own data set came from.
ORIGINS = ("csv", "npz", "idx", "cifar", "images", "drawings")

#: Bounds of what a data set may be.
CLASSES = (2, 1000)
MAX_FEATURES = 1000
MAX_SIDE = 128
MAX_IMAGES = 10_000_000
#: Characters of a title, of a class's name and of a column's.
MAX_TITLE = 60
MAX_NAME = 100
#: Unix seconds of the year 5138.
MAX_SECONDS = 1e11

_NAME = re.compile(r"own-[0-9a-f]{16}")
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrays:
    """The content: images (N, C, H, W) uint8 levels of brightness, or a table's rows (N, features) float32; labels are
    class indices (N,), intp."""

    train_images: NDArray[Any]
    train_labels: NDArray[Any]
    test_images: NDArray[Any]
    test_labels: NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What an own data set is, without its arrays: enough to check an experiment.

    Attributes:
        shape: of one image (C, H, W), or (features,) of a table's row.
        class_names: 2 to 1000, all different.
        columns: the names of a table's columns; empty for images.
        units: the mean and the standard deviation of each column in the training part, if a table was standardized;
            otherwise empty.
        train_size, test_size: images of the two parts.
        validation_size: how many validation images the form suggests; they are the last of the training part.
        flippable: an image keeps its class when left and right are exchanged.
        origin: one of `ORIGINS`.
        digest: of the content, 64 hexadecimal digits; see `digest_of`.

    Raises:
        ValueError: a value is out of bounds; the message names it.
    """

    shape: tuple[int, ...]
    class_names: tuple[str, ...]
    columns: tuple[str, ...] = ()
    units: tuple[tuple[float, float], ...] = ()
    train_size: int
    test_size: int
    validation_size: int = 0
    flippable: bool = False
    origin: str
    digest: str

    def __post_init__(self) -> None:
        low, high = CLASSES
        _demand(low <= len(self.class_names) <= high, "class_names", f"{low} to {high} names")
        for name, texts in (("class_names", self.class_names), ("columns", self.columns)):
            _demand(len(set(texts)) == len(texts), name, "names that differ")
            _demand(all(map(_is_name, texts)), name, f"names of 1 to {MAX_NAME} characters in one line")
        if len(self.shape) == 1:
            _demand(1 <= self.shape[0] <= MAX_FEATURES, "shape", f"1 to {MAX_FEATURES} columns")
            _demand(len(self.columns) == self.shape[0], "columns", f"{self.shape[0]} names")
            _demand(len(self.units) in (0, self.shape[0]), "units", f"none, or {self.shape[0]}")
            finite = (math.isfinite(mean) and 0 <= deviation < math.inf for mean, deviation in self.units)
            _demand(all(finite), "units", "finite numbers")
            _demand(not self.flippable, "flippable", "false for a table")
        else:
            is_image = len(self.shape) == 3 and self.shape[0] in (1, 3)
            sides = all(1 <= side <= MAX_SIDE for side in self.shape[1:])
            _demand(is_image and sides, "shape", f"1 or 3 channels of 1 to {MAX_SIDE} pixels")
            _demand(not self.columns, "columns", "empty for images")
            _demand(not self.units, "units", "empty for images")
        _demand(1 <= self.train_size <= MAX_IMAGES, "train_size", f"1 to {MAX_IMAGES}")
        _demand(1 <= self.test_size <= MAX_IMAGES, "test_size", f"1 to {MAX_IMAGES}")
        _demand(0 <= self.validation_size < self.train_size, "validation_size", "less than train_size")
        _demand(self.origin in ORIGINS, "origin", f"one of {', '.join(ORIGINS)}")
        _demand(_DIGEST.fullmatch(self.digest) is not None, "digest", "64 hexadecimal digits")

    def in_own_units(self, rows: NDArray[Any]) -> NDArray[np.float32]:
        """Rows (n, columns) of a table, as networks get them, in the units in which the table was brought."""
        values = np.asarray(rows, np.float64)
        if self.units:
            means, deviations = np.array(self.units).T
            values = values * np.where(deviations > 0, deviations, 1) + means
        return values.astype(np.float32)

    def to_dict(self) -> dict[str, Any]:
        return {name: _plain(value) for name, value in asdict(self).items()}

    @classmethod
    def from_dict(cls, given: Any) -> About:
        """From JSON, which may come from another lab.

        Raises:
            ValueError: it is something else; the message names the wrong value.
        """
        if not isinstance(given, Mapping) or set(given) != set(_KINDS):
            raise ValueError(f"an own data set has {', '.join(_KINDS)}")
        for name, kind in _KINDS.items():
            _demand(_is_a(given[name], kind), name, kind)
        try:
            units = tuple((float(mean), float(deviation)) for mean, deviation in given["units"])
        except OverflowError:  # JSON may have whole numbers beyond all that a float holds
            raise ValueError("units must be finite numbers") from None
        lists = {name: tuple(given[name]) for name in ("shape", "class_names", "columns")}
        return cls(**{**given, **lists, "units": units})


#: What each value of `About` is in JSON.
_KINDS = {
    "shape": "whole numbers",
    "class_names": "texts",
    "columns": "texts",
    "units": "pairs of numbers",
    "train_size": "a whole number",
    "test_size": "a whole number",
    "validation_size": "a whole number",
    "flippable": "true or false",
    "origin": "text",
    "digest": "text",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What may change of an own data set.

    Attributes:
        title: what people call it.
        owner: the person who brought it; None: there was no class.
        shared: whether the whole class sees it.
        made_at: Unix seconds.
        others: person id → title: people who brought the same content later, with the titles they gave it.
    """

    title: str
    owner: str | None = None
    shared: bool = False
    made_at: float = 0.0
    others: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_dict(cls, given: Any) -> Card:
        """From JSON.

        Raises:
            ValueError: it is something else.
        """
        if not isinstance(given, Mapping) or not set(given) <= set(cls.__slots__):
            raise ValueError("a card has title, owner, shared, made_at and others")
        card = cls(**{"title": "", **given})
        texts = [card.title, *card.others.values()] if isinstance(card.others, dict) else [None]
        right = (
            all(isinstance(text, str) and is_title(text) for text in texts),
            card.owner is None or isinstance(card.owner, str),
            isinstance(card.shared, bool),
            isinstance(card.made_at, int | float) and 0 <= card.made_at <= MAX_SECONDS,
        )
        if not all(right):
            raise ValueError("a card has a value of another kind")
        return card


def is_name(text: str) -> bool:
    """Whether this is how own data sets are called."""
    return _NAME.fullmatch(text) is not None


def is_title(text: str) -> bool:
    return 1 <= len(text) <= MAX_TITLE and text.isprintable() and text == text.strip()


def name_of(about: About) -> str:
    """The name of a data set in experiments: `own-` and 16 hexadecimal digits."""
    return f"own-{about.digest[:16]}"


def digest_of(arrays: Arrays, class_names: Sequence[str], columns: Sequence[str] = ()) -> str:
    """Identifies the content: 64 hexadecimal digits."""
    digest = hashlib.sha256(json.dumps([list(class_names), list(columns)]).encode())
    for name in ARRAYS:
        values = np.ascontiguousarray(getattr(arrays, name))
        digest.update(f"{values.dtype.str} {values.shape}".encode())
        digest.update(values.data)
    return digest.hexdigest()


def demand_match(about: About, arrays: Arrays) -> None:
    """Refuse arrays that are not what `about` says.

    Raises:
        ValueError: it names the array.
    """
    kind = np.uint8 if len(about.shape) == 3 else np.float32
    for part, size in (("train", about.train_size), ("test", about.test_size)):
        images, labels = getattr(arrays, f"{part}_images"), getattr(arrays, f"{part}_labels")
        _demand(images.dtype == kind, f"{part}_images", np.dtype(kind).name)
        _demand(images.shape == (size, *about.shape), f"{part}_images", f"of shape {(size, *about.shape)}")
        _demand(labels.dtype == np.intp and labels.shape == (size,), f"{part}_labels", f"{size} indices")


def _demand(right: bool, name: str, wanted: str) -> None:
    if not right:
        raise ValueError(f"{name} must be {wanted}")


def _is_name(text: str) -> bool:
    return 1 <= len(text) <= MAX_NAME and text.isprintable()


def _is_a(value: Any, kind: str) -> bool:
    match kind:
        case "whole numbers":
            return isinstance(value, list) and all(type(item) is int for item in value)
        case "texts":
            return isinstance(value, list) and all(isinstance(item, str) for item in value)
        case "pairs of numbers":
            return isinstance(value, list) and all(map(_is_pair, value))
        case "a whole number":
            return type(value) is int
        case "true or false":
            return isinstance(value, bool)
    return isinstance(value, str)


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(type(item) in (int, float) for item in value)


def _plain(value: Any) -> Any:
    return [_plain(item) for item in value] if isinstance(value, tuple) else value
