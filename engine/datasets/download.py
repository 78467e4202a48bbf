"""Download of a file from several mirrors, with a checksum; an incomplete file is never left.

The checksum is that of the file, but mirrors label compressed files in different ways: with `Content-Encoding: gzip` an
HTTP client would decompress them. So the received bytes are kept as they are, and decompressed only if that gives the
right checksum.
"""

from __future__ import annotations

import gzip
import logging
import shutil
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from engine.datasets.dataset import Progress
from engine.errors import DatasetError, unreadable, unwritable
from engine.reasons import Reason, reason_of

#: Seconds without data after which a mirror is given up.
TIMEOUT_SECONDS = 20

#: Bytes that are written at a time.
PIECE = 1 << 16


def download(addresses: Sequence[str], path: Path, checksum: str, progress: Progress) -> int:
    """Download a file from the first address that has it, and return its size in bytes.

    Args:
        checksum: "md5:..." or "sha256:...", as the publisher gives it.

    Raises:
        DatasetError: no address has the right file; the message has the reason of each.
    """
    import pooch  # slow to import, and only this needs it

    logging.getLogger("pooch").setLevel(logging.ERROR)  # the errors below are enough
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent):
            pass  # otherwise each mirror would be tried, and get the blame
    except OSError as error:
        raise unwritable(path.parent, error) from error
    failures = []

    def save(address: str, target: Any, _: Any) -> None:
        _save(address, Path(target), checksum, progress)

    for address in addresses:
        try:
            pooch.retrieve(address, checksum, fname=path.name, path=str(path.parent), downloader=save)
        except Exception as error:  # try the next mirror, whatever goes wrong with this one
            failures.append(_failure(address, error))
        else:
            # pooch makes it readable for this user only, who may not be the lab's; one of another user is as it was
            with suppress(PermissionError):
                path.chmod(0o644)
            return path.stat().st_size
    message = f"could not download {path.name}: " + "; ".join(failures)
    raise DatasetError(Reason("download_failed", message, file=path.name, why=failures))


@contextmanager
def unpacking(archive: Path) -> Iterator[Path]:
    """A fresh folder beside a downloaded archive, to unpack it into. Afterwards the folder is deleted, and also the
    archive if nothing went wrong.

    Raises:
        DatasetError: the archive cannot be unpacked, or its folder cannot be written.
    """
    try:
        with tempfile.TemporaryDirectory(
            prefix=".fresh-", dir=archive.parent, ignore_cleanup_errors=True
        ) as fresh:
            yield Path(fresh)
        archive.unlink(missing_ok=True)
    except (OSError, KeyError, zipfile.BadZipFile, tarfile.TarError) as error:
        raise unreadable(archive, error, doing="unpacked") from error


def _save(address: str, target: Path, checksum: str, progress: Progress) -> None:
    """Write what an address sends, byte for byte; or decompressed, if it was compressed for the transfer."""
    import requests  # comes with pooch, and is as slow to import

    headers = {"Accept-Encoding": "identity"}
    with requests.get(address, stream=True, timeout=TIMEOUT_SECONDS, headers=headers) as response:
        response.raise_for_status()
        total, received = int(response.headers.get("Content-Length") or 0), 0
        with target.open("wb") as file:
            for piece in response.raw.stream(PIECE, decode_content=False):
                file.write(piece)
                received += len(piece)
                progress(received, total)
        if response.headers.get("Content-Encoding", "identity") != "identity":
            _decompress_for(target, checksum)


def _decompress_for(path: Path, checksum: str) -> None:
    """Decompress a file in place if its checksum is that of its decompressed content."""
    import pooch

    algorithm, _, wanted = checksum.partition(":")
    if pooch.file_hash(str(path), alg=algorithm) == wanted:
        return
    decompressed = path.with_name(path.name + ".inside")
    try:
        with gzip.open(path) as source, decompressed.open("wb") as target:
            shutil.copyfileobj(source, target, PIECE)
        decompressed.replace(path)
    except (gzip.BadGzipFile, EOFError, zlib.error):  # another encoding, or none; the checksum will show it
        pass
    finally:
        decompressed.unlink(missing_ok=True)


def _failure(address: str, error: Exception) -> Reason:
    """The reason why one mirror failed."""
    import requests
    import urllib3.exceptions

    text = f"{address}: {type(error).__name__}: {str(error)[:200]}"
    if isinstance(error, (requests.Timeout, urllib3.exceptions.TimeoutError)):
        return Reason("mirror_slow", text, address=address)
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return Reason("mirror_status", text, address=address, status=error.response.status_code)
    if isinstance(error, (requests.ConnectionError, urllib3.exceptions.HTTPError)):
        return Reason("mirror_unreachable", text, address=address)
    if isinstance(error, ValueError) and not isinstance(error, OSError):  # pooch's error for a wrong checksum
        return Reason("mirror_other_file", text, address=address)
    return Reason("mirror_failed", text, address=address, why=reason_of(error))
