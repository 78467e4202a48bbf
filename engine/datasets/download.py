"""Downloading a file: several mirrors, a checksum, a file that is whole or not there."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine.datasets.dataset import Progress
from engine.errors import DatasetError

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
        raise DatasetError(f"{path.parent} cannot be written: {error}") from error
    failures = []
    for address in addresses:
        bar: Any = _Bar(progress)
        downloader = pooch.HTTPDownloader(progressbar=bar, timeout=TIMEOUT_SECONDS)
        try:
            pooch.retrieve(address, checksum, fname=path.name, path=str(path.parent), downloader=downloader)
        except Exception as error:  # whatever a mirror does, the next one is tried
            failures.append(f"{address}: {type(error).__name__}: {str(error)[:200]}")
        else:
            return path.stat().st_size
    raise DatasetError(f"{path.name} could not be downloaded. " + "; ".join(failures))
