"""Checkpoint files: how a worker writes them, so that a training continues where it was and not from the start.

A file is never incomplete (`app.jobs.checkpoint_store`). Its name holds training, attempt and iteration, so an orphan
of an earlier server never writes into the file of a later attempt. A file counts only once the server has stored its
name, which happens after all rows before it are stored.

Checkpoints that are kept after the training's end (`app.jobs.kept`) are in a folder of its own, named after it.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterable

from app.jobs.checkpoint_store import CheckpointStore
from app.jobs.messages import Checkpoint

#: Saving takes at most 1/SHARE of a training's processor time: where saving is slow, it is done less often. A save that
#: only waited for the processor, because others used it, is not slow.
SHARE = 20


def name(training_id: str, attempt: int, iteration: int) -> str:
    return f"{training_id}.{attempt}.{iteration}.npz"


def name_of_kept(training_id: str, attempt: int, iteration: int) -> str:
    return f"{training_id}/{attempt}.{iteration}.npz"


def kept(of: Iterable[Checkpoint]) -> list[Checkpoint]:
    """Those that are kept after the training's end."""
    return [checkpoint for checkpoint in of if "kept_bytes" in checkpoint]


def read(store: CheckpointStore, file: str) -> bytes | None:
    """A checkpoint's bytes; None if there is no such file or it cannot be read."""
    try:
        return store.read(file)
    except OSError:
        return None


def copy(store: CheckpointStore, originals: Iterable[Checkpoint], training_id: str) -> list[Checkpoint]:
    """The same files under the name of another training as well. One that cannot be copied is left out: that training
    begins earlier."""
    copied: list[Checkpoint] = []
    for checkpoint in originals:
        named = name_of_kept if "kept_bytes" in checkpoint else name
        file = named(training_id, 0, checkpoint["iteration"])
        try:
            store.copy(checkpoint["file"], file)
        except FileNotFoundError:
            continue
        except OSError:
            break  # a full disk, or a store out of reach: the next would fail as well
        copied.append({**checkpoint, "file": file})
    return copied


def remove_all(store: CheckpointStore, training_id: str, *, but: Iterable[Checkpoint] = ()) -> None:
    """Delete all files of a training that has no worker any more, half-written ones too, except those in `but`. Those
    of a store out of reach stay until a lab starts."""
    with contextlib.suppress(OSError):
        store.remove(store.files(training_id) - {checkpoint["file"] for checkpoint in but})


def remove_older(store: CheckpointStore, training_id: str, *, but: int) -> None:
    """Delete the files that were made to go on with a training, except the newest; a half-written one stays. Those of a
    store out of reach stay."""
    with contextlib.suppress(OSError):
        made = [file for file in store.files(training_id) if file.endswith(".npz") and "/" not in file]
        made.sort(key=lambda file: [int(part) for part in file.split(".")[-3:-1]])  # attempt, iteration
        store.remove(made[:-but])


def sweep(store: CheckpointStore, named: set[str]) -> set[str]:
    """Delete all files but `named`: after a crash there may be some that no training has. Returns those of `named` that
    are there.

    Raises:
        OSError: the store cannot be listed.
    """
    files = store.files()
    store.remove(files - named)
    return files & named


class Writer:
    """Writes one training's checkpoints in a thread of its own, one at a time, so that training does not wait."""

    def __init__(self, store: CheckpointStore, training_id: str, attempt: int, *, every: float) -> None:
        self._store = store
        self._training_id = training_id
        self._attempt = attempt
        self._thread: threading.Thread | None = None
        self._written: list[Checkpoint] = []
        self._problem: str | None = None
        self._every = every
        #: the times of the clock and of the processor before which nothing is saved
        self._rests_until = time.monotonic() + every, 0.0

    @property
    def is_due(self) -> bool:
        """Whether it is time for the next checkpoint, and none is being written."""
        clock, processor = self._rests_until
        return self._thread is None and time.monotonic() >= clock and time.process_time() >= processor

    @property
    def is_writing(self) -> bool:
        """Whether a checkpoint is being written, and so is in memory."""
        return self._thread is not None and self._thread.is_alive()

    def begin(self, data: bytes, iteration: int, evaluations: int, *, seconds: float) -> None:
        """Start writing what took `seconds` of the processor to put together. Waits for the one before."""
        self.wait()
        self._rests_until = time.monotonic() + self._every, time.process_time() + SHARE * seconds
        # what is not written when its process ends is not waited for
        self._thread = threading.Thread(target=self._write, args=(data, iteration, evaluations), daemon=True)
        self._thread.start()

    def wait(self) -> None:
        """Until what was begun is written."""
        if self._thread is not None:
            self._thread.join()

    def written(self) -> list[Checkpoint]:
        """The checkpoints that were written since the last call, the oldest first; none while one is being written."""
        if self.is_writing:
            return []
        self._thread = None
        written, self._written = self._written, []
        return written

    def problem(self) -> str | None:
        """Why the last checkpoint could not be written; None: it was written, or this was said already."""
        problem, self._problem = self._problem, None
        return problem

    def _write(self, data: bytes, iteration: int, evaluations: int) -> None:
        file = name(self._training_id, self._attempt, iteration)
        try:
            self._store.write(file, data)
        except OSError as error:
            # A full disk, a store out of reach: training goes on. An earlier checkpoint, or the start, serves as well.
            self._problem = str(error)
            return
        self._written.append({"file": file, "iteration": iteration, "evaluations": evaluations})
