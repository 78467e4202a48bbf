"""Sharing: which training a new run can show, and how a run that shows one with others gets one of its own."""

from __future__ import annotations

import asyncio
import contextlib
import time

from app.jobs import checkpoints
from app.jobs.checkpoint_files import CheckpointFiles
from app.jobs.executor import Executor
from app.jobs.messages import Save
from app.jobs.register import Register
from app.runs import Run
from app.trainings import Status, Training, new_id

#: Statuses of trainings that a new run can show: what they compute is what would be computed for it.
SHAREABLE = (Status.COMPLETED, Status.DIVERGED, Status.RUNNING, Status.QUEUED)
#: How long to wait for a checkpoint before a run goes its own way; without it, more iterations are computed again.
SAVE_SECONDS = 2.0


class Sharing:
    """Lives in the event loop.

    Attributes:
        order: a lock. Whatever depends on how many runs show a training holds it until it is done: launching, deleting,
            and the commands that would change a training.
        asked_to_end: the trainings that were asked to pause or to cancel; no new run shows them.
    """

    def __init__(self, files: CheckpointFiles, register: Register, executor: Executor) -> None:
        self._files = files
        self._register = register
        self._executor = executor
        self._waiting: dict[str, asyncio.Event] = {}  # training → set when its worker has saved
        self.order = asyncio.Lock()
        self.asked_to_end: set[str] = set()

    def find(self, fingerprint: str | None) -> Training | None:
        """A training of this fingerprint that a new run can show: the one that has come farthest."""
        if fingerprint is None:
            return None
        fit = [training for training in self._register.alike(fingerprint) if self.can_be_shown(training)]
        return min(
            fit, key=lambda training: (SHAREABLE.index(training.status), -training.iteration), default=None
        )

    def can_be_shown(self, training: Training) -> bool:
        """Whether a new run can show a training: its rows are there, or come, as its fingerprint says."""
        may_differ = training.wanted or training.damaged or training.id in self.asked_to_end
        return training.status in SHAREABLE and not may_differ

    async def save(self, training: Training) -> None:
        """Wait until the training's worker has made a checkpoint, if it has a worker and others show it too."""
        if training.shown_by < 2 or training.status is not Status.RUNNING:
            return
        saved = self._waiting.setdefault(training.id, asyncio.Event())
        self._executor.send(training.id, Save())
        with contextlib.suppress(TimeoutError):  # a slow disk, or an iteration of seconds
            await asyncio.wait_for(saved.wait(), SAVE_SECONDS)

    def saved(self, training_id: str) -> None:
        """The worker has made its checkpoint, or has ended."""
        if (waiting := self._waiting.pop(training_id, None)) is not None:
            waiting.set()

    async def separate(self, run: Run, status: Status) -> Training:
        """Give a run that shows its training with others one of its own, which has come as far, in another status. The
        training of the others goes on as it was. The caller holds `order`.

        Raises:
            StoreUnavailable: the disk accepts no writes now; nothing has changed.
        """
        origin, training_id = run.training, new_id()
        originals = checkpoints.kept(origin.checkpoints) if status.finished else origin.checkpoints
        # before the rows are counted, because the training goes on meanwhile
        copied = await self._files.copy(originals, training_id)
        training = origin.copy(status, training_id)
        training.checkpoints = copied
        if status.finished:
            training.finished_at = max(time.time(), training.started_at or 0)
        try:
            await self._register.separate(run, training)
        except BaseException:
            self._files.remove(copied)
            raise
        return training
