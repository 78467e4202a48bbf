"""The binary files of CIFAR-10 and CIFAR-100: records of one or two bytes of labels, and 32 × 32 pixels of red, green
and blue (Krizhevsky 2009)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from app.own_data.choices import Choices
from app.own_data.contents import Contents
from app.own_data.dropping import Dropping
from app.own_data.labels import Codes
from app.own_data.limits import Limits
from app.own_data.material import TEST, TRAIN, Material
from app.own_data.members import Member, leave_out
from app.own_data.reasons import make_reason, refusal, shorten
from app.own_data.stacks import Stack, read_stacks
from engine import datasets
from engine.datasets.files import PIECE

_SIDE = 32
_PIXELS = 3 * _SIDE * _SIDE
_AT_ONCE = 1000
#: Bytes of labels → the data set that has this number of them.
_KNOWN = {1: "cifar10", 2: "cifar100"}
#: How the files of names end: those of CIFAR-10, of CIFAR-100, and of its coarse labels, which are not used.
_NAMES = ("batches.meta.txt", "fine_label_names.txt", "coarse_label_names.txt")


@dataclass(frozen=True, slots=True)
class _Batch:
    """One file of records. `label_bytes`: how many bytes of labels each record has; the last one is the fine label."""

    member: Member
    label_bytes: int
    count: int

    def records(self) -> Iterator[NDArray[np.uint8]]:
        size = self.label_bytes + _PIXELS
        with self.member.open() as stream:
            while data := stream.read(_AT_ONCE * size):
                yield np.frombuffer(data, np.uint8, len(data) // size * size).reshape(-1, size)

    def images(self) -> Iterator[NDArray[np.uint8]]:
        for records in self.records():
            yield records[:, self.label_bytes :].reshape(-1, 3, _SIDE, _SIDE)


def batches_in(members: Sequence[Member]) -> list[Member]:
    """The members that may be files of records, by name."""
    return sorted((member for member in members if member.ends(".bin")), key=lambda member: member.name)


def read_cifar(contents: Contents, choices: Choices, limits: Limits, dropping: Dropping) -> Material:
    """The images of the files of records, with the fine labels of CIFAR-100.

    Raises:
        DatasetError: the files hold something else.
    """
    members = batches_in(contents.members)
    leave_out([other for other in contents.members if not other.ends(".bin", *_NAMES)], dropping)
    sizes = {member.name: _size(member) for member in members}
    label_bytes = max(_KNOWN, key=lambda count: sum(_fits(size, count) for size in sizes.values()))
    if any("cifar-100" in name.lower() for name in (contents.file, *sizes)):
        label_bytes = 2
    for name, size in sizes.items():
        if not _fits(size, label_bytes):
            raise refusal("read_records", file=shorten(name), there=size)
    batches = [
        _Batch(member, label_bytes, sizes[member.name] // (label_bytes + _PIXELS)) for member in members
    ]
    batches.sort(key=_is_test)  # stable: in each part by name
    count = sum(batch.count for batch in batches)
    if count > limits.rows:
        raise refusal("read_many_rows", file=contents.file, most=limits.rows)
    # copied, as the labels alone would keep the whole file in memory
    values = np.concatenate(
        [records[:, label_bytes - 1].copy() for batch in batches for records in batch.records()]
    )
    published = datasets.source(_KNOWN[label_bytes]).class_names
    names = _names(contents.members, label_bytes) or published
    most = max(len(names), len(published))
    if values.max() >= most:
        raise refusal("read_label", file=contents.file, label=int(values.max()), classes=most)
    codes, classes = _codes_of(values, names, limits)
    stacks = [
        Stack(count=batch.count, channels=3, height=_SIDE, width=_SIDE, blocks=partial(batch.images))
        for batch in batches
    ]
    images, used = read_stacks(stacks, choices, limits, transpose=False)
    tests = [_is_test(batch) for batch in batches]
    parts = np.repeat(np.where(tests, TEST, TRAIN).astype(np.uint8), [batch.count for batch in batches])
    return Material(
        values=images,
        codes=codes,
        classes=classes,
        parts=parts if len(set(tests)) == 2 else None,
        origin="cifar",
        format="cifar",
        image_choices=used,
        notes=[make_reason("read_note_coarse")] if label_bytes == 2 else [],
        dropping=dropping,
    )


def _size(member: Member) -> int:
    """The bytes of a member, which may be compressed."""
    size = 0
    with member.open() as stream:
        while piece := stream.read(PIECE):
            size += len(piece)
    return size


def _fits(size: int, label_bytes: int) -> bool:
    return size > 0 and size % (label_bytes + _PIXELS) == 0


def _is_test(batch: _Batch) -> bool:
    return "test" in batch.member.base.lower()


def _names(members: Sequence[Member], label_bytes: int) -> list[str]:
    """The names of the classes, one a line in a file beside the records; [] without such a file."""
    for member in members:
        if member.ends(_NAMES[label_bytes - 1]):
            lines = member.head(8192).decode("utf-8", "replace").splitlines()
            return [name for line in lines if (name := line.strip())]
    return []


def _codes_of(
    values: NDArray[np.uint8], names: Sequence[str], limits: Limits
) -> tuple[NDArray[np.int32], list[str]]:
    """Of each label its index among the classes that occur, and the names of these classes."""
    used = np.unique(values).tolist()
    if len(set(names)) < len(names) or len(names) <= max(used):
        names = [str(number) for number in range(256)]
    numbering = Codes(limits)
    code_of = np.zeros(256, np.int32)
    code_of[used] = numbering.of(names[number] for number in used)
    classes, order = numbering.in_order(names)
    return order[code_of[values]], classes
