"""Kept checkpoints: moments that a worker keeps, so that any moment can be replayed after the training's end.

They are spaced as `engine.spacing` says. A file counts once the server has stored its name. It is not flushed to the
disk, for which training would have to wait: a power cut may damage it, and a replay then begins at an earlier one.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path

from app.jobs import checkpoints
from app.jobs.messages import Checkpoint
from engine import Trainer
from engine.spacing import Spacing

#: Keeping takes at most 1/SHARE of the processor's time, and waits for the disk no more than other checkpoints do:
#: where a checkpoint takes long, fewer are kept.
SHARE = 125
#: What the first one is taken to cost. So a training that takes 0.1 s keeps none: it is replayed from its start.
FIRST_SECONDS = 0.001


class Keeper:
    """Keeps the moments of one training, in its worker.

    Attributes:
        due: the next iteration after which `keep` is to be called.
    """

    def __init__(
        self,
        folder: Path,
        training_id: str,
        attempt: int,
        *,
        iterations: int,
        most_bytes: int,
        made: Iterable[Checkpoint],
        at: int,
    ) -> None:
        """
        Args:
            iterations: of the whole training.
            made: the checkpoints of earlier workers.
            at: the iteration at which this worker begins.
        """
        self._folder = folder
        self._training_id = training_id
        self._attempt = attempt
        self._spacing = Spacing(iterations, most_bytes)
        self._kept: dict[int, Checkpoint] = {}
        self._has_news = False
        for checkpoint in checkpoints.kept(made):
            self._make_room(checkpoint["iteration"], checkpoint["kept_bytes"])
            self._kept[checkpoint["iteration"]] = checkpoint
        #: the times of the clock and of the processor before which nothing is kept
        self._rests_until = 0.0, time.process_time() + SHARE * FIRST_SECONDS
        self.due = self._spacing.after(at) if most_bytes else iterations + 1

    def keep(self, trainer: Trainer, evaluations: int) -> None:
        """Keep this moment, unless it is kept already or the last one has taken too long for that."""
        iteration, begun, used = trainer.iteration, time.monotonic(), time.process_time()
        rests = begun < self._rests_until[0] or used < self._rests_until[1]
        if not (rests or iteration in self._kept):
            data = trainer.checkpoint()
            if self._make_room(iteration, len(data)):
                self._write(iteration, evaluations, data)
            waited, worked = time.monotonic() - begun, time.process_time() - used
            self._rests_until = begun + checkpoints.SHARE * waited, used + SHARE * worked
        self.due = self._spacing.after(iteration)

    def news(self) -> list[Checkpoint] | None:
        """All that are kept, newest first, if they are not those of the last call."""
        if not self._has_news:
            return None
        self._has_news = False
        return sorted(self._kept.values(), key=lambda checkpoint: -checkpoint["iteration"])

    def _make_room(self, iteration: int, size: int) -> bool:
        """Let others go for this moment; False if it is itself one of those that go."""
        gone = self._spacing.add(iteration, size)
        dropped = [self._kept.pop(place) for place in gone if place in self._kept]
        checkpoints.remove(self._folder, [checkpoint["file"] for checkpoint in dropped])
        self._has_news = self._has_news or bool(dropped)
        return iteration not in gone

    def _write(self, iteration: int, evaluations: int, data: bytes) -> None:
        file = checkpoints.name_of_kept(self._training_id, self._attempt, iteration)
        place = self._folder / file
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
        except OSError:  # a full disk: a replay begins earlier
            checkpoints.remove(self._folder, [file])
            return
        self._kept[iteration] = {
            "file": file,
            "iteration": iteration,
            "evaluations": evaluations,
            "kept_bytes": len(data),
        }
        self._has_news = True
