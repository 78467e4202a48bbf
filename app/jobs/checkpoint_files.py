"""The checkpoint files of a lab: which are removed, and when. Those that trainings keep after their end are bounded."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

from app.folders import free_bytes
from app.jobs import checkpoints
from app.jobs.kept_bound import KeptBound
from app.jobs.messages import Checkpoint
from app.jobs.register import Register
from app.settings import Settings
from app.trainings import Training


class CheckpointFiles:
    """Lives in the event loop; deletes files in threads."""

    def __init__(self, settings: Settings, register: Register) -> None:
        self._settings = settings
        self._register = register
        self._kept = KeptBound(settings.kept_lab_bytes, register.runs_of)
        self._works: set[asyncio.Task[None]] = set()

    @property
    def kept_bytes(self) -> int:
        """Checkpoints that trainings keep after their end."""
        return self._kept.bytes

    async def open(self) -> None:
        """Remove the files that no training has, and forget the checkpoints whose files are lost."""
        trainings = self._register.trainings
        named = {made["file"] for training in trainings for made in training.checkpoints}
        there = await asyncio.to_thread(checkpoints.sweep, self._settings.checkpoint_dir, named)
        for training in trainings:
            training.checkpoints = [made for made in training.checkpoints if made["file"] in there]
            self._kept.note(training)
        self._drop_excess()

    def note(self, training: Training) -> None:
        """A training has other checkpoints than before."""
        self._kept.note(training)

    def replace(self, training: Training, made: list[Checkpoint]) -> None:
        """These are the checkpoints of a training now; the files of the others go."""
        dropped = [one["file"] for one in training.checkpoints if one not in made]
        training.checkpoints = made
        self._beside(checkpoints.remove, self._settings.checkpoint_dir, dropped)
        self._kept.note(training)

    def clean(self, training_id: str) -> None:
        """Remove the files that only a training that goes on needs, or all those of a deleted one."""
        folder, training = self._settings.checkpoint_dir, self._register.find(training_id)
        if training is None:
            self._kept.forget(training_id)
            self._beside(partial(checkpoints.remove_all, folder, training_id))
        else:
            self._kept.note(training)
            self._beside(partial(checkpoints.remove_all, folder, training_id, but=training.checkpoints))
            self._drop_excess()

    def _drop_excess(self) -> None:
        """Let trainings lose their kept checkpoints until all others are within the lab's bound, and the disk has
        room for rows."""
        free = free_bytes(self._settings.state_dir)
        for training in self._kept.excess(self._register.trainings, free=free):
            training.checkpoints = []
            self._kept.forget(training.id)
            self._works.add(task := asyncio.create_task(self._drop_kept(training)))
            task.add_done_callback(self._works.discard)

    async def _drop_kept(self, training: Training) -> None:
        await self._register.forget_checkpoints(training)
        await asyncio.to_thread(checkpoints.remove_all, self._settings.checkpoint_dir, training.id)

    def _beside(self, work: Callable[..., None], *arguments: Any) -> None:
        """Run `work` in a thread: deleting a large file takes a disk longer than viewers should wait."""
        task = asyncio.create_task(asyncio.to_thread(work, *arguments))
        self._works.add(task)  # the loop holds tasks weakly
        task.add_done_callback(self._works.discard)
