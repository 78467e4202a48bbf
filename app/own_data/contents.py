"""What is in a file that a person brought: its members, each with a name and a stream of bytes.

A plain file has one member, itself; a ZIP or TAR file and a folder have many. Nothing is unpacked to a path: names of
members are only text here. Sizes, numbers and the compression are bounded before anything is made of them.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Literal

from app.own_data.dropping import Dropping
from app.own_data.limits import Limits
from app.own_data.members import HEAD, Bounds, Member, clean, damaged, unpacked
from app.own_data.reasons import join_names, make_reason, refusal
from app.own_data.tars import is_tar, tar_members
from app.own_data.zips import ZIPS, zip_members
from engine.datasets.files import PIECE


@dataclass(frozen=True, slots=True)
class Contents:
    """The members of what was brought, without those that systems add and those that `dropping` has."""

    file: str
    container: Literal["file", "zip", "tar", "folder"]
    members: list[Member]
    size: int

    @property
    def names(self) -> str:
        """The first of its members, for a sentence."""
        return join_names([member.name for member in self.members])


@contextmanager
def opened(path: Path, file: str, limits: Limits, dropping: Dropping) -> Iterator[Contents]:
    """What is in a file or folder.

    Args:
        file: its name for people.

    Raises:
        DatasetError: it is empty, too large, damaged, encrypted, or more than the limits allow.
    """
    with ExitStack() as stack:
        try:
            yield _contents(stack, path, file, limits, dropping)
        except OSError as error:
            raise damaged(file, error) from error


def _contents(stack: ExitStack, path: Path, file: str, limits: Limits, dropping: Dropping) -> Contents:
    if path.is_dir():
        members = list(_of_folder(path, file, limits, dropping))
        return Contents(file, "folder", members, sum(member.size or 0 for member in members))
    size = path.stat().st_size
    if not size:
        raise refusal("read_empty", file=file)
    if size > limits.bytes:
        raise refusal("read_too_large", file=file, megabytes=-(-size >> 20), most=limits.bytes >> 20)
    bounds = Bounds(file, size, limits)
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    if head.startswith(ZIPS):
        return Contents(file, "zip", zip_members(stack, path, bounds, dropping), size)
    alone = Member(file, None, lambda: unpacked(path.open("rb"), 0, bounds))
    if not is_tar(alone.head()):
        return Contents(file, "file", [alone], size)
    # members are read in any order, and a compressed file only from its begin
    copy = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
    with alone.open() as stream:
        while piece := stream.read(PIECE):
            copy.write(piece)
    return Contents(file, "tar", tar_members(stack, copy, bounds, dropping), size)


def _of_folder(path: Path, file: str, limits: Limits, dropping: Dropping) -> Iterator[Member]:
    """Regular files below a folder, in the order of their names."""
    waiting = [(path, "")]
    count = total = 0
    while waiting:
        folder, prefix = waiting.pop()
        with os.scandir(folder) as entries:
            in_order = sorted(entries, key=lambda entry: entry.name)
        deeper = []
        for entry in in_order:
            name = clean(prefix + entry.name, dropping)
            if name is None:
                continue
            count += 1
            if count > limits.members:
                raise refusal("read_many_members", file=file, most=limits.members)
            if entry.is_symlink():
                dropping.add(make_reason("read_drop_link"), name)
            elif entry.is_dir():
                deeper.append((Path(entry.path), f"{prefix}{entry.name}/"))
            elif entry.is_file():
                size = entry.stat().st_size
                total += size
                if total > limits.unpacked_bytes:
                    most = limits.unpacked_bytes >> 20
                    raise refusal("read_too_large", file=file, megabytes=-(-total >> 20), most=most)
                yield Member(name, size, partial(_file, entry.path, Bounds(name, size, limits)))
        waiting += reversed(deeper)


def _file(path: str, bounds: Bounds) -> IO[bytes]:
    return unpacked(Path(path).open("rb"), 0, bounds)
