"""Checkpoint files: how a worker writes them, so that a training continues where it was and not from the start.

A file is never incomplete: it is written under another name, flushed to the disk, and renamed. Its name holds training,
attempt and iteration, so an orphan of an earlier server never writes into the file of a later attempt. A file
counts only once the server has stored its name, which happens after all rows before it are stored.

Checkpoints that are kept after the training's end (`app.jobs.kept`) are in a folder of its own, named after it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
import time
from collections.abc import Iterable
from pathlib import Path

from app.jobs.messages import Checkpoint

#: Saving takes at most 1/SHARE of a training's time: where saving is slow, it is done less often.
SHARE = 20


def name(training_id: str, attempt: int, iteration: int) -> str:
    return f"{training_id}.{attempt}.{iteration}.npz"


def name_of_kept(training_id: str, attempt: int, iteration: int) -> str:
    return f"{training_id}/{attempt}.{iteration}.npz"


def kept(made: Iterable[Checkpoint]) -> list[Checkpoint]:
    """Those that are kept after the training's end."""
    return [checkpoint for checkpoint in made if "kept_bytes" in checkpoint]


def read(folder: Path, file: str) -> bytes | None:
    """A checkpoint's bytes; None if there is no such file or it cannot be read."""
    try:
        return (folder / file).read_bytes()
    except OSError:
        return None


def link(folder: Path, made: Iterable[Checkpoint], training_id: str) -> list[Checkpoint]:
    """The same files under the name of another training as well. One that cannot be linked is left out: that training
    begins earlier."""
    linked: list[Checkpoint] = []
    for checkpoint in made:
        named = name_of_kept if "kept_bytes" in checkpoint else name
        file = named(training_id, 0, checkpoint["iteration"])
        with contextlib.suppress(OSError):
            (folder / file).parent.mkdir(exist_ok=True)
            os.link(folder / checkpoint["file"], folder / file)
            linked.append({**checkpoint, "file": file})
    return linked


def remove(folder: Path, files: Iterable[str]) -> None:
    """Delete these files. Never others of the training: its worker may be writing one. What cannot be deleted stays."""
    for file in files:
        with contextlib.suppress(OSError):
            (folder / file).unlink()


def remove_all(folder: Path, training_id: str, *, but: Iterable[Checkpoint] = ()) -> None:
    """Delete all files of a training that has no worker any more, half written ones too, but those of `but`."""
    named = {checkpoint["file"] for checkpoint in but}
    remove(folder, [path.name for path in folder.glob(f"{training_id}.*")])
    _remove_others(folder / training_id, named)


def sweep(folder: Path, named: set[str]) -> set[str]:
    """Delete all files but `named`: after a crash there may be some that no training has. Returns those of `named` that
    are there."""
    there: set[str] = set()
    for path in folder.glob("*"):
        if path.is_dir():
            there |= _remove_others(path, named)
        elif path.name in named:
            there.add(path.name)
        else:
            remove(folder, [path.name])
    return there


def _remove_others(place: Path, named: set[str]) -> set[str]:
    """Delete the kept checkpoints of a training but those that are named, and its folder if none are left. Returns
    those that are left."""
    files: set[str] = set()
    with contextlib.suppress(OSError):  # another thread may be deleting the folder
        files = {f"{place.name}/{path.name}" for path in place.glob("*")}
    left = files & named
    if left:
        remove(place.parent, files - left)
    else:
        shutil.rmtree(place, ignore_errors=True)
    return left


class Writer:
    """Writes one training's checkpoints in a thread of its own, one at a time, so that training does not wait."""

    def __init__(self, folder: Path, training_id: str, attempt: int, *, every: float) -> None:
        self._folder = folder
        self._training_id = training_id
        self._attempt = attempt
        self._thread: threading.Thread | None = None
        self._written: Checkpoint | None = None
        self._problem: str | None = None
        self._every = every
        self._next = time.monotonic() + every

    def due(self, now: float) -> bool:
        return now >= self._next and self._thread is None

    def begin(self, data: bytes, iteration: int, evaluations: int, *, seconds: float) -> None:
        """Start writing what took `seconds` to put together. Waits for the one before."""
        self.wait()
        self._next = time.monotonic() + max(self._every, SHARE * seconds)
        self._thread = threading.Thread(target=self._write, args=(data, iteration, evaluations))
        self._thread.start()

    def wait(self) -> None:
        """Until what was begun is on the disk."""
        if self._thread is not None:
            self._thread.join()

    def written(self) -> Checkpoint | None:
        """`file`, `iteration` and `evaluations` of a checkpoint that has reached the disk since the last call."""
        if self._thread is None or self._thread.is_alive():
            return None
        self._thread = None
        written, self._written = self._written, None
        return written

    def problem(self) -> str | None:
        """Why the last checkpoint could not be written, once."""
        problem, self._problem = self._problem, None
        return problem

    def _write(self, data: bytes, iteration: int, evaluations: int) -> None:
        file = name(self._training_id, self._attempt, iteration)
        place = self._folder / file
        half = place.with_name(f"{file}.part")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with half.open("wb") as out:
                out.write(data)
                out.flush()
                os.fsync(out.fileno())
            half.replace(place)
            _sync_folder(self._folder)
        except OSError as error:
            # A full disk: training goes on, and an earlier checkpoint, or the start, serves as well.
            self._problem = str(error)
            with contextlib.suppress(OSError):
                half.unlink(missing_ok=True)
            return
        self._written = {"file": file, "iteration": iteration, "evaluations": evaluations}


def _sync_folder(folder: Path) -> None:
    """Make a rename durable, where folders can be opened (not on Windows)."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
