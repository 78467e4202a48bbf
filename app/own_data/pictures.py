"""Image files in one folder for each class, in a ZIP or TAR file or on this machine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.own_data.choices import SIZES, Choices
from app.own_data.contents import Contents
from app.own_data.dropping import Dropping
from app.own_data.labels import Codes, demand_bytes, natural
from app.own_data.limits import Limits
from app.own_data.material import TEST, TRAIN, Material
from app.own_data.members import Member, leave_out
from app.own_data.reasons import make_reason, refusal
from app.own_data.squares import Seen, Shape, TooManyPixels, Unreadable, look, read_square
from engine.reasons import Reason

#: Endings of image files. The kinds in the second line are not read, but each is reported as an unreadable image.
ENDINGS = (
    *(".png", ".jpg", ".jpeg", ".jfif", ".gif", ".bmp", ".webp"),
    *(".tif", ".tiff", ".heic", ".heif", ".avif", ".svg", ".ppm", ".pgm", ".ico"),
)
#: Names of folders, in small letters, that hold one part of a data set. Validation images become training images.
_PARTS = {
    **dict.fromkeys(("train", "training", "val", "valid", "validation"), TRAIN),
    **dict.fromkeys(("test", "testing"), TEST),
}
#: This many images, or up to twice as many, are inspected to choose the size and colours of all.
_INSPECTED = 60
#: Up to this many images that are not in folders of classes may be figures beside a table.
_FIGURES = 20
#: Height and width for images that have different sizes, or a size that is not allowed.
_DEFAULT_SIZE = 32


@dataclass(frozen=True, slots=True)
class _Picture:
    """An image file, the name of its class, and its part: `TRAIN` or `TEST`."""

    member: Member
    class_name: str
    part: int


def images_in(members: Sequence[Member]) -> list[Member]:
    """The image files among the members, by name."""
    return [member for member in members if member.ends(*ENDINGS)]


def has_pictures(members: Sequence[Member]) -> bool:
    """Whether images are what the members are about: some folders have several each, or there are many. A few others
    may be figures beside a table."""
    images = images_in(members)
    folders = Counter(tuple(member.folders) for member in images if member.folders)
    return len(images) > _FIGURES or sum(count > 1 for count in folders.values()) > 1


def read_pictures(contents: Contents, choices: Choices, limits: Limits, dropping: Dropping) -> Material:
    """The images in a file or folder, each with the name of its folder as class.

    Raises:
        DatasetError: no image can be read, or there are too many or too large ones.
    """
    pictures, has_parts = _find_pictures(contents.members, dropping)
    if not pictures:
        raise refusal("read_nothing", file=contents.file, there=contents.names)
    codes = Codes(limits)
    labels = codes.of(picture.class_name for picture in pictures)
    shape = _shape(pictures, choices, limits)
    images = _allocate(len(pictures), shape, limits)
    kept, notes = _fill(images, pictures, shape, limits, dropping)
    if not len(kept):
        raise refusal("read_nothing", file=contents.file, there=contents.names)
    names, order = codes.ordered()
    parts = np.array([picture.part for picture in pictures], np.uint8)[kept]
    return Material(
        values=images[: len(kept)],
        codes=order[labels[kept]],
        classes=names,
        parts=parts if has_parts and {TRAIN, TEST} <= set(parts.tolist()) else None,
        origin="images",
        format="folder" if contents.container == "folder" else "zip",
        image_choices={"size": shape.size, "fit": shape.fit, "colour": shape.colour, "transpose": False},
        notes=notes,
        dropping=dropping,
    )


def _find_pictures(members: Sequence[Member], dropping: Dropping) -> tuple[list[_Picture], bool]:
    """The image files, sorted by part and name; and whether they lie in folders of parts. Other files are dropped."""
    images = images_in(members)
    leave_out([member for member in members if not member.ends(*ENDINGS)], dropping)
    folders = [member.folders for member in images]
    depth = _depth_of_classes(folders)
    inside = [path for path in folders if len(path) > depth]
    has_parts = any(len(path) > depth + 1 for path in inside) and all(
        path[depth].lower() in _PARTS for path in inside
    )
    pictures = []
    for member, path in zip(images, folders, strict=True):
        class_depth = depth + 1 if has_parts else depth
        if len(path) <= class_depth:
            dropping.add(make_reason("read_drop_no_folder"), member.name)
            continue
        part = _PARTS[path[depth].lower()] if has_parts else TRAIN
        pictures.append(_Picture(member, " ".join(path[class_depth].split()), part))
    return sorted(pictures, key=lambda picture: (picture.part, natural(picture.member.name))), has_parts


def _depth_of_classes(folders: Sequence[Sequence[str]]) -> int:
    """How many folders enclose the folders of classes: a folder encloses them if all images that are in folders lie in
    it, and some of them deeper. Images beside it do not count."""
    depth = 0
    while True:
        inside = [path for path in folders if len(path) > depth]
        if len({path[depth] for path in inside}) != 1 or all(len(path) == depth + 1 for path in inside):
            return depth
        depth += 1


def _shape(pictures: Sequence[_Picture], choices: Choices, limits: Limits) -> Shape:
    """Size and colours as chosen; without a choice, as the inspected images have them."""
    seen: list[Seen] = []
    if choices.size is None or choices.colour is None:
        step = max(1, len(pictures) // _INSPECTED)
        for picture in pictures[::step]:
            try:
                seen.append(look(_bytes(picture.member, limits), limits.pixels))
            except (Unreadable, TooManyPixels):
                continue
    sides = {side for image in seen for side in (image.width, image.height)}
    side = sides.pop() if len(sides) == 1 else _DEFAULT_SIZE
    default = side if SIZES[0] <= side <= SIZES[1] else _DEFAULT_SIZE
    return Shape(
        size=choices.size or default,
        fit=choices.fit or "crop",
        colour=any(image.is_coloured for image in seen) if choices.colour is None else choices.colour,
    )


def _allocate(count: int, shape: Shape, limits: Limits) -> NDArray[np.uint8]:
    """An array (N, C, H, W) for all images.

    Raises:
        DatasetError: it would be too large.
    """
    values = count * shape.channels * shape.size**2
    demand_bytes(values + 8 * count, limits)
    return np.empty((count, shape.channels, shape.size, shape.size), np.uint8)


def _fill(
    images: NDArray[np.uint8],
    pictures: Sequence[_Picture],
    shape: Shape,
    limits: Limits,
    dropping: Dropping,
) -> tuple[NDArray[np.intp], list[Reason]]:
    """Read the pictures into `images`, one after another; those that cannot be read are dropped.

    Returns:
        The indices of the pictures that were read, and what is noteworthy about them.
    """
    kept: list[int] = []
    sizes: set[tuple[int, int]] = set()
    is_deep = False
    for index, picture in enumerate(pictures):
        try:
            values, seen = read_square(_bytes(picture.member, limits), shape, limits.pixels)
        except TooManyPixels:
            dropping.add(make_reason("read_drop_pixels", most=limits.pixels), picture.member.name)
            continue
        except Unreadable:
            dropping.add(make_reason("read_drop_broken"), picture.member.name)
            continue
        images[len(kept)] = values
        kept.append(index)
        sizes.add((seen.width, seen.height))
        is_deep = is_deep or seen.is_deep
    notes = [make_reason("read_note_deep")] if is_deep else []
    if any(width != height for width, height in sizes) or len(sizes) > 1:
        smallest, largest = (chosen(sizes, key=lambda size: size[0] * size[1]) for chosen in (min, max))
        notes.append(make_reason("read_note_sizes", smallest=list(smallest), largest=list(largest)))
    return np.array(kept, np.intp), notes


def _bytes(member: Member, limits: Limits) -> bytes:
    with member.open() as stream:
        return stream.read(limits.bytes)
