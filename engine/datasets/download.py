"""Downloading a file: several mirrors, a checksum, a file that is whole or not there."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine.datasets.dataset import Progress
from engine.errors import DatasetError
from engine.reasons import Reason, of_error

#: A mirror that says nothing for so long is given up.
TIMEOUT_SECONDS = 20


class _Bar:
    """Pooch's idea of a progress bar, as calls of a function."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._received = 0
        self.total = 0

    def update(self, count: int) -> None:
        self._received += count
        self._progress(self._received, self.total)

    def reset(self) -> None:
        self._received = 0

    def close(self) -> None:
        """Nothing to close."""


def download(addresses: Sequence[str], path: Path, checksum: str, progress: Progress) -> int:
    """Fetch a file from the first address that has it; returns its bytes.

    Args:
        checksum: "md5:..." or "sha256:...", as the publisher gives it.

    Raises:
        DatasetError: no address gave the right file; every reason is in the message.
    """
    import pooch  # slow to import, and only this needs it

    logging.getLogger("pooch").setLevel(logging.ERROR)  # our own messages say what happens
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"{path.parent} cannot be written: {error}"
        values = {"folder": str(path.parent), "why": of_error(error)}
        raise DatasetError(Reason("folder_unwritable", message, **values)) from error
    failures = []
    for address in addresses:
        bar: Any = _Bar(progress)
        downloader = pooch.HTTPDownloader(progressbar=bar, timeout=TIMEOUT_SECONDS)
        try:
            pooch.retrieve(address, checksum, fname=path.name, path=str(path.parent), downloader=downloader)
        except Exception as error:  # whatever a mirror does, the next one is tried
            failures.append(_failure(address, error))
        else:
            return path.stat().st_size
    message = f"{path.name} could not be downloaded. " + "; ".join(failures)
    raise DatasetError(Reason("download_failed", message, file=path.name, why=failures))


def _failure(address: str, error: Exception) -> Reason:
    """What went wrong with one mirror."""
    import requests  # comes with pooch, and is as slow to import

    text = f"{address}: {type(error).__name__}: {str(error)[:200]}"
    if isinstance(error, requests.Timeout):
        return Reason("mirror_slow", text, address=address)
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return Reason("mirror_status", text, address=address, status=error.response.status_code)
    if isinstance(error, requests.ConnectionError):
        return Reason("mirror_unreachable", text, address=address)
    if isinstance(error, ValueError) and not isinstance(error, OSError):  # so says pooch of a checksum
        return Reason("mirror_other_file", text, address=address)
    return Reason("mirror_failed", text, address=address, why=of_error(error))
