"""Curves of trainings in few points, for what shows a whole class: they grow with the rows that come."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from app.live.hub import Hub
from app.people.wall_curve import WallCurve
from app.runs import Run
from app.trainings import Training
from engine import datasets

#: The most curves that are read from the store at a time; the others come with the next ones.
MAX_READS = 50


class ClassCurves:
    """The curves of the trainings that are shown. Lives in the event loop; one task reads."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._curves: dict[str, WallCurve] = {}

    async def read(self, shown: Iterable[Run]) -> bool:
        """Take new rows of the trainings that runs show; whether some are still to be read from the store.

        Args:
            shown: one run for each training.
        """
        reads = 0
        for run in shown:
            curve = self._curves.setdefault(run.training.id, WallCurve())
            while curve.rows < self._hub.total(run.id, "evaluation"):
                rows = self._hub.rows_in_memory(run.id, "evaluation", curve.rows)
                if rows is None:
                    if reads >= MAX_READS:
                        return True
                    reads += 1
                    rows = await self._hub.stored_rows(run.id, "evaluation", curve.rows)
                if rows is None or not rows.count:  # deleted in the meantime, or damaged
                    curve.rows = self._hub.total(run.id, "evaluation")
                    break
                curve.add(rows)
        return False

    def message(self, training: Training) -> dict[str, Any]:
        """The curve of a training as it is now; see `WallCurve.message`."""
        curve = self._curves.get(training.id, WallCurve())
        return curve.message(training, chance=_chance(training))

    def keep(self, trainings: Collection[str]) -> None:
        """Forget the curves of other trainings than these."""
        self._curves = {one: curve for one, curve in self._curves.items() if one in trainings}

    def clear(self) -> None:
        """Forget all curves."""
        self._curves.clear()


def _chance(training: Training) -> float:
    """The accuracy of guessing."""
    source = datasets.find(training.config["dataset"]["name"])
    return 0.0 if source is None else 1 / len(source.class_names)
