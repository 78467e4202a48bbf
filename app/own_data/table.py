"""Reads a table as rows of numbers, each with its class. The file is streamed twice: the first pass finds out what is
in each column, the second one fills the arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.own_data.choices import Choices
from app.own_data.columns import Column, add_rows, classes_of, find_column, new_columns, parse_cells
from app.own_data.delimited import Delimited, read_delimited
from app.own_data.dropping import Dropping
from app.own_data.label_column import demand_classes, find_label, guess_notes
from app.own_data.labels import Codes, demand_bytes
from app.own_data.limits import Limits
from app.own_data.material import Material
from app.own_data.members import Member
from app.own_data.numerals import is_missing, tidy
from app.own_data.preview import ColumnPreview, samples_of_class, with_text
from app.own_data.reasons import make_reason, refusal, shorten
from engine.reasons import Reason

#: The most characters of a cell that a preview shows.
_MAX_CELL = 40


@dataclass(frozen=True, slots=True)
class _Survey:
    """What the first pass found: the columns, and how many rows are complete, with a cell in each column."""

    columns: list[Column]
    rows: int


def read_table(member: Member, choices: Choices, limits: Limits, dropping: Dropping) -> Material:
    """The table in a member.

    Raises:
        DatasetError: it is no table, has no column that could be the class or an input, or too many rows.
    """
    source = read_delimited(member, limits)
    survey = _survey(source, limits, choices.label)
    columns = survey.columns
    if choices.label is None:
        label = find_label(columns, source.file)
    else:
        label = find_column(columns, choices.label)
        demand_classes(label)
    candidates = [column for column in columns if column is not label]
    inputs = usable_inputs(candidates, label.name, choices, source.file)
    # float32 has 7 digits: a column of large numbers that differ little would lose its differences without this
    offsets = np.array(
        [column.mean if choices.standardize is not False else 0.0 for column in inputs], np.float64
    )
    demand_bytes(survey.rows * (4 * len(inputs) + 8), limits)  # 4 for each value, 8 for the label of a row
    rows = np.empty((survey.rows, len(inputs)), np.float32)
    codes = np.empty(survey.rows, np.int32)
    classes = Codes(limits)
    reader = _Reader(source, columns, label, inputs, offsets, dropping)
    count = reader.read(rows, codes, classes)
    if not count:
        raise refusal("read_no_rows_left", rows=survey.rows)
    names, order = classes.ordered()
    codes = order[codes[:count]]
    notes = _notes(source) + (guess_notes(columns, label) if choices.label is None else [])
    return Material(
        values=rows[:count],
        codes=codes,
        classes=names,
        origin="csv",
        format="csv",
        columns=column_previews(columns, label.name, [column.name for column in inputs]),
        inputs=[column.name for column in inputs],
        offsets=offsets,
        samples=reader.samples,
        label=label.name,
        notes=notes,
        dropping=dropping,
    )


def column_previews(columns: Sequence[Column], label: str, inputs: Sequence[str]) -> list[ColumnPreview]:
    """What the preview of a file shows of each column.

    Args:
        label: the name of the column with the classes.
        inputs: the names of the input columns.
    """
    previews: list[ColumnPreview] = []
    for column in columns:
        used = column.name in inputs
        is_label = column.name == label
        why = None
        if not (used or is_label):
            why = column.unusable() or make_reason("read_column_unchosen")
        is_number = column.is_number
        previews.append(
            {
                "name": column.name,
                "kind": "number" if is_number else "text",
                "missing": column.without,
                "distinct": min(column.distinct, column.most),
                "has_more": column.distinct > column.most,
                "minimum": column.minimum if is_number else None,
                "maximum": column.maximum if is_number else None,
                "mean": column.mean if is_number else None,
                "use": "label" if is_label else "input" if used else "unused",
                "why": None if why is None else with_text(why),
            }
        )
    return previews


def _survey(source: Delimited, limits: Limits, label: str | None) -> _Survey:
    """The first pass: what is in each column.

    Raises:
        DatasetError: there are no rows or too many, or more rows have a wrong number of cells than the right one.
    """
    columns = new_columns(source.names, limits, label)
    text_columns: set[int] = set()
    rows = ragged_rows = 0
    first_ragged: tuple[int, int] | None = None
    for block, ragged in source.blocks():
        rows += len(block.lines)
        ragged_rows += len(ragged)
        first_ragged = first_ragged or (ragged[0] if ragged else None)
        if rows > limits.rows:
            raise refusal("read_many_rows", file=source.file, most=limits.rows)
        if block.lines:
            add_rows(columns, block.lines, parse_cells(block.columns, source.comma, text_columns))
    if first_ragged is not None and ragged_rows > rows:
        line, cells = first_ragged
        wanted = len(source.names)
        raise refusal("read_ragged", file=source.file, line=line, wanted=wanted, there=cells)
    if not rows:
        raise refusal("read_no_rows", file=source.file)
    return _Survey(columns, rows)


def usable_inputs(columns: Sequence[Column], label: str, choices: Choices, file: str) -> list[Column]:
    """The input columns: those that were chosen, or all that are usable.

    Args:
        columns: all columns but the one with the classes.
        label: the name of the column with the classes.
        file: the file's name, for messages.

    Raises:
        DatasetError: a chosen column cannot be an input, or no column can.
    """
    if choices.columns is None:
        usable = [column for column in columns if column.unusable() is None]
        if not usable:
            raise refusal("read_no_inputs", file=file, column=label)
        return usable
    if label in choices.columns:
        raise refusal("read_label_is_input", column=label)
    chosen = [find_column(columns, name) for name in dict.fromkeys(choices.columns)]
    for column in chosen:
        if not column.is_number:
            if column.first_odd is None:
                raise refusal("read_no_numbers", column=column.name)
            line, text = column.first_odd
            raise refusal("read_no_number", column=column.name, line=line, there=shorten(text, 30))
    return chosen


def _notes(source: Delimited) -> list[Reason]:
    """What is noteworthy about how the table is written."""
    notes = []
    if source.encoding not in ("utf-8", "utf-8-sig"):
        name = {"cp932": "Shift-JIS", "utf-16": "UTF-16"}[source.encoding]
        notes.append(make_reason("read_note_encoding", encoding=name))
    if source.comma:
        notes.append(make_reason("read_note_comma"))
    if not source.has_header:
        notes.append(make_reason("read_note_no_header"))
    return notes


class _Reader:
    """The second pass: fills the arrays with the rows that have a class and all inputs, and reports the others.

    Args:
        offsets: of each input column, which is subtracted from its values.

    Attributes:
        samples: index of a row in the arrays → the texts of its input cells, for some rows of each class.
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
        self._sample_counts: dict[int, int] = {}  # class → its samples so far
        self._text_columns: set[int] = set()  # among the inputs, as in `parse_cells`

    def read(self, rows: NDArray[np.float32], codes: NDArray[np.int32], classes: Codes) -> int:
        """Fill the arrays `rows` and `codes` from the start, and number the classes in `classes`.

        Returns:
            how many rows were filled in.

        Raises:
            DatasetError: there are too many classes, or one whose name cannot be shown.
        """
        count = 0
        for block, ragged in self._source.blocks():
            for line, _ in ragged:
                reason = make_reason("read_drop_ragged", wanted=len(self._source.names))
                self._dropping.add(reason, f"line {line}")
            if not block.lines:
                continue
            labels = classes.of(classes_of(block.columns[self._label], self._source.comma))
            complete = np.ones(len(labels), bool)
            self._drop(complete, labels < 0, lambda row: make_reason("read_drop_no_label"), block.lines)
            cells = [block.columns[column] for column in self._inputs]
            values = parse_cells(cells, self._source.comma, self._text_columns).numbers
            missing = np.isnan(values)
            for column in np.flatnonzero(missing.any(axis=1)).tolist():
                self._drop(complete, missing[column], self._why_missing(cells[column], column), block.lines)
            values -= self._offsets[:, np.newaxis]
            kept = np.flatnonzero(complete)
            rows[count : count + len(kept)] = values.T[kept]
            codes[count : count + len(kept)] = labels[kept]
            self._add_samples(block.columns, kept, labels, count)
            count += len(kept)
        return count

    def _why_missing(self, cells: Sequence[str], column: int) -> Callable[[int], Reason]:
        """A function of a row that says why its cell in an input column has no number."""
        name = self._names[column]

        def why(row: int) -> Reason:
            is_empty = is_missing(tidy(cells[row]), in_numbers=True)
            return make_reason("read_drop_missing" if is_empty else "read_drop_no_number", column=name)

        return why

    def _drop(
        self,
        complete: NDArray[np.bool_],
        dropped: NDArray[np.bool_],
        why: Callable[[int], Reason],
        lines: Sequence[int],
    ) -> None:
        """Report the `dropped` rows of a block that are still `complete`, and mark them as not complete: a row is
        reported for its first reason only."""
        for row in np.flatnonzero(complete & dropped).tolist():
            self._dropping.add(why(row), f"line {lines[row]}")
        complete &= ~dropped

    def _add_samples(
        self,
        columns: Sequence[Sequence[str]],
        kept: NDArray[np.intp],
        labels: NDArray[np.int32],
        start: int,
    ) -> None:
        """Add the texts of the first rows of each class to the samples.

        Args:
            kept: which rows of the block came into the arrays, from the index `start` on.
        """
        for index, row in enumerate(kept.tolist(), start):
            label = int(labels[row])
            count = self._sample_counts.get(label, 0)
            if count < samples_of_class(max(1, len(self._sample_counts))):
                self._sample_counts[label] = count + 1
                self.samples[index] = [columns[column][row][:_MAX_CELL] for column in self._inputs]
