"""Checkpoints at an address of fsspec: a folder that several machines share, a bucket, an FTP server.

All files of a training are in one folder, so that they are found without listing those of all others. Names and
passwords come from what each machine has for fsspec (its files, and variables `FSSPEC_…`), never from the address.
"""

from __future__ import annotations

import contextlib
import ftplib
import os
import threading
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

T = TypeVar("T")

#: FTP's answer that there is no such file, or that it may not be read.
NO_FILE = "550"


class AddressStore:
    """See `CheckpointStore` for the contract. It connects when it is first used, and again when a connection is lost,
    as servers close those that are idle. One thing is done at a time, as some of fsspec's connections demand."""

    is_near = False

    def __init__(self, address: str) -> None:
        self._address = address.rstrip("/")
        self._lock = threading.Lock()
        self._system: Any = None  # fsspec has no types
        self._root = ""
        self._made: set[str] = set()  # folders

    def write(self, file: str, data: bytes, *, durable: bool = True) -> None:
        self._do(lambda system: self._write(system, file, data, durable))

    def read(self, file: str) -> bytes:
        def read(system: Any) -> bytes:
            data: bytes = system.cat_file(self._path(file))
            return data

        return self._do(read)

    def copy(self, file: str, to: str) -> None:
        def copy(system: Any) -> None:
            self._make_folder(system, to)
            try:
                system.cp_file(self._path(file), self._path(to))
            except NotImplementedError:  # fsspec cannot let this kind of server copy, as with FTP
                self._write(system, to, system.cat_file(self._path(file)), durable=False)

        self._do(copy)

    def remove(self, files: Iterable[str]) -> None:
        folders = set()
        with contextlib.suppress(OSError):  # out of reach: the others would only wait for it as well
            for file in files:
                folders.add(_training_of(file))
                self._remove(file)
            for training_id in folders:
                self._remove_empty(training_id)

    def files(self, training_id: str | None = None) -> set[str]:
        def find(system: Any) -> set[str]:
            system.invalidate_cache()
            start = f"{self._root}/{training_id}" if training_id else self._root
            try:
                paths = system.find(start, **({"on_error": "raise"} if _walks(system) else {}))
            except FileNotFoundError:
                return set()
            names = (path.removeprefix(f"{self._root}/").split("/") for path in paths)
            return {_file_of(*name) for name in names if len(name) == 2}

        return self._do(find)

    # -- inside ----------------------------------------------------------------------------------

    def _do(self, work: Callable[[Any], T]) -> T:
        """Do it with a connection that may have been lost meanwhile; then once more with a new one.

        Raises:
            FileNotFoundError, OSError: whatever kind of error the store has.
        """
        with self._lock:
            if self._system is not None:
                # Each kind of store has errors of its own, and some take a lost connection for a missing file.
                with contextlib.suppress(Exception):
                    return work(self._system)
            try:
                self._connect()
                return work(self._system)
            except Exception as error:
                self._system = None
                raise self._as_os_error(error) from error

    def _connect(self) -> None:
        from fsspec.core import url_to_fs

        self._made.clear()
        self._system, self._root = url_to_fs(self._address, skip_instance_cache=True)

    def _as_os_error(self, error: Exception) -> OSError:
        if isinstance(error, ftplib.error_perm) and str(error).startswith(NO_FILE):
            return FileNotFoundError(str(error))
        if isinstance(error, FileNotFoundError):
            return error
        return OSError(f"{self._address}: {error or type(error).__name__}")

    def _path(self, file: str) -> str:
        return f"{self._root}/{_training_of(file)}/{file.rpartition('/')[2]}"

    def _write(self, system: Any, file: str, data: bytes, durable: bool) -> None:
        path = self._path(file)
        if not _renames(system):
            system.pipe_file(path, data)  # a store of objects: a whole one, or none
            return
        self._make_folder(system, file)
        half = f"{path}.part"
        with system.open(half, "wb", block_size=len(data) + 1) as out:  # in one piece
            out.write(data)
            if durable:
                with contextlib.suppress(OSError, AttributeError):  # where it is no file of this machine
                    out.flush()
                    os.fsync(out.fileno())
        system.mv(half, path)

    def _make_folder(self, system: Any, file: str) -> None:
        folder = f"{self._root}/{_training_of(file)}"
        if folder not in self._made and _renames(system):
            system.invalidate_cache()
            # another machine may make it at this moment; if there is none in the end, the writing fails
            with contextlib.suppress(Exception):
                system.makedirs(folder, exist_ok=True)
            self._made.add(folder)

    def _remove(self, file: str) -> None:
        def remove(system: Any) -> None:
            system.rm_file(self._path(file))

        with contextlib.suppress(FileNotFoundError):
            self._do(remove)

    def _remove_empty(self, training_id: str) -> None:
        """Remove a training's folder if nothing is in it; a store refuses to remove another one."""

        def remove(system: Any) -> None:
            if _renames(system):
                self._made.discard(f"{self._root}/{training_id}")
                with contextlib.suppress(Exception):
                    system.rmdir(f"{self._root}/{training_id}")

        self._do(remove)


def _training_of(file: str) -> str:
    return file.partition("/")[0] if "/" in file else file.partition(".")[0]


def _file_of(training_id: str, name: str) -> str:
    """The name of a checkpoint from where it is."""
    return name if name.startswith(f"{training_id}.") else f"{training_id}/{name}"


def _renames(system: Any) -> bool:
    """Whether a store gives a file another name; stores of objects copy and delete them instead."""
    from fsspec import AbstractFileSystem

    return type(system).mv is not AbstractFileSystem.mv


def _walks(system: Any) -> bool:
    """Whether its files are found folder by folder, where errors would be passed over."""
    from fsspec import AbstractFileSystem

    return type(system).find is AbstractFileSystem.find
