"""The members of TAR files."""

from __future__ import annotations

import io
import os
import tarfile
from contextlib import ExitStack
from typing import IO, cast

from app.own_data.dropping import Dropping
from app.own_data.members import DAMAGES, Bounds, Member, clean, decoded, unpacked
from app.own_data.reasons import make_reason, refusal

#: Where the word "ustar" stands in a TAR file.
_USTAR = slice(257, 262)


def is_tar(head: bytes) -> bool:
    """Whether these are the first bytes of a TAR file."""
    return head[_USTAR] == b"ustar"


def tar_members(stack: ExitStack, copy: IO[bytes], bounds: Bounds, dropping: Dropping) -> list[Member]:
    """The members of an open TAR file that is not compressed.

    Raises:
        DatasetError: it is damaged, or has too many members.
    """
    file, limits = bounds.file, bounds.limits
    copy.seek(0)
    members = []
    try:
        archive = stack.enter_context(tarfile.open(fileobj=copy, mode="r:", encoding="utf-8"))  # noqa: SIM115
        for number, info in enumerate(archive, 1):  # 0 is the archive, which may be gzipped itself
            if number > limits.members:
                raise refusal("read_many_members", file=file, most=limits.members)
            if info.isdir():
                continue
            name = clean(decoded(info.name.encode("utf-8", "surrogateescape")), dropping)
            if name is None:
                continue
            if not info.isfile() or info.issparse():
                dropping.add(make_reason("read_drop_link"), name)
                continue
            place = (info.offset_data, info.size)

            def begin(place: tuple[int, int] = place, number: int = number) -> IO[bytes]:
                return unpacked(cast(IO[bytes], io.BufferedReader(_Part(copy, *place))), number, bounds)

            members.append(Member(name, info.size, begin))
    except (*DAMAGES, RecursionError) as error:  # hundreds of headers without a file
        raise refusal("read_damaged", file=file) from error
    return members


class _Part(io.RawIOBase):
    """A part of a file, as a file."""

    def __init__(self, whole: IO[bytes], begin: int, size: int) -> None:
        self._whole, self._begin, self._size, self._at = whole, begin, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        wanted = max(0, min(len(buffer), self._size - self._at))
        self._whole.seek(self._begin + self._at)
        piece = self._whole.read(wanted)
        if wanted and not piece:
            raise EOFError("the archive ends before")
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)
