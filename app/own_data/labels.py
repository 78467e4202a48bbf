"""Classes: from the names in a file to the indices of a data set."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.own_data.choices import MAX_NAME
from app.own_data.dropping import Dropping
from app.own_data.limits import Limits
from app.own_data.material import TEST, TRAIN
from app.own_data.numerals import number
from app.own_data.reasons import join_names, make_reason, refusal, shorten

_DIGITS = re.compile(r"(\d+)", re.ASCII)
#: The fewest examples of a class: one to train on, one to test on.
_MIN_EXAMPLES = 2


class Codes:
    """Gives each different class name the next number, from 0, in the order in which the names come."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._known: dict[str, int] = {}

    def of(self, names: Iterable[str | None]) -> NDArray[np.int32]:
        """The number of each name, -1 for None.

        Raises:
            DatasetError: there are too many different names, or one that cannot be shown.
        """
        return np.array([-1 if name is None else self._code(name) for name in names], np.int32)

    def _code(self, name: str) -> int:
        code = self._known.get(name)
        if code is None:
            if len(self._known) >= self._limits.classes:
                raise refusal("read_many_classes", most=self._limits.classes)
            if not (1 <= len(name) <= MAX_NAME and name.isprintable() and name.strip()):
                raise refusal("read_class_name", name=shorten(name, 30))
            code = self._known[name] = len(self._known)
        return code

    def ordered(self) -> tuple[list[str], NDArray[np.int32]]:
        """The names in the order of people (2 before 10), and the index of each number in it."""
        return self.in_order(sorted(self._known, key=natural))

    def in_order(self, given: Sequence[str]) -> tuple[list[str], NDArray[np.int32]]:
        """The names that came in a given order that has them all, and the index of each number in it."""
        names = [name for name in given if name in self._known]
        order = np.empty(len(names), np.int32)
        for index, name in enumerate(names):
            order[self._known[name]] = index
        return names, order


def natural(name: str) -> tuple[tuple[int, float, str], ...]:
    """Sorts negative and decimal numbers by value, and other texts so that numbers in them come by their value."""
    value = number(name)
    if value is not None:
        return ((0, value, ""), (1, 0.0, name))
    parts = _DIGITS.split(name)
    return tuple(
        (0, float(part), part) if part.isdigit() and part.isascii() else (1, 0.0, part) for part in parts
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Classes:
    """The classes of a data set.

    Attributes:
        names: as the data set has them.
        shown: class in the file → its name in the data set, "" if it is dropped.
        index: of each class in the file, its index in `names`; -1 if it is dropped or has too few examples.
        counts: examples of each class in the file.
    """

    names: list[str]
    shown: dict[str, str]
    index: NDArray[np.int32]
    counts: NDArray[np.intp]


def choose_classes(
    names: Sequence[str],
    codes: NDArray[np.int32],
    parts: NDArray[np.uint8] | None,
    chosen: Mapping[str, str] | None,
    dropping: Dropping,
) -> Classes:
    """Rename, merge and drop classes as was chosen, and drop those that have too few examples for two parts.

    Args:
        names: of the classes in the file.
        codes: (N,): the index in `names` of each example.
        parts: (N,): the part of each example, if the file has both.

    Raises:
        DatasetError: an unknown class was chosen, or fewer than two are left.
    """
    for name in chosen or {}:
        if name not in names:
            raise refusal("read_unknown_class", name=shorten(name), there=join_names(list(names)))
    texts = {name: (chosen or {}).get(name, name) for name in names}
    merged = list(dict.fromkeys(text for text in texts.values() if text))
    index = _indices(names, texts, merged)
    counts = np.bincount(codes, minlength=len(names))
    for code, name in enumerate(names):
        if index[code] < 0:
            dropping.add(make_reason("read_drop_chosen", name=name), count=int(counts[code]))
    left = _enough(codes, parts, index, merged, counts, dropping)
    index = _indices(names, texts, left)
    if len(left) == 1:
        raise refusal("read_one_class", name=left[0])
    if not left:
        raise refusal("read_no_class")
    return Classes(names=left, shown=texts, index=index, counts=counts)


def _indices(names: Sequence[str], texts: Mapping[str, str], kept: Sequence[str]) -> NDArray[np.int32]:
    """Of each class in the file, the index of its name in `kept`; -1 if it is not among them."""
    index_of = {text: index for index, text in enumerate(kept)}
    return np.array([index_of.get(texts[name], -1) for name in names], np.int32)


def _enough(
    codes: NDArray[np.int32],
    parts: NDArray[np.uint8] | None,
    index: NDArray[np.int32],
    merged: Sequence[str],
    counts: NDArray[np.intp],
    dropping: Dropping,
) -> list[str]:
    """Those of the merged classes that have enough examples."""
    sums = np.zeros((2, len(merged)), np.intp)
    for part, row in ((TRAIN, sums[0]), (TEST, sums[1])):
        some = counts if parts is None else np.bincount(codes[parts == part], minlength=len(counts))
        np.add.at(row, index[index >= 0], some[index >= 0])
    left = []
    for merged_index, name in enumerate(merged):
        if not sums[:, merged_index].any():
            continue  # all its rows are left out
        if parts is None and sums[0, merged_index] < _MIN_EXAMPLES:
            dropping.add(make_reason("read_drop_small", name=name), count=int(sums[0, merged_index]))
        elif parts is not None and not sums[0, merged_index]:
            dropping.add(make_reason("read_drop_untrained", name=name), count=int(sums[1, merged_index]))
        else:
            left.append(name)
    return left


def demand_bytes(count: int, limits: Limits) -> None:
    """Refuse a data set whose arrays are too large, before they are made.

    Raises:
        DatasetError: with both sizes.
    """
    if count > limits.decoded_bytes:
        raise refusal("read_decoded", megabytes=-(-count >> 20), most=limits.decoded_bytes >> 20)
