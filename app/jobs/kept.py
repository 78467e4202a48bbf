"""Kept checkpoints: moments that a worker keeps, so that any moment can be replayed after the training's end.

`engine.spacing` chooses the moments. A replay uses a file only after the server has stored its name. Files are not
flushed to the disk, because training would have to wait for that. A power cut may therefore damage a file; a replay
then begins at an earlier one.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterable

from app.jobs import checkpoints
from app.jobs.checkpoint_store import CheckpointStore
from app.jobs.messages import Checkpoint
from engine import Trainer
from engine.spacing import Spacing

#: Keeping checkpoints takes at most 1/SHARE of the processor time, and waits for the disk no longer than other
#: checkpoints do: fewer are kept if each takes long.
SHARE = 125
#: Processor seconds that the first one is expected to take, as none was measured. A training of 0.1 s therefore keeps
#: none, and is replayed from its start.
FIRST_SECONDS = 0.001


class Keeper:
    """Keeps the moments of one training, in its worker.

    Attributes:
        due: the next iteration after which `keep` is to be called.
    """

    def __init__(
        self,
        store: CheckpointStore,
        training_id: str,
        attempt: int,
        *,
        iterations: int,
        most_bytes: int,
        earlier: Iterable[Checkpoint],
        at: int,
    ) -> None:
        """
        Args:
            attempt: the number of this worker; it makes the names of files unique.
            iterations: of the whole training.
            most_bytes: how many bytes all kept checkpoints together may have; 0: none is kept.
            earlier: the checkpoints that earlier workers of this training have made.
            at: the iteration after which this worker begins.
        """
        self._store = store
        self._training_id = training_id
        self._attempt = attempt
        self._spacing = Spacing(iterations, most_bytes)
        self._kept: dict[int, Checkpoint] = {}
        self._has_news = False
        self._thread: threading.Thread | None = None  # writes to a store that is not on this machine
        self._written: Checkpoint | None = None
        dropped: list[Checkpoint] = []
        for checkpoint in checkpoints.kept(earlier):
            dropped += self._make_room(checkpoint["iteration"], checkpoint["kept_bytes"])[1]
            self._kept[checkpoint["iteration"]] = checkpoint
        self._change_files(dropped)
        #: the times of the clock and of the processor before which nothing is kept
        self._rests_until = 0.0, time.process_time() + SHARE * FIRST_SECONDS
        self.due = self._spacing.after(at) if most_bytes else iterations + 1

    def keep(self, trainer: Trainer, evaluations: int, *, is_saving: bool) -> None:
        """Keep this moment. It is left out if it is kept already, if another checkpoint is still being written, or if
        too little time has passed since the previous one for what that took.

        Args:
            evaluations: how many evaluations there were up to this moment.
            is_saving: whether a checkpoint is being written that is not to be kept. Two of them would need more memory
                than the estimate says.
        """
        iteration, begun, used = trainer.iteration, time.monotonic(), time.process_time()
        is_writing = not self._collect_written() or is_saving
        rests = begun < self._rests_until[0] or used < self._rests_until[1]
        if not (is_writing or rests or iteration in self._kept):
            data = trainer.checkpoint()
            has_room, dropped = self._make_room(iteration, len(data))
            self._change_files(dropped, (iteration, evaluations, data) if has_room else None)
            waited, worked = time.monotonic() - begun, time.process_time() - used
            self._rests_until = begun + checkpoints.SHARE * waited, used + SHARE * worked
        self.due = self._spacing.after(iteration)

    def news(self) -> list[Checkpoint] | None:
        """All kept checkpoints, newest first; None if they are the same as at the last call."""
        self._collect_written()
        if not self._has_news:
            return None
        self._has_news = False
        return sorted(self._kept.values(), key=lambda checkpoint: -checkpoint["iteration"])

    @property
    def is_writing(self) -> bool:
        """Whether what was begun is still being written, and so is in memory."""
        return self._thread is not None and self._thread.is_alive()

    def wait(self, seconds: float) -> None:
        """Wait until the checkpoint that is being written is complete, but no longer than this."""
        if self._thread is not None:
            self._thread.join(seconds)

    def _make_room(self, iteration: int, size: int) -> tuple[bool, list[Checkpoint]]:
        """Make room for a checkpoint of `size` bytes. Returns whether it may be kept, and which others are dropped."""
        gone = self._spacing.add(iteration, size)
        dropped = [self._kept.pop(other) for other in gone if other in self._kept]
        self._has_news = self._has_news or bool(dropped)
        return iteration not in gone, dropped

    def _change_files(self, dropped: list[Checkpoint], moment: tuple[int, int, bytes] | None = None) -> None:
        """Remove the files of `dropped` and write one of `moment` (iteration, evaluations, content). If the store is
        not a folder of this machine, a thread does it, because training would have to wait for the network."""
        if not (dropped or moment):
            return
        if self._store.is_near:
            self._exchange(dropped, moment)
            self._collect_written()
        else:
            self._thread = threading.Thread(target=self._exchange, args=(dropped, moment), daemon=True)
            self._thread.start()

    def _exchange(self, dropped: list[Checkpoint], moment: tuple[int, int, bytes] | None) -> None:
        self._store.remove([checkpoint["file"] for checkpoint in dropped])
        if moment is None:
            return
        iteration, evaluations, data = moment
        file = checkpoints.name_of_kept(self._training_id, self._attempt, iteration)
        # the disk may be full, or the store out of reach: a replay then begins at an earlier checkpoint
        with contextlib.suppress(OSError):
            self._store.write(file, data, durable=False)
            self._written = {
                "file": file,
                "iteration": iteration,
                "evaluations": evaluations,
                "kept_bytes": len(data),
            }

    def _collect_written(self) -> bool:
        """Add the checkpoint that was written to the kept ones. Returns False if it is still being written."""
        if self._thread is not None:
            if self._thread.is_alive():
                return False
            self._thread = None
        if self._written is not None:
            self._kept[self._written["iteration"]] = self._written
            self._written, self._has_news = None, True
        return True
