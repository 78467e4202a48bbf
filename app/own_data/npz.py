"""NPZ files: arrays of images or rows and of labels, under the names that people usually give them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.own_data.brightness import FEW_LEVELS, Scale
from app.own_data.choices import Choices
from app.own_data.contents import Contents
from app.own_data.dropping import Dropping
from app.own_data.labels import Codes
from app.own_data.limits import Limits
from app.own_data.material import TEST, TRAIN, Material
from app.own_data.members import Member, leave_out
from app.own_data.npy import Npy, read_header
from app.own_data.npz_images import find_layout, read_images
from app.own_data.npz_rows import read_rows
from app.own_data.numerals import plain
from app.own_data.pairs import Pair, texts_of
from app.own_data.reasons import join_names, refusal, shorten

#: Names of the arrays of one part: inputs and labels, in small letters.
_SINGLE = (
    *(("x", "y"), ("images", "labels"), ("data", "target"), ("data", "targets"), ("data", "labels")),
    *(("data", "y"), ("features", "labels"), ("drawings", "digits"), ("image", "label"), ("arr_0", "arr_1")),
)
_PARTS = {"train": TRAIN, "val": TRAIN, "valid": TRAIN, "validation": TRAIN, "test": TEST}


def has_arrays(members: Sequence[Member]) -> bool:
    """Whether inputs and labels are among the members, by their names."""
    return bool(_pair_names(_arrays_in(members)))


def read_npz(contents: Contents, choices: Choices, limits: Limits, dropping: Dropping) -> Material:
    """The data set in an NPZ file.

    Raises:
        DatasetError: arrays are missing, have other shapes than expected, or hold something else than numbers.
    """
    members = _arrays_in(contents.members)
    pairs_by_name = _pair_names(members)
    if not pairs_by_name:
        raise refusal("read_no_arrays", file=contents.file, there=join_names(list(members)))
    leave_out([member for member in contents.members if not member.ends(".npy")], dropping)

    def array(name: str) -> Npy:
        return read_header(members[name], contents.file, limits)

    pairs = [Pair(array(inputs), array(labels), part) for inputs, labels, part in pairs_by_name]
    for pair in pairs:
        _demand_pair(pair, pairs[0], limits)
    named: dict[str, Npy] = {
        name: array(name)
        for name in ("class_names", "columns", "units", "validation_size", "flippable")
        if name in members
    }
    codes, classes = _labels(pairs, named.get("class_names"), limits)
    is_drawing = pairs_by_name[0][0] == "drawings"
    scale = Scale.of([pair.inputs for pair in pairs], is_exact="class_names" in named or is_drawing)
    has_columns = "columns" in named and len(pairs[0].inputs.shape) == 2
    layout = None if has_columns else find_layout(pairs[0].inputs, scale)
    if layout is None:
        material = read_rows(pairs, codes, classes, named, choices, limits, dropping)
    else:
        _demand_one_scale(pairs, scale)
        material = read_images(pairs, codes, classes, layout, scale, choices, limits)
    material.dropping = dropping
    if material.parts is not None and not {TRAIN, TEST} <= set(material.parts.tolist()):
        material.parts = None
    if is_drawing:
        material.format = material.origin = "drawings"
    material.flippable = _number(named.get("flippable")) == 1
    material.validation_size = _number(named.get("validation_size")) if material.parts is not None else None
    return material


def _arrays_in(members: Sequence[Member]) -> dict[str, Member]:
    """The arrays among the members, by their names in small letters."""
    named = {member.base.lower(): member for member in members}
    return {name.removesuffix(".npy"): member for name, member in named.items() if name.endswith(".npy")}


def _pair_names(names: Mapping[str, Member]) -> list[tuple[str, str, int]]:
    """Names of inputs and labels with their part, training first; none if no names are of a known convention."""
    pairs = []
    for part, code in _PARTS.items():
        conventions = (
            (f"x_{part}", f"y_{part}"),
            (f"{part}_x", f"{part}_y"),
            (f"{part}_images", f"{part}_labels"),
        )
        more = ((f"{part}_data", f"{part}_labels"), (f"{part}_data", f"{part}_target"))
        pair = next(((x, y) for x, y in (*conventions, *more) if x in names and y in names), None)
        if pair is not None:
            pairs.append((*pair, code))
    if any(part == TRAIN for *_, part in pairs):
        return pairs
    return next(([(x, y, TRAIN)] for x, y in _SINGLE if x in names and y in names), [])


def _demand_pair(pair: Pair, first: Pair, limits: Limits) -> None:
    inputs, labels = pair.inputs, pair.labels
    file = inputs.file
    values = {"file": file, "member": shorten(inputs.member.name)}
    if inputs.dtype.kind not in "biuf":
        raise refusal("read_array_kind", **values, there=shorten(str(inputs.dtype), 30))
    if len(inputs.shape) < 2 or not math.prod(inputs.shape):
        raise refusal("read_array_shape", **values, there=str(inputs.shape))
    if inputs.shape[1:] != first.inputs.shape[1:]:
        train, test = str(first.inputs.shape[1:]), str(inputs.shape[1:])
        raise refusal("read_shapes", file=file, train=train, test=test)
    if len(labels.shape) not in (1, 2) or not labels.shape:
        raise _label_kind(labels)
    if inputs.count != labels.count:
        raise refusal("read_lengths", file=file, images=inputs.count, labels=labels.count)
    if inputs.count > limits.rows:
        raise refusal("read_many_rows", file=file, most=limits.rows)


def _demand_one_scale(pairs: Sequence[Pair], scale: Scale) -> None:
    """Refuse images of 0 to 1 beside images of 0 to 255: on one scale for all of them, they would be black."""
    inputs = [pair.inputs for pair in pairs]
    dark, bright = (inputs[scale.maxima.index(bound(scale.maxima))] for bound in (min, max))
    if min(scale.maxima) <= 1 and max(scale.maxima) > FEW_LEVELS and dark.dtype.kind != bright.dtype.kind:
        raise refusal(
            "read_scales",
            file=bright.file,
            member=shorten(bright.member.name),
            maximum=max(scale.maxima),
            other=shorten(dark.member.name),
            least=min(scale.maxima),
        )


def _label_kind(labels: Npy) -> Exception:
    values = {"file": labels.file, "member": shorten(labels.member.name)}
    return refusal("read_label_kind", **values, there=str(labels.shape), kind=shorten(str(labels.dtype), 30))


def _labels(pairs: Sequence[Pair], names: Npy | None, limits: Limits) -> tuple[NDArray[np.int32], list[str]]:
    """The class of each item, and the names of the classes: those in the file, if they are numbered."""
    class_codes = Codes(limits)
    given = texts_of(names, limits)
    codes = [
        class_codes.of(_class_names(block, pair.labels, given))
        for pair in pairs
        for block in pair.labels.blocks()
    ]
    if given is None:
        classes, order = class_codes.ordered()
    else:
        classes, order = class_codes.in_order(given)
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


def _number(array: Npy | None) -> int | None:
    """An array with one whole number, not negative, or one truth value, as a number; None if it is something else."""
    if array is None or math.prod(array.shape) != 1 or len(array.shape) > 1 or array.dtype.kind not in "biu":
        return None
    value = int(array.whole().ravel()[0])
    return value if value >= 0 else None
