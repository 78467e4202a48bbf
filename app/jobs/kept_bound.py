"""The bound of all kept checkpoints of a lab: which trainings lose theirs when there are too many bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from app.folders import LOW_DISK_BYTES
from app.jobs import checkpoints
from app.runs import Run
from app.trainings import Training


class KeptBound:
    """Counts the bytes of all kept checkpoints, and chooses which go. Lives in the event loop."""

    def __init__(self, max_bytes: int, runs_of: Callable[[Training], list[Run]]) -> None:
        self._max_bytes = max_bytes
        self._runs_of = runs_of
        self._bytes_of: dict[str, int] = {}
        self.bytes = 0

    def note(self, training: Training) -> None:
        """Count the checkpoints that a training keeps now, in place of those that were counted before."""
        self.forget(training.id)
        kept_bytes = sum(checkpoint["kept_bytes"] for checkpoint in checkpoints.kept(training.checkpoints))
        if kept_bytes:
            self._bytes_of[training.id] = kept_bytes
            self.bytes += kept_bytes

    def forget(self, training_id: str) -> None:
        """Count nothing for a training any more."""
        self.bytes -= self._bytes_of.pop(training_id, 0)

    def excess(self, trainings: Iterable[Training], *, free: int) -> list[Training]:
        """The trainings that have to lose what they keep: those that only studies show first, those with a star last,
        and of equal ones the oldest first. Only ended trainings are chosen, since the worker of another one keeps more.

        Args:
            free: bytes on the disk. If there are fewer than `LOW_DISK_BYTES`, checkpoints make room for rows.
        """
        excess_bytes = max(self.bytes - self._max_bytes, LOW_DISK_BYTES - free)
        if excess_bytes <= 0:
            return []
        candidates = [
            candidate
            for candidate in trainings
            if candidate.status.finished and candidate.id in self._bytes_of
        ]
        candidates.sort(key=lambda training: (self._rank(training), training.created_at))
        losing: list[Training] = []
        for training in candidates:
            if excess_bytes <= 0:
                break
            excess_bytes -= self._bytes_of[training.id]
            losing.append(training)
        return losing

    def _rank(self, training: Training) -> int:
        """0: loses its checkpoints first, 2: last."""
        runs = self._runs_of(training)
        if all(run.study is not None for run in runs):
            return 0
        return 2 if any(run.starred for run in runs) else 1
