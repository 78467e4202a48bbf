"""A table becomes rows of numbers with a class each. It is streamed twice: to know the columns, and to read them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.own_data.choices import Choices
from app.own_data.columns import (
    Column,
    add,
    begin,
    classes_of,
    demand_classes,
    find_label,
    guess_notes,
    named,
    parse,
)
from app.own_data.delimited import Delimited, read_delimited
from app.own_data.dropping import Dropping
from app.own_data.labels import Codes, demand_bytes
from app.own_data.limits import Limits
from app.own_data.material import Material
from app.own_data.members import Member
from app.own_data.numerals import is_missing, tidy
from app.own_data.preview import SHOWN, ColumnPreview, said
from app.own_data.reasons import refuse, say, shown
from engine.reasons import Reason

#: Characters of a cell that a preview shows.
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class _Survey:
    """What the first pass found: the columns, and how many rows have a cell in each of them."""

    columns: list[Column]
    rows: int


def read_table(member: Member, choices: Choices, limits: Limits, dropping: Dropping) -> Material:
    """The table in a member.

    Raises:
        DatasetError: it is no table, has no column that could be the class or an input, or too many rows.
    """
    source = read_delimited(member, limits)
    survey = _survey(source, limits)
    columns = survey.columns
    if choices.label is None:
        label = find_label(columns, source.file, has_names=source.has_header)
    else:
        label = named(columns, choices.label)
        demand_classes(label)
    others = [column for column in columns if column is not label]
    inputs = usable_inputs(others, label.name, choices, source.file)
    offsets = np.array(
        [column.mean if choices.standardize is not False else 0.0 for column in inputs], np.float64
    )
    demand_bytes(survey.rows * (4 * len(inputs) + 8), limits)
    rows = np.empty((survey.rows, len(inputs)), np.float32)
    codes = np.empty(survey.rows, np.int32)
    classes = Codes(limits)
    reader = _Reader(source, columns, label, inputs, offsets, dropping)
    count = reader.read(rows, codes, classes)
    if not count:
        raise refuse("read_no_rows_left", rows=survey.rows)
    names, order = classes.ordered()
    codes = order[codes[:count]]
    notes = _notes(source) + (guess_notes(columns, label) if choices.label is None else [])
    return Material(
        values=rows[:count],
        codes=codes,
        classes=names,
        origin="csv",
        format="csv",
        columns=previews(columns, label.name, [column.name for column in inputs]),
        inputs=[column.name for column in inputs],
        offsets=offsets,
        samples=reader.samples,
        label=label.name,
        notes=notes,
        dropping=dropping,
    )


def previews(columns: Sequence[Column], label: str, inputs: Sequence[str]) -> list[ColumnPreview]:
    """What is said of each column."""
    made: list[ColumnPreview] = []
    for column in columns:
        used = column.name in inputs
        is_label = column.name == label
        why = None if used or is_label else column.unusable() or say("read_column_unchosen")
        numbers = column.is_number
        made.append(
            {
                "name": column.name,
                "kind": "number" if numbers else "text",
                "missing": column.without,
                "distinct": column.distinct,
                "minimum": column.minimum if numbers else None,
                "maximum": column.maximum if numbers else None,
                "mean": column.mean if numbers else None,
                "use": "label" if is_label else "input" if used else "unused",
                "why": None if why is None else said(why),
            }
        )
    return made


def _survey(source: Delimited, limits: Limits) -> _Survey:
    """The first pass.

    Raises:
        DatasetError: there are no rows or too many, or most of them have another number of cells than the first ones.
    """
    columns = begin(source.names, limits)
    texts: set[int] = set()
    rows = others = 0
    first: tuple[int, int] | None = None
    for block, ragged in source.blocks():
        rows += len(block.lines)
        others += len(ragged)
        first = first or (ragged[0] if ragged else None)
        if rows > limits.rows:
            raise refuse("read_many_rows", file=source.file, most=limits.rows)
        if block.lines:
            add(columns, block.lines, parse(block.columns, source.comma, texts))
    if first is not None and others > rows:
        line, there = first
        wanted = len(source.names)
        raise refuse("read_ragged", file=source.file, line=line, wanted=wanted, there=there)
    if not rows:
        raise refuse("read_no_rows", file=source.file)
    return _Survey(columns, rows)


def usable_inputs(columns: Sequence[Column], label: str, choices: Choices, file: str) -> list[Column]:
    """The input columns: those that were chosen, or all that are usable.

    Args:
        columns: all but the one of the classes, which is called `label`.

    Raises:
        DatasetError: a chosen one is no input, or there are none.
    """
    if choices.columns is None:
        usable = [column for column in columns if column.unusable() is None]
        if not usable:
            raise refuse("read_no_inputs", file=file, column=label)
        return usable
    if label in choices.columns:
        raise refuse("read_label_is_input", column=label)
    chosen = [named(columns, name) for name in dict.fromkeys(choices.columns)]
    for column in chosen:
        if not column.is_number:
            line, text = column.first_odd or (0, "–")
            raise refuse("read_no_number", column=column.name, line=line, there=shown(text, 30))
    return chosen


def _notes(source: Delimited) -> list[Reason]:
    notes = []
    if source.encoding not in ("utf-8", "utf-8-sig"):
        name = {"cp932": "Shift-JIS", "utf-16": "UTF-16"}[source.encoding]
        notes.append(say("read_note_encoding", encoding=name))
    if source.comma:
        notes.append(say("read_note_comma"))
    if not source.has_header:
        notes.append(say("read_note_no_header"))
    return notes


class _Reader:
    """The second pass: fills the arrays with the rows that have everything, and counts the others.

    Attributes:
        samples: the texts of some rows of each class, by their place in the arrays.
    """

    def __init__(
        self,
        source: Delimited,
        columns: Sequence[Column],
        label: Column,
        inputs: Sequence[Column],
        offsets: NDArray[np.float64],
        dropping: Dropping,
    ) -> None:
        self._source = source
        self._label = columns.index(label)
        self._inputs = [columns.index(column) for column in inputs]
        self._names = [column.name for column in inputs]
        self._offsets = offsets
        self._dropping = dropping
        self.samples: dict[int, list[str]] = {}
        self._shown: dict[int, int] = {}
        self._texts: set[int] = set()  # of the inputs, those that are hardly numbers

    def read(self, rows: NDArray[np.float32], codes: NDArray[np.int32], classes: Codes) -> int:
        """Fill `rows` and `codes` from their begin; returns how many rows they got."""
        count = 0
        for block, ragged in self._source.blocks():
            for line, _ in ragged:
                reason = say("read_drop_ragged", wanted=len(self._source.names))
                self._dropping.add(reason, f"line {line}")
            if not block.lines:
                continue
            labels = classes.of(classes_of(block.columns[self._label], self._source.comma))
            whole = np.ones(len(labels), bool)
            self._leave_out(whole, labels < 0, lambda place: say("read_drop_no_label"), block.lines)
            cells = [block.columns[place] for place in self._inputs]
            values = parse(cells, self._source.comma, self._texts).numbers
            lacks = np.isnan(values)
            for to in np.flatnonzero(lacks.any(axis=1)).tolist():
                self._leave_out(whole, lacks[to], self._lacking(cells[to], to), block.lines)
            values -= self._offsets[:, np.newaxis]
            kept = np.flatnonzero(whole)
            rows[count : count + len(kept)] = values.T[kept]
            codes[count : count + len(kept)] = labels[kept]
            self._show(block.columns, kept, labels, count)
            count += len(kept)
        return count

    def _lacking(self, cells: Sequence[str], to: int) -> Callable[[int], Reason]:
        """Why a cell gives no number."""
        column = self._names[to]

        def why(place: int) -> Reason:
            missing = is_missing(tidy(cells[place]), in_numbers=True)
            return say("read_drop_missing" if missing else "read_drop_no_number", column=column)

        return why

    def _leave_out(
        self,
        whole: NDArray[np.bool_],
        without: NDArray[np.bool_],
        why: Callable[[int], Reason],
        lines: Sequence[int],
    ) -> None:
        for place in np.flatnonzero(whole & without).tolist():
            self._dropping.add(why(place), f"line {lines[place]}")
        whole &= ~without

    def _show(
        self,
        columns: Sequence[Sequence[str]],
        kept: NDArray[np.intp],
        labels: NDArray[np.int32],
        begin: int,
    ) -> None:
        """Keep the texts of the first rows of each class."""
        for at, place in enumerate(kept.tolist()):
            code = int(labels[place])
            seen = self._shown.get(code, 0)
            if seen < max(1, 2 * SHOWN // max(1, len(self._shown))):
                self._shown[code] = seen + 1
                self.samples[begin + at] = [columns[column][place][:_LONGEST] for column in self._inputs]
