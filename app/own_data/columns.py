"""What is in the columns of a table: found in one pass, block by block."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from app.own_data.limits import Limits
from app.own_data.numerals import MAX_NUMBER, as_class, is_missing, number, tidy
from app.own_data.reasons import join_names, make_reason, refusal, shorten
from engine.reasons import Reason

#: Names that a column of classes usually has, in small letters; of several columns, the first name counts.
LABEL_NAMES = (
    *("label", "labels", "class", "classes", "target", "species", "category", "y", "outcome"),
    *("diagnosis", "type", "survived", "variety", "result", "class_name"),
    *("種類", "ラベル", "正解", "正解ラベル", "クラス", "分類", "品種", "カテゴリ", "カテゴリー", "判定"),
)
#: A column is one of numbers if at least this share of its cells with a value are numbers.
_NUMBER_SHARE = 0.9
#: A column of numbers is taken as classes if it has at most this many different ones: fractions, and whole numbers.
MAX_FRACTIONS, _MAX_WHOLE = 20, 100
#: More whole numbers are classes too if each recurs this often on average.
_RECURRING = 10
#: Different values that are stored of all columns together, and at least of each.
_MAX_STORED, _MIN_STORED = 200_000, 101

#: Texts that are equal up to this many characters count as the same.
_MAX_TEXT = 200
_ONLY_NUMBERS = re.compile(r"[-+.0-9eE\s]*")
_WITH_COMMAS = re.compile(r"[-+,0-9eE\s]*")


@dataclass(frozen=True, slots=True)
class Parsed:
    """Cells of some rows as numbers.

    Attributes:
        numbers: (columns, rows) float64; NaN for a cell without a number.
        others: for each column, the row and the tidy text of each cell without a number.
    """

    numbers: NDArray[np.float64]
    others: list[list[tuple[int, str]]]


def parse_cells(columns: Sequence[Sequence[str]], comma: bool, text_columns: set[int]) -> Parsed:
    """Cells as numbers, fast where all of them are plain ones.

    Args:
        columns: the cells, column by column.
        comma: whether numbers have a decimal comma.
        text_columns: the indices of columns whose cells were mostly no numbers so far. More are added: such columns
            are read cell by cell from then on.
    """
    numbers = np.full((len(columns), len(columns[0])), np.nan)
    others: list[list[tuple[int, str]]] = [[] for _ in columns]
    plain_ones = [place for place in range(len(columns)) if place not in text_columns]
    all_numbers = _fast([columns[place] for place in plain_ones], comma) if plain_ones else None
    if all_numbers is not None:
        numbers[plain_ones] = all_numbers
    # the columns that the fast way has not read
    for place in text_columns if all_numbers is not None else range(len(columns)):
        alone = None if place in text_columns else _fast([columns[place]], comma)
        if alone is None:
            others[place] = _one_by_one(columns[place], comma, numbers[place])
            if len(others[place]) * 2 > len(columns[place]):
                text_columns.add(place)
        else:
            numbers[place] = alone
    return Parsed(numbers, others)


def _fast(columns: Sequence[Sequence[str]], comma: bool) -> NDArray[np.float64] | None:
    """Columns (columns, rows) whose cells are all plain numbers; None if one is not."""
    joined = "".join(chain.from_iterable(columns))
    if not (_WITH_COMMAS if comma else _ONLY_NUMBERS).fullmatch(joined):
        return None
    cells: Iterable[str] = chain.from_iterable(columns)
    if comma:
        cells = (cell.replace(",", ".") for cell in cells)
    try:
        numbers = np.fromiter(map(float, cells), np.float64, sum(map(len, columns)))
    except ValueError:  # an empty cell among them, or a date
        return None
    return numbers.reshape(len(columns), -1) if (np.abs(numbers) < MAX_NUMBER).all() else None


def _one_by_one(cells: Sequence[str], comma: bool, numbers: NDArray[np.float64]) -> list[tuple[int, str]]:
    """Fill in the numbers of one column; returns the other cells."""
    others = []
    for index, cell in enumerate(cells):
        text = tidy(cell)
        value = number(text, comma)
        if value is None:
            others.append((index, text))
        else:
            numbers[index] = value
    return others


@dataclass(slots=True, eq=False)
class Column:
    """What is known of one column from the rows that were read so far.

    Attributes:
        most: each of `values` and `texts` takes no more entries once it has more than this.
        missing: cells without a value.
        dashes: cells that stand for no value in a column of numbers, such as "-".
        odd: all other cells without a number.
        first_odd: the line and the text of the first odd cell.
        values: the different numbers.
        texts: the different texts of cells without a number.
        last: the last number.
        counts: whether each number so far is one more than the one before, as in a column of row numbers.
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

    def add_texts(self, lines: Sequence[int], others: Sequence[tuple[int, str]]) -> None:
        """Count more cells without a number."""
        for place, whole in others:
            text = whole[:_MAX_TEXT]
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

    def check_counting(self, first: float, last: float, steps_by_one: bool) -> None:
        """Check whether the next rows, whose numbers go from `first` to `last`, go on counting."""
        self.counts = steps_by_one and (self.last is None or first == self.last + 1)
        self.last = last

    @property
    def is_number(self) -> bool:
        return self.numbers > 0 and self.numbers >= _NUMBER_SHARE * (self.numbers + self.odd)

    @property
    def mean(self) -> float:
        return self.total / self.numbers if self.numbers else 0.0

    @property
    def distinct(self) -> int:
        """Different values; one more than `most` if there are more."""
        return min(len(self.values) + (0 if self.is_number else len(self.texts)), self.most + 1)

    @property
    def stated(self) -> int | Reason:
        """How many different values it has, for a sentence: not more than `most` are counted."""
        return self.distinct if self.distinct <= self.most else make_reason("read_more_than", count=self.most)

    @property
    def without(self) -> int:
        """Cells that cannot be used: those without a value, and in a column of numbers those without a number."""
        return self.missing + (self.dashes + self.odd if self.is_number else 0)

    @property
    def is_regression(self) -> bool:
        """Whether it holds measurements rather than classes."""
        if not self.is_number:
            return False
        if not self.is_whole:
            return self.distinct > MAX_FRACTIONS
        return self.distinct > _MAX_WHOLE and (
            self.distinct > self.most or self.numbers < _RECURRING * self.distinct
        )

    def unusable(self) -> Reason | None:
        """Why the column is not taken as an input by itself; a person may still choose it. None: it is taken."""
        if not self.is_number:
            if self.first_odd is None:
                return make_reason("read_column_empty")
            line, text = self.first_odd
            return make_reason("read_column_text", there=shorten(text, 30), line=line)
        if self.without > self.rows / 2:
            return make_reason("read_column_empty")
        if self.minimum == self.maximum:
            return make_reason("read_column_constant")
        if self.counts and self.is_whole and self.rows > 2 and self.minimum in (0, 1):
            return make_reason("read_column_counter")
        return None


