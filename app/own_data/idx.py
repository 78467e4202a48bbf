"""Pairs of IDX files, one of images and one of labels (MNIST, EMNIST, Kuzushiji-MNIST), in a ZIP or TAR file.

The files may be gzipped. The format is described in `engine.datasets.mnist`.
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Iterator, Sequence
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
from app.own_data.npy import Npy
from app.own_data.reasons import make_reason, refusal, shorten
from app.own_data.stacks import Stack, read_stacks

#: Two zero bytes and the type of unsigned bytes begin a file.
MAGIC = b"\x00\x00\x08"
_IMAGES, _LABELS = 3, 1
#: Files in one archive that are looked at.
_LOOKED_AT = 50
_MAX_SIDE = 4096
#: The parts of a file's name in which the two files of a pair may differ.
_KIND = re.compile(r"images?|labels?|idx\d|\.gz$|[^a-z0-9]")
_TEST = re.compile(r"test|t10k")
_LETTERS = 26
#: How the name of a file ends that says which characters the labels stand for.
_MAPPING = "mapping.txt"


def has_idx(members: Sequence[Member]) -> bool:
    """Whether there is an IDX file among the first members."""
    return any(map(_is_idx, members[:_LOOKED_AT]))


def _is_idx(member: Member) -> bool:
    return member.head(len(MAGIC)) == MAGIC


def read_idx(contents: Contents, choices: Choices, limits: Limits, dropping: Dropping) -> Material:
    """The images of one pair of files, or of two: for training and for testing.

    Raises:
        DatasetError: there are other files than pairs, or a pair does not belong together.
    """
    idx_files: dict[tuple[str, int], Npy] = {}
    others = []
    for member in contents.members[:_LOOKED_AT]:
        if not _is_idx(member):
            others.append(member)
            continue
        idx = _header(member, contents.file, limits)
        idx_files[_KIND.sub("", member.base.lower()), len(idx.shape)] = idx
    rest = [*others, *contents.members[_LOOKED_AT:]]
    leave_out([member for member in rest if not member.ends(_MAPPING)], dropping)
    if len(contents.members) == 1 and not others:
        raise refusal("read_images_only", file=contents.file)
    pairs = _pairs(idx_files, contents)
    for images, labels in pairs:
        if images.shape[0] != labels.shape[0]:
            count, of = images.shape[0], labels.shape[0]
            raise refusal("read_lengths", file=contents.file, images=count, labels=of)
        if images.shape[1:] != pairs[0][0].shape[1:]:
            train, test = str(pairs[0][0].shape[1:]), str(images.shape[1:])
            raise refusal("read_shapes", file=contents.file, train=train, test=test)
        if images.shape[0] > limits.rows:
            raise refusal("read_many_rows", file=contents.file, most=limits.rows)
    names = [contents.file.lower(), *(member.name.lower() for member in contents.members)]
    codes, classes = _classes([labels for _, labels in pairs], others, names, limits)
    stacks = [_stack(images) for images, _ in pairs]
    values, used = read_stacks(stacks, choices, limits, transpose=any("emnist" in name for name in names))
    parts = None
    if len(pairs) == 2:
        sizes = [images.shape[0] for images, _ in pairs]
        parts = np.repeat(np.array([TRAIN, TEST], np.uint8), sizes)
    return Material(
        values=values,
        codes=codes,
        classes=classes,
        parts=parts,
        origin="idx",
        format="idx",
        image_choices=used,
        notes=[make_reason("read_note_transposed")] if used["transpose"] else [],
        dropping=dropping,
    )


def _header(member: Member, file: str, limits: Limits) -> Npy:
    """What an IDX file is: an array of bytes, whose shape is (N,) of labels, or (N, H, W).

    Raises:
        DatasetError: it is something else.
    """
    head = member.head(len(MAGIC) + 1 + 4 * _IMAGES)
    axes = head[3] if len(head) > 3 else 0
    wrong = refusal("read_idx_header", file=file, member=shorten(member.name))
    if axes not in (_LABELS, _IMAGES) or len(head) < 4 + 4 * axes:
        raise wrong
    shape = struct.unpack(f">{axes}I", head[4 : 4 + 4 * axes])
    if not all(shape) or any(side > _MAX_SIDE for side in shape[1:]):
        raise wrong
    if math.prod(shape) > limits.unpacked_bytes:
        most = limits.unpacked_bytes >> 20
        raise refusal("read_unpacked", file=file, megabytes=-(-math.prod(shape) >> 20), most=most)
    return Npy(member, file, shape, np.dtype(np.uint8), is_fortran=False, begin=len(MAGIC) + 1 + 4 * axes)


def _pairs(idx_files: dict[tuple[str, int], Npy], contents: Contents) -> list[tuple[Npy, Npy]]:
    """Images with their labels, training first: those whose names differ in the kind only, or the only two.

    Raises:
        DatasetError: there are other files than one or two pairs.
    """
    images = {name: idx for (name, axes), idx in idx_files.items() if axes == _IMAGES}
    labels = {name: idx for (name, axes), idx in idx_files.items() if axes == _LABELS}
    if len(images) == len(labels) == 1:
        return [(next(iter(images.values())), next(iter(labels.values())))]
    names = sorted(images, key=lambda name: _TEST.search(name) is not None)
    are_parts = len(names) == 2 and _TEST.search(names[1]) and not _TEST.search(names[0])
    if images.keys() != labels.keys() or not are_parts:
        raise refusal("read_idx_pairs", file=contents.file, there=contents.names)
    return [(images[name], labels[name]) for name in names]


def _classes(
    labels: Sequence[Npy], others: Sequence[Member], names: Sequence[str], limits: Limits
) -> tuple[NDArray[np.int32], list[str]]:
    """The class of each image and their names: characters, where EMNIST's files say which, otherwise numbers."""
    values = np.concatenate([block for idx in labels for block in idx.blocks()])
    numbers = np.unique(values).tolist()
    characters = _mapping(others)
    if (
        not characters
        and any("letters" in name for name in names)
        and set(numbers) <= set(range(1, _LETTERS + 1))
    ):
        characters = {number: chr(ord("A") + number - 1) for number in numbers}
    used = {number: characters.get(number, str(number)) for number in numbers}
    if len(set(used.values())) < len(used):
        used = {number: str(number) for number in numbers}
    codes = Codes(limits)
    code_of = np.zeros(256, np.int32)
    code_of[numbers] = codes.of(used[number] for number in numbers)
    classes, order = codes.in_order(list(used.values()))
    return order[code_of[values]], classes


def _mapping(others: Sequence[Member]) -> dict[int, str]:
    """Label → character, from a file such as emnist-balanced-mapping.txt: a label and the codes of its characters."""
    for member in others:
        if not member.ends(_MAPPING):
            continue
        lines = re.findall(rb"^(\d{1,3}) (\d{1,6})\b", member.head(8192), re.MULTILINE)
        characters = {int(label): int(code) for label, code in lines}
        return {
            label: chr(code)
            for label, code in characters.items()
            if code <= 0x10FFFF and chr(code).isprintable()
        }
    return {}


def _stack(images: Npy) -> Stack:
    count, height, width = images.shape
    return Stack(count=count, channels=1, height=height, width=width, blocks=partial(_with_channel, images))


def _with_channel(images: Npy) -> Iterator[NDArray[np.uint8]]:
    for block in images.blocks():
        yield block[:, np.newaxis]
