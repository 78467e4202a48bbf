"""Which column of a table has the classes, as far as its name and its values say."""

from __future__ import annotations

from collections.abc import Sequence

from app.own_data.columns import LABEL_NAMES, MAX_FRACTIONS, Column, is_label_name
from app.own_data.numerals import plain
from app.own_data.reasons import make_reason, refusal, shorten
from engine.reasons import Reason

#: A table of more columns than this, with whole numbers only and bytes in all but the first, holds pixels; its first
#: column is the class.
_PIXELS = 49
#: Names for a column of classes that a refusal proposes.
_PROPOSED = "label, class, 種類"


def find_label(columns: Sequence[Column], file: str) -> Column:
    """The column with the classes: by its name, or the last one of texts that recur, or of few different numbers.

    Raises:
        DatasetError: there is none; there are only measurements, or only one class.
    """
    named = _named(columns)
    for column in named:
        if column.distinct > 1 and not column.is_regression:
            return column
    recurring = [
        column for column in columns if 2 <= column.distinct <= min(column.most, max(2, column.rows // 2))
    ]
    usable = [column for column in recurring if not column.is_regression]
    texts = [column for column in usable if not column.is_number]
    if texts:
        return texts[-1]
    if len(columns) > _PIXELS and all(column.is_number and column.is_whole for column in columns):
        rest_is_bytes = all(column.minimum >= 0 and column.maximum <= 255 for column in columns[1:])
        if rest_is_bytes and columns[0] in usable:
            return columns[0]
    few = [column for column in usable if column.distinct <= MAX_FRACTIONS]
    if few:
        return few[-1]
    if columns[-1] in usable:
        return columns[-1]
    measured = next((column for column in (*named, columns[-1]) if column.is_regression), None)
    if measured is not None:
        raise refusal(
            "read_only_numbers", file=file, column=measured.name, there=measured.stated, names=_PROPOSED
        )
    single = next(
        (
            column
            for column in reversed(columns)
            if column.distinct == 1 and (column in named or not column.is_number)
        ),
        None,
    )
    if single is not None:
        name = plain(single.minimum) if single.is_number else next(iter(single.texts))
        raise refusal("read_one_class", name=shorten(name))
    raise refusal("read_no_label", file=file, names=_PROPOSED)


def demand_classes(column: Column) -> None:
    """Refuse a column of measurements that was chosen as the class.

    Raises:
        DatasetError: it has many different numbers.
    """
    if column.is_regression:
        raise refusal("read_regression", column=column.name, there=column.stated)


def guess_notes(columns: Sequence[Column], label: Column) -> list[Reason]:
    """What to say about a label column that was guessed: one of numbers, or one in place of measurements whose column
    has a usual name."""
    measured = [column for column in _named(columns) if column.is_regression]
    if is_label_name(label.name) or not (label.is_number or measured):
        return []
    last = [columns[-1]] if columns[-1].is_regression else []
    return [
        make_reason("read_note_guessed", column=label.name),
        *(
            make_reason("read_note_regression", column=column.name, there=column.stated)
            for column in measured or last
        ),
    ]


def _named(columns: Sequence[Column]) -> list[Column]:
    """The columns with a usual name, the most usual first. Beside x and a further column, a number y is a
    coordinate."""
    names = [column.name.lower() for column in columns]
    has_points = "x" in names and len(names) > 2
    named = [
        column
        for column, name in zip(columns, names, strict=True)
        if is_label_name(name) and not (name == "y" and has_points and column.is_number)
    ]
    return sorted(named, key=lambda column: LABEL_NAMES.index(column.name.lower()))
