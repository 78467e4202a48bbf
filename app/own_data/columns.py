"""What is in the columns of a table, and which of them is the class: found in one pass, block by block."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from app.own_data.limits import Limits
from app.own_data.numerals import as_class, is_missing, number, plain, tidy
from app.own_data.reasons import listed, refuse, say, shown
from engine.reasons import Reason

#: Names that a column of classes usually has, in small letters.
LABEL_NAMES = (
    *(
        "label",
        "labels",
        "class",
        "classes",
        "target",
        "species",
        "category",
        "y",
        "outcome",
        "diagnosis",
        "type",
    ),
    *("survived", "variety", "result", "class_name"),
    *("種類", "ラベル", "正解", "正解ラベル", "クラス", "分類", "品種", "カテゴリ", "カテゴリー", "判定"),
)
#: From this share on of its cells that have a value, a column with numbers is a column of numbers.
_MOSTLY = 0.9
#: A column of numbers that are not whole is taken as classes up to so many different ones; of whole ones up to so many,
#: or where each recurs so often.
_FEW, _MANY, _RECURRING = 20, 100, 10
#: From so many columns of bytes on, a table without names is one of pixels; its class comes first.
_PIXELS = 49
#: Different values that are kept of all columns together, and at least of each.
_KEPT, _LEAST_KEPT = 200_000, 101

_ONLY_NUMBERS = re.compile(r"[-+.0-9eE\s]*")
_WITH_COMMAS = re.compile(r"[-+,0-9eE\s]*")

Cells = Sequence[str] | NDArray[np.float64]


@dataclass(slots=True)
class Column:
    """One column, as far as it was seen.

    `missing` counts cells without a value, `dashes` those that stand for none in a column of numbers, such as "-", and
    `odd` others without a number; `first_odd` is the first of them with its line. `values` and `texts` hold different
    ones, until there are more than `most`. `counts`: each number is one more than the one before.
    """

    name: str
    most: int
    rows: int = 0
    missing: int = 0
    dashes: int = 0
    numbers: int = 0
    odd: int = 0
    first_odd: tuple[int, str] | None = None
    values: set[float] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)
    minimum: float = np.inf
    maximum: float = -np.inf
    total: float = 0.0
    is_whole: bool = True
    last: float | None = None
    counts: bool = True

    def add(self, lines: Sequence[int], cells: Cells, comma: bool) -> None:
        """See more cells."""
        self.rows += len(cells)
        numbers, others = as_numbers(cells, comma)
        present = numbers[~np.isnan(numbers)]
        self.numbers += len(present)
        self._follow(numbers)
        if len(present):
            self.minimum = min(self.minimum, float(present.min()))
            self.maximum = max(self.maximum, float(present.max()))
            self.total += float(present.sum())
            self.is_whole = self.is_whole and bool((present == np.floor(present)).all())
            if len(self.values) <= self.most:
                self.values.update(np.unique(present)[: self.most + 1].tolist())
        for place, text in others:
            if is_missing(text, in_numbers=False):
                self.missing += 1
                continue
            if is_missing(text, in_numbers=True):
                self.dashes += 1
            else:
                self.odd += 1
                self.first_odd = self.first_odd or (lines[place], text)
            if len(self.texts) <= self.most:
                self.texts.add(text)

    def _follow(self, numbers: NDArray[np.float64]) -> None:
        """See whether the column still counts the rows."""
        if self.counts and len(numbers):
            before = [] if self.last is None else [self.last]
            self.counts = bool((np.diff(np.concatenate([before, numbers])) == 1).all())
            self.last = float(numbers[-1])

    @property
    def is_number(self) -> bool:
        return self.numbers > 0 and self.numbers >= _MOSTLY * (self.numbers + self.odd)

    @property
    def mean(self) -> float:
        return self.total / self.numbers if self.numbers else 0.0

    @property
    def distinct(self) -> int:
        """Different values; one more than `most` if there are more."""
        return min(len(self.values) + (0 if self.is_number else len(self.texts)), self.most + 1)

    @property
    def without(self) -> int:
        """Cells that cannot be used, of a column of numbers or of texts."""
        return self.missing + (self.dashes + self.odd if self.is_number else 0)

    @property
    def is_regression(self) -> bool:
        """Whether it holds measurements rather than classes."""
        if not self.is_number:
            return False
        if not self.is_whole:
            return self.distinct > _FEW
        return self.distinct > _MANY and (
            self.distinct > self.most or self.numbers < _RECURRING * self.distinct
        )

    def unusable(self) -> Reason | None:
        """Why it is no input, unless somebody chooses it."""
        if not self.is_number:
            if self.first_odd is None:
                return say("read_column_empty")
            line, text = self.first_odd
            return say("read_column_text", there=shown(text, 30), line=line)
        if self.without > self.rows / 2:
            return say("read_column_empty")
        if self.minimum == self.maximum:
            return say("read_column_constant")
        if self.counts and self.is_whole and self.rows > 2 and self.minimum in (0, 1):
            return say("read_column_counter")
        return None


def begin(names: Sequence[str], limits: Limits) -> list[Column]:
    """Columns of which nothing is seen yet."""
    usual = min(limits.classes, max(_LEAST_KEPT, _KEPT // max(1, len(names))))
    last = len(names) - 1
    return [
        Column(name, limits.classes if place in (0, last) or _is_label_name(name) else usual)
        for place, name in enumerate(names)
    ]


def as_numbers(cells: Cells, comma: bool) -> tuple[NDArray[np.float64], list[tuple[int, str]]]:
    """The numbers in some cells, NaN where there is none; and the place and tidy text of each cell without one."""
    if isinstance(cells, np.ndarray):
        return cells, [(int(place), "") for place in np.flatnonzero(np.isnan(cells))]
    joined = "".join(cells)
    if (_WITH_COMMAS if comma else _ONLY_NUMBERS).fullmatch(joined):
        try:
            texts = [cell.replace(",", ".") for cell in cells] if comma else cells
            numbers = np.fromiter(map(float, texts), np.float64, len(cells))
            if (np.abs(numbers) < 1e38).all():
                return numbers, []
        except ValueError:
            pass  # an empty cell among them, or a date
    numbers = np.full(len(cells), np.nan)
    others = []
    for place, cell in enumerate(cells):
        text = tidy(cell)
        value = number(text, comma)
        if value is None:
            others.append((place, text))
        else:
            numbers[place] = value
    return numbers, others


def classes_of(cells: Cells, comma: bool) -> list[str | None]:
    """The name of the class in each cell; None where it is missing."""
    if isinstance(cells, np.ndarray):
        return [None if np.isnan(value) else plain(float(value)) for value in cells]
    texts = map(tidy, cells)
    return [None if is_missing(text, in_numbers=False) else as_class(text, comma) for text in texts]


def find_label(columns: Sequence[Column], file: str, *, has_names: bool) -> Column:
    """The column with the classes: by its name, or the last one of texts that recur, or of few different numbers.

    Raises:
        DatasetError: there is none.
    """
    named = [column for column in columns if _is_label_name(column.name)] if has_names else []
    for column in sorted(named, key=lambda one: LABEL_NAMES.index(one.name.lower())):
        if column.is_regression:
            demand_classes(column)
        if column.distinct > 1:
            return column
    recurring = [one for one in columns if 2 <= one.distinct <= min(one.most, max(2, one.rows // 2))]
    texts = [one for one in recurring if not one.is_number]
    if texts:
        return texts[-1]
    if len(columns) > _PIXELS and all(one.is_number and one.is_whole for one in columns):
        rest_is_bytes = all(one.minimum >= 0 and one.maximum <= 255 for one in columns[1:])
        if rest_is_bytes and columns[0] in recurring and not columns[0].is_regression:
            return columns[0]
    few = [one for one in recurring if not one.is_regression and one.distinct <= _FEW]
    if few:
        return few[-1]
    demand_classes(columns[-1])
    if columns[-1] in recurring:
        return columns[-1]
    single = next(
        (one for one in reversed(columns) if one.distinct == 1 and (one.texts or one in named)), None
    )
    if single is not None:
        name = next(iter(single.texts), None) or plain(next(iter(single.values)))
        raise refuse("read_one_class", name=shown(name))
    raise refuse("read_no_label", file=file, names="label, class, 種類")


def demand_classes(column: Column) -> None:
    """Refuse a label column of measurements.

    Raises:
        DatasetError: it has many different numbers.
    """
    if column.is_regression:
        there = min(column.distinct, column.most)
        raise refuse("read_regression", column=column.name, there=there)


def named(columns: Sequence[Column], name: str) -> Column:
    """The column of this name.

    Raises:
        DatasetError: there is none.
    """
    for column in columns:
        if column.name == name:
            return column
    raise refuse("read_no_column", column=shown(name), there=listed([one.name for one in columns]))


def guess_notes(columns: Sequence[Column], label: Column) -> list[Reason]:
    """What to say about a label column of numbers that has no usual name."""
    if _is_label_name(label.name) or not label.is_number:
        return []
    notes = [say("read_note_guessed", column=label.name)]
    if columns[-1].is_regression:
        there = min(columns[-1].distinct, columns[-1].most)
        notes.append(say("read_note_regression", column=columns[-1].name, there=there))
    return notes


def _is_label_name(name: str) -> bool:
    return name.lower() in LABEL_NAMES
