"""What is in a file that somebody brought: its members, each with a name and a stream of bytes.

A plain file has one member, itself; a ZIP or TAR file and a folder have many. Nothing is unpacked to a path: names of
members are only text here. Sizes, numbers and the compression are bounded before anything is made of them.
"""

from __future__ import annotations

import errno
import gzip
import io
import os
import stat
import tarfile
import tempfile
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, BinaryIO, Literal, cast

from app.own_data.dropping import Dropping
from app.own_data.limits import Limits
from app.own_data.reasons import listed, refuse, say, shown
from engine.datasets.files import GZIP, PIECE
from engine.errors import DatasetError, unreadable

ZIPS = (b"PK\x03\x04", b"PK\x05\x06")
#: Stands before each entry of a ZIP file's directory.
_ENTRY = b"PK\x01\x02"
#: Where the word "ustar" stands in a TAR file.
_USTAR = slice(257, 262)
_HEAD = 512
_ENCRYPTED = 0x1
_UTF8 = 0x800
#: What systems put into folders unasked.
_UNASKED = {"__macosx", "thumbs.db", "desktop.ini"}
ARCHIVES = (".zip", ".tar", ".tgz", ".7z", ".rar", ".gz", ".bz2", ".xz")
#: Folders in folders that are looked into.
_DEPTH = 8
_DAMAGES = (EOFError, zlib.error, zipfile.BadZipFile, tarfile.TarError, ValueError, NotImplementedError)


@dataclass(frozen=True, slots=True)
class Member:
    """One file in what was brought. `name` is its path with slashes, `size` its bytes where they are known before."""

    name: str
    size: int | None
    _open: Callable[[], IO[bytes]]

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Its bytes, decompressed if they begin as a gzip file. May be opened again and again.

        Raises:
            DatasetError: they are damaged or cut short; also inside the context.
        """
        try:
            with self._open() as stream:
                yield cast(BinaryIO, stream)
        except DatasetError:
            raise
        except OSError as error:
            raise _unreadable(self.name, error) from error
        except _DAMAGES as error:
            raise refuse("read_damaged", file=shown(self.name)) from error

    def head(self, count: int = _HEAD) -> bytes:
        """The first bytes."""
        with self.open() as stream:
            return stream.read(count)

    @property
    def folders(self) -> list[str]:
        """The folders that it lies in, the outermost first."""
        return self.name.split("/")[:-1]

    @property
    def base(self) -> str:
        return self.name.rpartition("/")[2]

    def ends(self, *endings: str) -> bool:
        """Whether its name ends so, in small or capital letters, and gzipped or not."""
        return self.name.lower().removesuffix(".gz").endswith(endings)


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
        return listed([member.name for member in self.members])


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
            raise _unreadable(file, error) from error


def _unreadable(name: str, error: OSError) -> DatasetError:
    """Why a file cannot be read: the system says so, or its content led to a place that is not there."""
    if error.errno in (None, errno.EINVAL):
        return refuse("read_damaged", file=shown(name))
    return unreadable(Path(shown(name)), error)


def _contents(stack: ExitStack, path: Path, file: str, limits: Limits, dropping: Dropping) -> Contents:
    if path.is_dir():
        members = list(_of_folder(path, file, limits, dropping))
        return Contents(file, "folder", members, sum(member.size or 0 for member in members))
    size = path.stat().st_size
    if not size:
        raise refuse("read_empty", file=file)
    if size > limits.bytes:
        raise refuse("read_too_large", file=file, megabytes=-(-size >> 20), most=limits.bytes >> 20)
    bounds = _Bounds(file, size, limits)
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    if head.startswith(ZIPS):
        return Contents(file, "zip", _of_zip(stack, path, bounds, dropping), size)
    alone = Member(file, None, lambda: _unpacked(path.open("rb"), bounds))
    if alone.head()[_USTAR] != b"ustar":
        return Contents(file, "file", [alone], size)
    # members are read in any order, and a compressed file only from its begin
    copy = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
    with alone.open() as stream:
        while piece := stream.read(PIECE):
            copy.write(piece)
    return Contents(file, "tar", _of_tar(stack, copy, bounds, dropping), size)


@dataclass(frozen=True, slots=True)
class _Bounds:
    """How large the content of one file may become."""

    file: str
    size: int
    limits: Limits

    def demand(self, unpacked: int) -> None:
        """Refuse a content of so many bytes.

        Raises:
            DatasetError: they are too many, or too many for so small a file.
        """
        most = self.limits.unpacked_bytes
        if unpacked > most:
            raise refuse("read_unpacked", file=self.file, megabytes=-(-unpacked >> 20), most=most >> 20)
        if unpacked > max(self.limits.free_bytes, self.limits.ratio * self.size):
            raise refuse("read_ratio", file=self.file, most=self.limits.ratio)


class _Gunzipped(io.RawIOBase):
    """A gzipped stream that is refused when it has become too large."""

    def __init__(self, stream: IO[bytes], bounds: _Bounds) -> None:
        self._stream = stream
        self._content = gzip.GzipFile(fileobj=stream)
        self._bounds = bounds
        self._count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        piece = self._content.read(len(buffer))
        buffer[: len(piece)] = piece
        self._count += len(piece)
        self._bounds.demand(self._count)
        return len(piece)

    def close(self) -> None:
        super().close()
        self._content.close()
        self._stream.close()


def _unpacked(stream: IO[bytes], bounds: _Bounds) -> IO[bytes]:
    """A stream that can be sought back to its begin, decompressed if it is gzipped."""
    is_gzip = stream.read(len(GZIP)) == GZIP
    stream.seek(0)
    return io.BufferedReader(_Gunzipped(stream, bounds), PIECE) if is_gzip else stream


def _of_zip(stack: ExitStack, path: Path, bounds: _Bounds, dropping: Dropping) -> list[Member]:
    file, limits = bounds.file, bounds.limits
    if _entries(path) > limits.members:
        raise refuse("read_many_members", file=file, most=limits.members)
    try:
        archive = stack.enter_context(zipfile.ZipFile(path))
    except _DAMAGES as error:
        raise refuse("read_damaged", file=file) from error
    infos = [info for info in archive.infolist() if info.filename and not info.is_dir()]
    bounds.demand(sum(info.file_size for info in infos))
    members = []
    for info in infos:
        name = _clean(_zip_name(info), dropping)
        if name is None:
            continue
        if stat.S_ISLNK(info.external_attr >> 16):
            dropping.add(say("read_drop_link"), name)
            continue
        if info.flag_bits & _ENCRYPTED:
            raise refuse("read_locked", file=file, member=shown(name))
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise refuse("read_method", file=file, member=shown(name))

        def begin(info: zipfile.ZipInfo = info) -> IO[bytes]:
            return _unpacked(archive.open(info), bounds)

        members.append(Member(name, info.file_size, begin))
    return members


def _entries(path: Path) -> int:
    """At least the number of entries in a ZIP file's directory, before an object is made of each."""
    count, last = 0, b""
    with path.open("rb") as stream:
        while piece := stream.read(PIECE):
            count += (last + piece).count(_ENTRY)
            last = piece[-len(_ENTRY) + 1 :]
    return count


