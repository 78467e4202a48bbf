"""Rows of numbers in the arrays of an NPZ file: a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from app.own_data.choices import Choices
from app.own_data.columns import Column, Parsed, add_rows, new_columns
from app.own_data.delimited import distinct_names
from app.own_data.dropping import Dropping
from app.own_data.labels import demand_bytes
from app.own_data.limits import Limits
from app.own_data.material import Material
from app.own_data.npy import Npy
from app.own_data.pairs import Pair, parts_of, texts_of
from app.own_data.preview import ColumnPreview, samples_of_class
from app.own_data.reasons import make_reason, refusal, shorten
from app.own_data.table import column_previews, usable_inputs


def read_rows(
    pairs: Sequence[Pair],
    codes: NDArray[np.int32],
    classes: list[str],
    named: Mapping[str, Npy],
    choices: Choices,
    limits: Limits,
    dropping: Dropping,
) -> Material:
    """Rows of numbers. Those with a missing one are left out."""
    file, width = pairs[0].inputs.file, pairs[0].inputs.shape[1]
    if width > limits.columns:
        raise refusal("read_many_columns", file=file, there=width, most=limits.columns)
    given = texts_of(named.get("columns"), limits) or []
    is_own = len(given) == width
    names = given if is_own else [f"x{place + 1}" for place in range(width)]
    columns = new_columns(names, limits)
    for pair in pairs:
        done = 0
        for block in pair.inputs.blocks():
            numbers = block.T.astype(np.float64)
            # For each column, the rows without a number, in the form that `Parsed.others` has.
            others = [[(place, "") for place in np.flatnonzero(gaps).tolist()] for gaps in np.isnan(numbers)]
            add_rows(columns, range(done + 1, done + 1 + len(block)), Parsed(numbers, others))
            done += len(block)
    label = distinct_names([*names, pairs[0].labels.name])[-1]
    if choices.label not in (None, label):
        raise refusal("read_no_column", column=shorten(str(choices.label)), there=label)
    takes_all = is_own and choices.columns is None
    inputs = columns if takes_all else usable_inputs(columns, label, choices, file)
    units = _units(named.get("units"), columns, inputs) if is_own else ()
    standardizes = choices.standardize is not False and not units
    offsets = np.array([column.mean if standardizes else 0.0 for column in inputs], np.float64)
    rows, kept = _rows(pairs, columns, inputs, offsets, limits, dropping)
    return Material(
        values=rows,
        codes=codes[kept],
        classes=classes,
        parts=parts_of(pairs)[kept],
        origin="npz",
        format="npz",
        columns=[
            *column_previews(columns, "", [column.name for column in inputs]),
            _label_preview(label, classes),
        ],
        inputs=[column.name for column in inputs],
        offsets=offsets,
        units=units,
        samples={place: _written(rows[place], offsets, units) for place in _first(codes[kept], len(classes))},
        label=label,
        notes=[make_reason("read_note_standardized")] if units else [],
    )


def _rows(
    pairs: Sequence[Pair],
    columns: Sequence[Column],
    inputs: Sequence[Column],
    offsets: NDArray[np.float64],
    limits: Limits,
    dropping: Dropping,
) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """The rows without a missing number, less the offsets, and their positions in the file."""
    count = sum(pair.inputs.count for pair in pairs)
    demand_bytes(count * (4 * len(inputs) + 8), limits)
    rows = np.empty((count, len(inputs)), np.float32)
    places = [columns.index(column) for column in inputs]
    kept: list[NDArray[np.intp]] = []
    done = filled = 0
    for pair in pairs:
        start = done
        for block in pair.inputs.blocks():
            values = block[:, places].astype(np.float64) - offsets
            whole = ~np.isnan(values).any(axis=1)
            for place in np.flatnonzero(~whole).tolist():
                column = inputs[int(np.isnan(values[place]).argmax())].name
                dropping.add(
                    make_reason("read_drop_missing", column=column),
                    f"{pair.inputs.name}[{done - start + place}]",
                )
            chosen = np.flatnonzero(whole)
            rows[filled : filled + len(chosen)] = values[chosen]
            kept.append(chosen + done)
            filled, done = filled + len(chosen), done + len(block)
    if not filled:
        raise refusal("read_no_rows_left", rows=count)
    return rows[:filled], np.concatenate(kept)


def _units(
    array: Npy | None, columns: Sequence[Column], inputs: Sequence[Column]
) -> tuple[tuple[float, float], ...]:
    """Means and deviations of the input columns, if all columns are standardized already; otherwise empty.

    Args:
        array: what the file says of all its columns, (columns, 2).
    """
    if array is None or array.shape != (len(columns), 2) or array.dtype.kind != "f":
        return ()
    values = array.whole().astype(np.float64)
    if not np.isfinite(values).all() or (values[:, 1] < 0).any():
        return ()
    chosen = values[[columns.index(column) for column in inputs]]
    return tuple((float(mean), float(deviation)) for mean, deviation in chosen)


def _label_preview(label: str, classes: Sequence[str]) -> ColumnPreview:
    return {
        "name": label,
        "kind": "text",
        "missing": 0,
        "distinct": len(classes),
        "has_more": False,
        "minimum": None,
        "maximum": None,
        "mean": None,
        "use": "label",
        "why": None,
    }


def _first(codes: NDArray[np.int32], classes: int) -> Iterator[int]:
    """The positions of the first few of each class."""
    for code in np.unique(codes).tolist():
        yield from np.flatnonzero(codes == code)[: samples_of_class(classes)].tolist()


def _written(
    row: NDArray[np.float32], offsets: NDArray[np.float64], units: Sequence[tuple[float, float]]
) -> list[str]:
    """The numbers of a row as they were before they were standardized."""
    values = row + offsets
    if units:
        values = values * [deviation for _, deviation in units] + [mean for mean, _ in units]
    return [f"{value:g}" for value in values]
