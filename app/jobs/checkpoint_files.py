"""The checkpoint files of a lab: which are removed, and when. Those that trainings keep after their end are bounded."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, TypeVar

from app.folders import free_bytes
from app.jobs import checkpoints
from app.jobs.checkpoint_place import place_of
from app.jobs.checkpoint_store import CheckpointStore, FolderStore, open_store
from app.jobs.file_thread import FileThread
from app.jobs.kept_bound import KeptBound
from app.jobs.messages import Checkpoint
from app.jobs.register import Register
from app.settings import Settings
from app.trainings import Training

T = TypeVar("T")

log = logging.getLogger(__name__)

#: The longest waits for a store, in seconds: a server that starts waits for the list of files, and a new run for copies
#: of its checkpoints.
LIST_SECONDS = 10.0
COPY_SECONDS = 5.0
#: At most this many deletions wait for a store that is not on this machine, as it may be out of reach. Further ones are
#: dropped: the lab deletes at its next start what no training has. In a folder of this machine all are done.
MAX_WAITING = 1000


class CheckpointFiles:
    """Lives in the event loop; works on files in a thread."""

    def __init__(self, settings: Settings, register: Register) -> None:
        self._settings = settings
        self._register = register
        self._kept = KeptBound(settings.kept_lab_bytes, register.runs_of)
        self._works: set[asyncio.Task[Any]] = set()
        # one of its own: while a store is out of reach, others must not wait for a thread
        self._thread = FileThread("checkpoints")
        self._store: CheckpointStore = FolderStore(settings.checkpoint_dir)
        self._is_closed = False

    @property
    def kept_bytes(self) -> int:
        """The bytes of all checkpoints that trainings keep after their end."""
        return self._kept.bytes

    async def open(self) -> None:
        """Remove the files that no training has, and forget the checkpoints whose files are lost. While their store is
        out of reach, nothing is removed or forgotten."""
        self._store = open_store(place_of(self._settings))
        trainings = self._register.trainings
        try:
            stored = await self._in_thread(LIST_SECONDS, self._store.files)
        except OSError as error:  # a `TimeoutError` too
            log.warning(
                "the checkpoints cannot be listed, and runs may begin from the start: %s",
                str(error) or "no answer",
            )
        else:
            named = {checkpoint["file"] for training in trainings for checkpoint in training.checkpoints}
            sweep = partial(self._store.remove, stored - named)
            if self._store.is_near:
                await self._in_thread(None, sweep)
            else:
                self._in_background(sweep)
            for training in trainings:
                training.checkpoints = [
                    checkpoint for checkpoint in training.checkpoints if checkpoint["file"] in stored
                ]
        if not self._store.is_near:
            # The folder may hold checkpoints of a start without the remote store, and weights that a killed lab left.
            # Nothing needs them.
            self._in_background(partial(checkpoints.sweep, FolderStore(self._settings.checkpoint_dir), set()))
        for training in trainings:
            self._kept.note(training)
        self._drop_excess()

    async def close(self) -> None:
        """Finish what is begun. What a store that is out of reach still has is deleted when the next lab starts."""
        if self._store.is_near and self._works:
            await asyncio.wait(self._works)
        self._is_closed = True
        self._thread.close()

    async def copy(self, originals: Iterable[Checkpoint], training_id: str) -> list[Checkpoint]:
        """The same files under the name of another training as well. Those that cannot be copied are left out, and
        all of them if that takes too long: then that training begins earlier."""
        copy = partial(checkpoints.copy, self._store, originals, training_id)
        if self._store.is_near:
            return copy()  # links: nothing changes meanwhile
        try:
            return await self._in_thread(COPY_SECONDS, copy)
        except TimeoutError:
            return []

    def remove(self, unused: Iterable[Checkpoint]) -> None:
        """Delete the files of checkpoints that no training has."""
        self._in_background(partial(self._store.remove, [checkpoint["file"] for checkpoint in unused]))

    def note(self, training: Training) -> None:
        """A training has other checkpoints than before."""
        self._kept.note(training)

    def replace(self, training: Training, newest: list[Checkpoint]) -> None:
        """These are the checkpoints of a training now; the files of the others go."""
        dropped = [checkpoint for checkpoint in training.checkpoints if checkpoint not in newest]
        training.checkpoints = newest
        if dropped:
            self.remove(dropped)
        self._kept.note(training)

    def clean(self, training_id: str) -> None:
        """Remove the files that only a training that goes on needs, or all those of a deleted one."""
        training = self._register.find(training_id)
        if training is None:
            self._kept.forget(training_id)
            self._in_background(partial(checkpoints.remove_all, self._store, training_id))
        else:
            self._kept.note(training)
            self._in_background(
                partial(checkpoints.remove_all, self._store, training_id, but=training.checkpoints)
            )
            self._drop_excess()

    def _drop_excess(self) -> None:
        """Let trainings lose their kept checkpoints until all others are within the lab's bound, and the disk has
        room for rows."""
        free = free_bytes(self._settings.state_dir) if self._store.is_near else sys.maxsize
        for training in self._kept.excess(self._register.trainings, free=free):
            training.checkpoints = []
            self._kept.forget(training.id)
            self._works.add(task := asyncio.create_task(self._drop_kept(training)))
            task.add_done_callback(self._works.discard)

    async def _drop_kept(self, training: Training) -> None:
        await self._register.forget_checkpoints(training)
        await self._in_thread(None, partial(checkpoints.remove_all, self._store, training.id))

    def _in_background(self, work: Callable[[], object]) -> None:
        """Run `work` in the thread without waiting for it: deleting a large file takes a disk longer than viewers
        should wait."""
        if self._is_closed or (not self._store.is_near and len(self._works) >= MAX_WAITING):
            return
        task = asyncio.create_task(self._in_thread(None, work))
        self._works.add(task)  # the loop holds tasks weakly
        task.add_done_callback(self._works.discard)

    async def _in_thread(self, seconds: float | None, work: Callable[[], T]) -> T:
        return await asyncio.wait_for(self._thread.run(work), seconds)