def _zip_name(info: zipfile.ZipInfo) -> str:
    """A member's name. Without the flag for UTF-8, it may be UTF-8 all the same, or Shift-JIS, as Windows writes it."""
    if info.flag_bits & _UTF8:
        return info.orig_filename
    raw = info.orig_filename.encode("cp437", "replace")
    for encoding in ("utf-8", "cp932"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            pass
    return info.orig_filename


def _of_tar(stack: ExitStack, copy: IO[bytes], bounds: _Bounds, dropping: Dropping) -> list[Member]:
    file, limits = bounds.file, bounds.limits
    copy.seek(0)
    members = []
    try:
        archive = stack.enter_context(tarfile.open(fileobj=copy, mode="r:"))  # noqa: SIM115
        for count, info in enumerate(archive, 1):
            if count > limits.members:
                raise refuse("read_many_members", file=file, most=limits.members)
            if info.isdir():
                continue
            name = _clean(info.name, dropping)
            if name is None:
                continue
            if not info.isfile() or info.issparse():
                dropping.add(say("read_drop_link"), name)
                continue
            place = (info.offset_data, info.size)

            def begin(place: tuple[int, int] = place) -> IO[bytes]:
                return _unpacked(cast(IO[bytes], io.BufferedReader(_Part(copy, *place))), bounds)

            members.append(Member(name, info.size, begin))
    except _DAMAGES as error:
        raise refuse("read_damaged", file=file) from error
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


def _of_folder(path: Path, file: str, limits: Limits, dropping: Dropping) -> Iterator[Member]:
    """Regular files below a folder, in the order of their names."""
    waiting = [(path, "", 0)]
    count = total = 0
    while waiting:
        folder, prefix, depth = waiting.pop()
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
        deeper = []
        for entry in found:
            name = _clean(prefix + entry.name, dropping)
            if name is None:
                continue
            if entry.is_symlink():
                dropping.add(say("read_drop_link"), name)
            elif entry.is_dir() and depth < _DEPTH:
                deeper.append((Path(entry.path), f"{prefix}{entry.name}/", depth + 1))
            elif entry.is_file():
                size = entry.stat().st_size
                count, total = count + 1, total + size
                if count > limits.members:
                    raise refuse("read_many_members", file=file, most=limits.members)
                if total > limits.unpacked_bytes:
                    most = limits.unpacked_bytes >> 20
                    raise refuse("read_too_large", file=file, megabytes=-(-total >> 20), most=most)
                yield Member(name, size, partial(_file, entry.path, _Bounds(name, size, limits)))
        waiting += reversed(deeper)


def _file(path: str, bounds: _Bounds) -> IO[bytes]:
    return _unpacked(Path(path).open("rb"), bounds)


def _clean(name: str, dropping: Dropping) -> str | None:
    """A member's path in one form; None if it is none of ours: a system's own file, or a path that leads elsewhere."""
    name = unicodedata.normalize("NFC", name.replace("\\", "/"))
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if not parts or any(part.lower() in _UNASKED for part in parts):
        return None
    if name.startswith("/") or ".." in parts or parts[0][1:2] == ":":
        dropping.add(say("read_drop_path"), name)
        return None
    if any(part.startswith(".") for part in parts):
        return None
    return "/".join(parts)
