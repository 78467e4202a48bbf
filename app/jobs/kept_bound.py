"""The bound of all kept checkpoints of a lab: which trainings lose theirs when there are too many bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from app.folders import LOW_DISK_BYTES
from app.jobs import checkpoints
from app.runs import Run
from app.trainings import Training


class KeptBound:
    """Counts the bytes of all kept checkpoints, and chooses which go. Lives in the event loop."""

    def __init__(self, most_bytes: int, runs_of: Callable[[Training], list[Run]]) -> None:
        self._most_bytes = most_bytes
        self._runs_of = runs_of
        self._bytes: dict[str, int] = {}
        self.bytes = 0

    def note(self, training: Training) -> None:
        """These are the checkpoints that a training keeps now."""
        self.forget(training.id)
        held = sum(checkpoint["kept_bytes"] for checkpoint in checkpoints.kept(training.checkpoints))
        if held:
            self._bytes[training.id] = held
            self.bytes += held

    def forget(self, training_id: str) -> None:
        """A training is deleted."""
        self.bytes -= self._bytes.pop(training_id, 0)

    def excess(self, trainings: Iterable[Training], *, free: int) -> list[Training]:
        """The trainings that have to lose what they keep: those that only studies show first, those with a star last,
        and of equal ones the oldest first. None that has not ended is among them, since its worker keeps more.

        Args:
            free: bytes on the disk; rows come before checkpoints where it is low.
        """
        over = max(self.bytes - self._most_bytes, LOW_DISK_BYTES - free)
        if over <= 0:
            return []
        ended = [
            candidate for candidate in trainings if candidate.status.finished and candidate.id in self._bytes
        ]
        ended.sort(key=lambda training: (self._worth(training), training.created_at))
        losing: list[Training] = []
        for training in ended:
            if over <= 0:
                break
            over -= self._bytes[training.id]
            losing.append(training)
        return losing

    def _worth(self, training: Training) -> int:
        """How late it loses what it keeps."""
        runs = self._runs_of(training)
        if all(run.study is not None for run in runs):
            return 0
        return 2 if any(run.starred for run in runs) else 1