def new_columns(names: Sequence[str], limits: Limits, label: str | None = None) -> list[Column]:
    """Columns before the first row. `label`: the name of the column that was chosen as the class."""
    # A column that may be the class holds all values that a data set may have as classes; the others share the memory.
    most_values = min(limits.classes, max(_MIN_STORED, _MAX_STORED // max(1, len(names))))
    may_be_class = {names[0], names[-1], label, *filter(is_label_name, names)}
    return [Column(name, limits.classes if name in may_be_class else most_values) for name in names]


def add_rows(columns: Sequence[Column], lines: Sequence[int], parsed: Parsed) -> None:
    """Count more rows in all columns."""
    numbers = parsed.numbers
    is_number = ~np.isnan(numbers)
    counts = is_number.sum(axis=1).tolist()
    lows, highs = (reduce(numbers, axis=1).tolist() for reduce in (np.fmin.reduce, np.fmax.reduce))
    totals = np.nansum(numbers, axis=1).tolist()
    are_whole = ((numbers == np.floor(numbers)) | ~is_number).all(axis=1).tolist()
    step = (np.diff(numbers, axis=1) == 1).all(axis=1).tolist()
    for index, column in enumerate(columns):
        column.rows += len(lines)
        if parsed.others[index]:
            column.add_texts(lines, parsed.others[index])
        column.numbers += counts[index]
        if column.counts:
            column.check_counting(float(numbers[index, 0]), float(numbers[index, -1]), step[index])
        if not counts[index]:
            continue
        column.minimum = min(column.minimum, lows[index])
        column.maximum = max(column.maximum, highs[index])
        column.total += totals[index]
        column.is_whole = column.is_whole and are_whole[index]
        if len(column.values) <= column.most:
            present = numbers[index] if counts[index] == len(lines) else numbers[index][is_number[index]]
            column.values.update(np.unique(present)[: column.most + 1].tolist())


def classes_of(cells: Sequence[str], comma: bool) -> list[str | None]:
    """The name of the class in each cell; None where it is missing."""
    texts = map(tidy, cells)
    return [None if is_missing(text, in_numbers=False) else as_class(text, comma) for text in texts]


def find_column(columns: Sequence[Column], name: str) -> Column:
    """The column of this name.

    Raises:
        DatasetError: there is none.
    """
    for column in columns:
        if column.name == name:
            return column
    raise refusal(
        "read_no_column", column=shorten(name), there=join_names([column.name for column in columns])
    )


def is_label_name(name: str) -> bool:
    return name.lower() in LABEL_NAMES
