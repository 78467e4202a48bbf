"""Data files: found by any of their usual names, and read as what their bytes say, not their names."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from engine.errors import unreadable

#: What every gzip file begins with.
GZIP = b"\x1f\x8b"

#: Bytes that are read at a time: what a damaged header promises is never set aside before it is there.
PIECE = 1 << 20


def find(folder: Path, names: Iterable[str]) -> Path | None:
    """The first of these files that there is."""
    return next((folder / name for name in names if (folder / name).is_file()), None)


def identity(paths: Sequence[Path]) -> str:
    """What changes whenever one of these files is replaced or written to, without reading them.

    The time of the last change of an inode cannot be set: it also reveals a new file of the same size with the same old
    time of writing, as a copy from an archive has it.

    Raises:
        DatasetError: one of them is not there any more.
    """
    digest = hashlib.blake2b(digest_size=8)
    for path in paths:
        try:
            state = path.stat()
        except OSError as error:
            raise unreadable(path, error) from error
        seen = (path.name, state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino)
        digest.update(repr(seen).encode())
    return digest.hexdigest() if paths else ""


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The content of a file, decompressed where its first bytes are those of gzip.

    Raises:
        DatasetError: it cannot be read, or what is compressed is damaged or cut short; also while it is read.
    """
    try:
        with path.open("rb") as file:
            compressed = file.read(len(GZIP)) == GZIP
            file.seek(0)
            yield cast(BinaryIO, gzip.GzipFile(fileobj=file)) if compressed else file
    except (OSError, EOFError, zlib.error) as error:
        raise unreadable(path, error) from error


def read_at_most(content: BinaryIO, most: int) -> tuple[bytearray, int]:
    """Up to `most` bytes, and how many there are in all; what is beyond is counted and not kept."""
    data, beyond = bytearray(), 0
    while piece := content.read(PIECE):
        kept = piece[: most - len(data)]
        data += kept
        beyond += len(piece) - len(kept)
    return data, len(data) + beyond
