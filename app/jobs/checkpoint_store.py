"""Where checkpoints are: in a folder of this machine, or in a store that several machines reach.

A checkpoint is named `training.attempt.iteration.npz`, one that is kept `training/attempt.iteration.npz`. Methods may
take as long as a disk or a network does, and may be called from any thread.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from engine.durable import sync_folder


class CheckpointStore(Protocol):
    """What keeps the files of checkpoints.

    Attributes:
        is_near: whether it is a folder of this machine, which is so fast that a training or the event loop can wait for
            it.
    """

    is_near: bool

    def write(self, file: str, data: bytes, *, durable: bool = True) -> None:
        """Write a file. When this returns, it is there and whole.

        Args:
            durable: whether it must survive a power cut. Without that, what is there after one may be damaged.

        Raises:
            OSError: it cannot be written, and is not there.
        """

    def read(self, file: str) -> bytes:
        """The bytes of a file.

        Raises:
            OSError: there is no such file, or it cannot be read.
        """

    def copy(self, file: str, to: str) -> None:
        """Let a file be there under another name as well.

        Raises:
            FileNotFoundError: there is no such file.
            OSError: it cannot be copied.
        """

    def remove(self, files: Iterable[str]) -> None:
        """Delete files. What cannot be deleted stays."""

    def files(self, training_id: str | None = None) -> set[str]:
        """The names of all files, or of all those of one training, also of those that were cut short.

        Raises:
            OSError: they cannot be listed.
        """


def is_address(place: str) -> bool:
    """Whether a place is the address of a store; else it is a folder."""
    return "://" in place


def open_store(place: str) -> CheckpointStore:
    """The store at a place. Nothing is connected before it is used.

    Args:
        place: a folder, or an address such as `s3://bucket/folder`.
    """
    if not is_address(place):
        return FolderStore(Path(place))
    from app.jobs.address_store import AddressStore  # loads what a folder does not need

    return AddressStore(place)


class FolderStore:
    """Checkpoints in a folder of this machine, which is made when it is needed.

    A file is written under another name, flushed to the disk, and renamed. One that need not be durable is written at
    once: a training would have to wait for the disk.
    """

    is_near = True

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, file: str, data: bytes, *, durable: bool = True) -> None:
        place = self._folder / file
        unfinished = place.with_name(f"{place.name}.part") if durable else place
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            with unfinished.open("wb") as out:
                out.write(data)
                if durable:
                    out.flush()
                    os.fsync(out.fileno())
            if durable:
                unfinished.replace(place)
                sync_folder(place.parent)
        except OSError:
            with contextlib.suppress(OSError):
                unfinished.unlink(missing_ok=True)
            raise

    def read(self, file: str) -> bytes:
        return (self._folder / file).read_bytes()

    def copy(self, file: str, to: str) -> None:
        (self._folder / to).parent.mkdir(parents=True, exist_ok=True)
        os.link(self._folder / file, self._folder / to)

    def remove(self, files: Iterable[str]) -> None:
        for file in files:
            with contextlib.suppress(OSError):
                (self._folder / file).unlink()
                if "/" in file:
                    (self._folder / file).parent.rmdir()  # if that was the last

    def files(self, training_id: str | None = None) -> set[str]:
        if training_id is not None:
            named = {path.name for path in self._folder.glob(f"{training_id}.*")}
            return named | self._kept(self._folder / training_id)
        names: set[str] = set()
        for path in self._folder.glob("*"):
            names |= self._kept(path) if path.is_dir() else {path.name}
        return names

    def _kept(self, place: Path) -> set[str]:
        names: set[str] = set()
        with contextlib.suppress(OSError):  # another thread may be deleting the folder
            names = {f"{place.name}/{path.name}" for path in place.glob("*")}
        return names
