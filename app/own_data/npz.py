"""NPZ files: arrays of images or rows and of labels, under the names that people usually give them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.own_data.choices import LONGEST_NAME, Choices
from app.own_data.columns import Column, Parsed, add, begin
from app.own_data.contents import Contents
from app.own_data.dropping import Dropping
from app.own_data.labels import Codes, demand_bytes
from app.own_data.limits import Limits
from app.own_data.material import TEST, TRAIN, Material
from app.own_data.npy import Npy, read_header
from app.own_data.numerals import LARGEST, plain
from app.own_data.preview import SHOWN, ColumnPreview
from app.own_data.reasons import listed, refuse, say, shown
from app.own_data.stacks import Stack, read_stacks
from app.own_data.table import previews, usable_inputs
from engine.reasons import Reason

#: Names of the arrays of one part: inputs and labels, in small letters.
_SINGLE = (
    *(("x", "y"), ("images", "labels"), ("data", "target"), ("data", "targets"), ("data", "labels")),
    *(("data", "y"), ("features", "labels"), ("drawings", "digits"), ("image", "label"), ("arr_0", "arr_1")),
)
_PARTS = {"train": TRAIN, "val": TRAIN, "valid": TRAIN, "validation": TRAIN, "test": TEST}
#: Rows of so many numbers, a square, are images: 8 × 8 is the smallest.
_LEAST_PIXELS = 64
#: The largest value of scans of handwritten digits with few levels, as in the data set "digits".
_FEW_LEVELS = 16


@dataclass(frozen=True, slots=True)
class _Pair:
    inputs: Npy
    labels: Npy
    part: int


def read_npz(contents: Contents, choices: Choices, limits: Limits, dropping: Dropping) -> Material:
    """The data set in an NPZ file.

    Raises:
        DatasetError: arrays are missing, have other shapes than expected, or hold something else than numbers.
    """
    members = {member.base.lower().removesuffix(".npy"): member for member in contents.members}
    pairs_by_name = _pair_names(members, contents.file)

    def array(name: str) -> Npy:
        return read_header(members[name], contents.file, limits)

    pairs = [_Pair(array(inputs), array(labels), part) for inputs, labels, part in pairs_by_name]
    for pair in pairs:
        _demand_pair(pair, pairs[0], limits)
    named: dict[str, Npy] = {
        name: array(name)
        for name in ("class_names", "columns", "units", "validation_size")
        if name in members
    }
    codes, classes = _labels(pairs, named.get("class_names"), limits)
    is_drawing = pairs_by_name[0][0] == "drawings"
    scale = _Scale.of([pair.inputs for pair in pairs], is_exact="class_names" in named or is_drawing)
    layout = None if "columns" in named else _layout(pairs[0].inputs, scale)
    if layout is None:
        material = _table(pairs, codes, classes, named, choices, limits, dropping)
    else:
        material = _images(pairs, codes, classes, layout, scale, choices, limits)
    material.dropping = dropping
    if material.parts is not None and not {TRAIN, TEST} <= set(material.parts.tolist()):
        material.parts = None
    if is_drawing:
        material.format = material.origin = "drawings"
    material.validation_size = _number(named.get("validation_size")) if material.parts is not None else None
    return material


def _pair_names(names: Sequence[str] | Mapping[str, Any], file: str) -> list[tuple[str, str, int]]:
    """Names of inputs and labels with their part, training first.

    Raises:
        DatasetError: no names are the usual ones.
    """
    found = []
    for part, code in _PARTS.items():
        usual = ((f"x_{part}", f"y_{part}"), (f"{part}_x", f"{part}_y"), (f"{part}_images", f"{part}_labels"))
        more = ((f"{part}_data", f"{part}_labels"), (f"{part}_data", f"{part}_target"))
        pair = next(((x, y) for x, y in (*usual, *more) if x in names and y in names), None)
        if pair is not None:
            found.append((*pair, code))
    if any(part == TRAIN for *_, part in found):
        return found
    pair = next(((x, y) for x, y in _SINGLE if x in names and y in names), None)
    if pair is None:
        raise refuse("read_no_arrays", file=file, there=listed(list(names)))
    return [(*pair, TRAIN)]


def _demand_pair(pair: _Pair, first: _Pair, limits: Limits) -> None:
    inputs, labels = pair.inputs, pair.labels
    file = inputs.file
    values = {"file": file, "member": shown(inputs.member.name)}
    if inputs.dtype.kind not in "biuf":
        raise refuse("read_array_kind", **values, there=shown(str(inputs.dtype), 30))
    if len(inputs.shape) < 2 or not math.prod(inputs.shape):
        raise refuse("read_array_shape", **values, there=str(inputs.shape))
    if inputs.shape[1:] != first.inputs.shape[1:]:
        train, test = str(first.inputs.shape[1:]), str(inputs.shape[1:])
        raise refuse("read_shapes", file=file, train=train, test=test)
    if len(labels.shape) not in (1, 2) or not labels.shape:
        raise _label_kind(labels)
    if inputs.count != labels.count:
        raise refuse("read_lengths", file=file, images=inputs.count, labels=labels.count)
    if inputs.count > limits.rows:
        raise refuse("read_many_rows", file=file, most=limits.rows)


def _label_kind(labels: Npy) -> Exception:
    values = {"file": labels.file, "member": shown(labels.member.name)}
    return refuse("read_label_kind", **values, there=str(labels.shape), kind=shown(str(labels.dtype), 30))


def _labels(pairs: Sequence[_Pair], names: Npy | None, limits: Limits) -> tuple[NDArray[np.int32], list[str]]:
    """The class of each item, and the names of the classes: those in the file, where they are numbered."""
    known = Codes(limits)
    given = _texts(names, limits)
    codes = [
        known.of(_class_names(block, pair.labels, given)) for pair in pairs for block in pair.labels.blocks()
    ]
    if given is None:
        classes, order = known.ordered()
    else:
        classes, order = known.in_order(given)
    return order[np.concatenate(codes)], classes


def _class_names(block: NDArray[Any], labels: Npy, given: list[str] | None) -> Iterator[str]:
    """The name of the class of each item in a block of labels: whole numbers, texts, or one column for each class."""
    if block.ndim == 2 and block.shape[1] == 1:
        block = block[:, 0]
    if block.ndim == 2:
        if block.dtype.kind not in "biuf" or not ((block != 0).sum(axis=1) == 1).all():
            raise _label_kind(labels)
        block = block.argmax(axis=1)
    if block.dtype.kind in "US":
        for value in block:
            text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
            yield " ".join(text.split())
        return
    if block.dtype.kind == "f" and not (np.isfinite(block).all() and (block == np.floor(block)).all()):
        raise _label_kind(labels)
    for number in block.tolist():
        if given is None:
            yield plain(float(number))
        elif 0 <= number < len(given):
            yield given[int(number)]
        else:
            raise _label_kind(labels)


def _texts(array: Npy | None, limits: Limits) -> list[str] | None:
    """An array of names, all different, as a list; None if it is something else."""
    if array is None or array.dtype.kind != "U" or len(array.shape) != 1:
        return None
    if not 0 < array.count <= max(limits.classes, limits.columns):
        return None
    texts = [str(text) for text in array.whole()]
    right = all(text.isprintable() and 1 <= len(text) <= LONGEST_NAME for text in texts)
    return texts if right and len(set(texts)) == len(texts) else None


def _parts(pairs: Sequence[_Pair]) -> NDArray[np.uint8]:
    """The part of each item."""
    return np.concatenate([np.full(pair.labels.count, pair.part, np.uint8) for pair in pairs])


def _number(array: Npy | None) -> int | None:
    """An array with one whole number, not negative, as a number; None if it is something else."""
    if array is None or math.prod(array.shape) != 1 or len(array.shape) > 1 or array.dtype.kind not in "iu":
        return None
    value = int(array.whole().ravel()[0])
    return value if value >= 0 else None


# -- images ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Scale:
    """How numbers become levels of brightness: `low` is black and `high` white.

    Attributes:
        notes: what to say about it.
        is_whole: whether all values are whole numbers.
    """

    low: float
    high: float
    is_whole: bool
    notes: tuple[Reason, ...]

    @classmethod
    def of(cls, arrays: Sequence[Npy], *, is_exact: bool) -> _Scale:
        """From all values. `is_exact`: bytes stay as they are, also where all of them are small.

        Raises:
            DatasetError: one is not finite and there are more than two axes.
        """
        low, high, is_whole = math.inf, -math.inf, True
        for array in arrays:
            done = 0
            for block in array.blocks():
                if block.dtype.kind == "f":
                    _demand_finite(block, array, done)
                present = block[~np.isnan(block)] if block.dtype.kind == "f" else block
                if present.size:
                    low, high = min(low, float(present.min())), max(high, float(present.max()))
                    is_whole = is_whole and (
                        block.dtype.kind != "f" or bool((present == np.floor(present)).all())
                    )
                done += len(block)
        dtype = arrays[0].dtype
        is_bytes = dtype == np.uint8 and (is_exact or high > 1)
        if is_bytes or (is_whole and low >= 0 and _FEW_LEVELS < high <= 255):
            return cls(0, 255, is_whole, ())
        if low >= 0 and high <= 1:
            return cls(0, 1, is_whole, () if not is_whole else _range_note(0, 1))
        if low >= 0 and high <= _FEW_LEVELS and is_whole:
            return cls(0, high, is_whole, _range_note(0, high))
        if low >= 0 and high <= 255:
            return cls(0, 255, is_whole, ())
        if dtype == np.uint16:
            return cls(0, 65535, is_whole, (say("read_note_deep"),))
        if low >= -1 and high <= 1:
            return cls(-1, 1, is_whole, _range_note(-1, 1))
        return cls(low, high if high > low else low + 1, is_whole, _range_note(low, high))

    def levels(self, values: NDArray[Any]) -> NDArray[np.uint8]:
        if values.dtype == np.uint8 and self.high == 255:
            return values
        scaled = (values.astype(np.float64) - self.low) * (255 / (self.high - self.low))
        return np.rint(scaled).astype(np.uint8)


def _range_note(low: float, high: float) -> tuple[Reason, ...]:
    return (say("read_note_range", minimum=float(f"{low:g}"), maximum=float(f"{high:g}")),)


def _demand_finite(block: NDArray[Any], array: Npy, done: int) -> None:
    """Refuse infinite and too large numbers, and in images also missing ones."""
    wrong = np.abs(block) > LARGEST
    if block.ndim > 2:
        wrong |= np.isnan(block)
    if wrong.any():
        item = done + int(np.argwhere(wrong)[0][0]) + 1
        raise refuse("read_infinite", file=array.file, member=shown(array.member.name), item=item)


@dataclass(frozen=True, slots=True)
class _Layout:
    """How an array holds images. `arrange` makes (k, C, H, W) of a block."""

    channels: int
    height: int
    width: int
    arrange: Callable[[NDArray[Any]], NDArray[Any]]


def _layout(array: Npy, scale: _Scale) -> _Layout | None:
    """How images lie in an array; None if it is a table.

    Raises:
        DatasetError: it is neither.
    """
    shape = array.shape[1:]
    if len(shape) == 1:
        side = math.isqrt(shape[0])
        is_square = side * side == shape[0] >= _LEAST_PIXELS
        if not is_square or scale.low != 0 or scale.high not in (1, _FEW_LEVELS, 255, 65535):
            return None
        return _Layout(1, side, side, lambda block: block.reshape(len(block), 1, side, side))
    if len(shape) == 2:
        return _Layout(1, shape[0], shape[1], lambda block: block[:, np.newaxis])
    last = shape[2] in (1, 3, 4) and not (shape[0] in (1, 3) and shape[1] == shape[2])
    if last:
        return _Layout(min(3, shape[2]), shape[0], shape[1], lambda block: block.transpose(0, 3, 1, 2))
    if shape[0] in (1, 3):
        return _Layout(shape[0], shape[1], shape[2], lambda block: block)
    values = {"file": array.file, "member": shown(array.member.name)}
    raise refuse("read_array_shape", **values, there=str(array.shape))


def _images(
    pairs: Sequence[_Pair],
    codes: NDArray[np.int32],
    classes: list[str],
    layout: _Layout,
    scale: _Scale,
    choices: Choices,
    limits: Limits,
) -> Material:
    def blocks(array: Npy) -> Iterator[NDArray[np.uint8]]:
        for block in array.blocks():
            yield _opaque(scale.levels(layout.arrange(block)))

    stacks = [
        Stack(
            count=pair.inputs.count,
            channels=layout.channels,
            height=layout.height,
            width=layout.width,
            blocks=partial(blocks, pair.inputs),
        )
        for pair in pairs
    ]
    images, used = read_stacks(stacks, choices, limits, transpose=False)
    return Material(
        values=images,
        codes=codes,
        classes=classes,
        parts=_parts(pairs),
        origin="npz",
        format="npz",
        image_choices=used,
        notes=list(scale.notes),
    )


def _opaque(levels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Images with a fourth channel, their opacity, before white."""
    if levels.shape[1] != 4:
        return levels
    opacity = levels[:, 3:].astype(np.uint32)
    mixed = levels[:, :3] * opacity + 255 * (255 - opacity)
    return ((mixed + 127) // 255).astype(np.uint8)


# -- tables ----------------------------------------------------------------------------------------


def _table(
    pairs: Sequence[_Pair],
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
        raise refuse("read_many_columns", file=file, there=width, most=limits.columns)
    given = _texts(named.get("columns"), limits) or []
    is_own = len(given) == width
    names = given if is_own else [f"x{place + 1}" for place in range(width)]
    columns = begin(names, limits)
    for pair in pairs:
        done = 0
        for block in pair.inputs.blocks():
            numbers = block.T.astype(np.float64)
            others = [[(place, "") for place in np.flatnonzero(gaps).tolist()] for gaps in np.isnan(numbers)]
            add(columns, range(done + 1, done + 1 + len(block)), Parsed(numbers, others))
            done += len(block)
    label = pairs[0].labels.name
    if choices.label not in (None, label):
        raise refuse("read_no_column", column=shown(str(choices.label)), there=label)
    inputs = columns if is_own and choices.columns is None else usable_inputs(columns, label, choices, file)
    units = _units(named.get("units"), len(columns)) if inputs is columns else ()
    standardizes = choices.standardize is not False and not units
    offsets = np.array([column.mean if standardizes else 0.0 for column in inputs], np.float64)
    rows, kept = _rows(pairs, columns, inputs, offsets, limits, dropping)
    return Material(
        values=rows,
        codes=codes[kept],
        classes=classes,
        parts=_parts(pairs)[kept],
        origin="npz",
        format="npz",
        columns=[*previews(columns, "", [column.name for column in inputs]), _label_preview(label, classes)],
        inputs=[column.name for column in inputs],
        offsets=offsets,
        units=units,
        samples={place: _written(rows[place], offsets, units) for place in _first(codes[kept], len(classes))},
        label=label,
        notes=[say("read_note_standardized")] if units else [],
    )


def _rows(
    pairs: Sequence[_Pair],
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
        for block in pair.inputs.blocks():
            values = block[:, places].astype(np.float64) - offsets
            whole = ~np.isnan(values).any(axis=1)
            for place in np.flatnonzero(~whole).tolist():
                column = inputs[int(np.isnan(values[place]).argmax())].name
                dropping.add(say("read_drop_missing", column=column), f"{pair.inputs.name}[{done + place}]")
            chosen = np.flatnonzero(whole)
            rows[filled : filled + len(chosen)] = values[chosen]
            kept.append(chosen + done)
            filled, done = filled + len(chosen), done + len(block)
    if not filled:
        raise refuse("read_no_rows_left", rows=count)
    return rows[:filled], np.concatenate(kept)


def _units(array: Npy | None, width: int) -> tuple[tuple[float, float], ...]:
    """Means and deviations of columns that are standardized already."""
    if array is None or array.shape != (width, 2) or array.dtype.kind != "f":
        return ()
    values = array.whole().astype(np.float64)
    if not np.isfinite(values).all() or (values[:, 1] < 0).any():
        return ()
    return tuple((float(mean), float(deviation)) for mean, deviation in values)


def _label_preview(label: str, classes: Sequence[str]) -> ColumnPreview:
    return {
        "name": label,
        "kind": "text",
        "missing": 0,
        "distinct": len(classes),
        "minimum": None,
        "maximum": None,
        "mean": None,
        "use": "label",
        "why": None,
    }


def _first(codes: NDArray[np.int32], classes: int) -> Iterator[int]:
    """The positions of the first few of each class."""
    each = max(1, 2 * SHOWN // classes)
    for code in np.unique(codes).tolist():
        yield from np.flatnonzero(codes == code)[:each].tolist()


def _written(
    row: NDArray[np.float32], offsets: NDArray[np.float64], units: Sequence[tuple[float, float]]
) -> list[str]:
    """The numbers of a row as they were before they were standardized."""
    values = row + offsets
    if units:
        values = values * [deviation for _, deviation in units] + [mean for mean, _ in units]
    return [f"{value:g}" for value in values]
