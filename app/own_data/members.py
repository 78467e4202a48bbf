"""One file in what a person brought: a name, and a stream of bytes that is bounded. Names are only text here."""

from __future__ import annotations

import errno
import gzip
import io
import tarfile
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, BinaryIO, cast

from app.own_data.dropping import Dropping
from app.own_data.limits import Limits
from app.own_data.reasons import make_reason, refusal, shorten
from engine.datasets.files import GZIP, PIECE
from engine.errors import DatasetError, unreadable

#: Bytes that show what a file is.
HEAD = 512
#: What systems put into folders unasked.
_UNASKED = {"__macosx", "thumbs.db", "desktop.ini"}
_ARCHIVES = (".zip", ".tar", ".tgz", ".7z", ".rar", ".gz", ".bz2", ".xz")
#: What is raised at damaged archives and compressed data.
DAMAGES = (EOFError, zlib.error, zipfile.BadZipFile, tarfile.TarError, ValueError, NotImplementedError)


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
            raise damaged(self.name, error) from error
        except DAMAGES as error:
            raise refusal("read_damaged", file=shorten(self.name)) from error

    def head(self, count: int = HEAD) -> bytes:
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


def damaged(name: str, error: OSError) -> DatasetError:
    """Why a file cannot be read: the system says so, or its content led to a place that is not there."""
    if error.errno in (None, errno.EINVAL):
        return refusal("read_damaged", file=shorten(name))
    return unreadable(Path(shorten(name)), error)


@dataclass(slots=True)
class Bounds:
    """How large the content of one file may become, all its members together."""

    file: str
    size: int
    limits: Limits
    _counts: dict[int, int] = field(
        default_factory=dict
    )  # gzipped member → the most bytes that it became so far
    _total: int = 0  # the sum of these

    def demand(self, unpacked: int) -> None:
        """Refuse a content of this many bytes.

        Raises:
            DatasetError: they are too many, or too many for so small a file.
        """
        most = self.limits.unpacked_bytes
        if unpacked > most:
            raise refusal("read_unpacked", file=self.file, megabytes=-(-unpacked >> 20), most=most >> 20)
        if unpacked > max(self.limits.free_bytes, self.limits.ratio * self.size):
            raise refusal("read_ratio", file=self.file, most=self.limits.ratio)

    def count(self, number: int, unpacked: int) -> None:
        """Note that this many bytes of a gzipped member were read, perhaps not for the first time.

        Args:
            number: of the member; names may be the same.

        Raises:
            DatasetError: all of them together become too large.
        """
        before = self._counts.get(number, 0)
        if unpacked > before:
            self._counts[number] = unpacked
            self._total += unpacked - before
            self.demand(self._total)


class _Gunzipped(io.RawIOBase):
    """A gzipped member that is refused when all of them have become too large."""

    def __init__(self, stream: IO[bytes], number: int, bounds: Bounds) -> None:
        self._stream = stream
        self._content = gzip.GzipFile(fileobj=stream)
        self._number = number
        self._bounds = bounds
        self._count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        piece = self._content.read(len(buffer))
        buffer[: len(piece)] = piece
        self._count += len(piece)
        self._bounds.count(self._number, self._count)
        return len(piece)

    def close(self) -> None:
        super().close()
        self._content.close()
        self._stream.close()


def unpacked(stream: IO[bytes], number: int, bounds: Bounds) -> IO[bytes]:
    """The content of `stream`: decompressed if it is gzipped (then it cannot seek), otherwise `stream` itself. `stream`
    must be able to seek to its beginning.

    Args:
        number: of the member, as in `Bounds.count`.
    """
    is_gzip = stream.read(len(GZIP)) == GZIP
    stream.seek(0)
    return io.BufferedReader(_Gunzipped(stream, number, bounds), PIECE) if is_gzip else stream


def leave_out(members: Iterable[Member], dropping: Dropping) -> None:
    """Report members that are not read."""
    for member in members:
        is_archive = member.name.lower().endswith(_ARCHIVES)
        dropping.add(make_reason("read_drop_archive" if is_archive else "read_drop_other"), member.name)


def decoded(name: bytes) -> str:
    """A member's name in an archive that does not say how it is encoded: UTF-8, or Shift-JIS, as Windows writes it."""
    for encoding in ("utf-8", "cp932"):
        try:
            return name.decode(encoding)
        except UnicodeDecodeError:
            pass
    return name.decode("cp437")


def clean(name: str, dropping: Dropping) -> str | None:
    """A member's path in one form; None if it is none of ours: a system's own file, or a path that leads elsewhere."""
    name = unicodedata.normalize("NFC", name.replace("\\", "/"))
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if not parts or any(part.lower() in _UNASKED for part in parts):
        return None
    if name.startswith("/") or ".." in parts or parts[0][1:2] == ":":
        dropping.add(make_reason("read_drop_path"), name)
        return None
    if any(part.startswith(".") for part in parts):
        return None
    return "/".join(parts)
