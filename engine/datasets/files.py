"""Data files: found by any of their usual names; their bytes, not their names, decide whether they are gzipped."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from engine.errors import unreadable

#: The first bytes of every gzip file.
GZIP = b"\x1f\x8b"

#: Bytes that are read at a time. So a damaged header that announces a huge array never makes us allocate it.
PIECE = 1 << 20


def find(folder: Path, names: Iterable[str]) -> Path | None:
    """The first of these files that exists."""
    return next((folder / name for name in names if (folder / name).is_file()), None)


def identity(paths: Sequence[Path]) -> str:
    """An identity of these files that changes whenever one of them is replaced or written to; it does not read them.

    It uses the change time of the inode, which cannot be set: so it also detects a new file of the same size and the
    same modification time, such as a copy from an archive.

    Raises:
        DatasetError: one of them no longer exists.
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
    """The content of a file, decompressed if it begins as a gzip file.

    Raises:
        DatasetError: it cannot be read, or the compressed data is damaged or cut short; also inside the context.
    """
    try:
        with path.open("rb") as file:
            compressed = file.read(len(GZIP)) == GZIP
            file.seek(0)
            yield cast(BinaryIO, gzip.GzipFile(fileobj=file)) if compressed else file
    except (OSError, EOFError, zlib.error) as error:
        raise unreadable(path, error) from error


def read_at_most(content: BinaryIO, most: int) -> tuple[bytearray, int]:
    """The first `most` bytes, and the number of all bytes: the rest is counted, not kept."""
    data, beyond = bytearray(), 0
    while piece := content.read(PIECE):
        kept = piece[: most - len(data)]
        data += kept
        beyond += len(piece) - len(kept)
    return data, len(data) + beyond
