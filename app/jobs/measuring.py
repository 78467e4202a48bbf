"""Measuring a training from inside its worker, at stated iterations, for the rules of findings. Imports the engine and
the standard library only."""

from __future__ import annotations

from app.jobs.link import Link
from app.jobs.messages import Measured
from engine import Trainer
from engine.measuring import interval, measure

#: After any iteration of a training.
NEVER = 1 << 62


class Measuring:
    """Makes the measurements of one training. They are no part of its measured time.

    Args:
        iterations: of the training.

    Attributes:
        due: the iteration after which the next measurement is made.
    """

    def __init__(self, link: Link, trainer: Trainer, iterations: int) -> None:
        self._link = link
        self._interval = interval(trainer.config, iterations)
        self._measured = trainer.iteration
        self.due = self._next(trainer.iteration)

    def measure(self, trainer: Trainer) -> None:
        """Measure the training as it is now, and report that after its rows."""
        if trainer.iteration <= self._measured or self.due == NEVER:
            return
        self._measured = trainer.iteration
        self.due = self._next(trainer.iteration)
        self._link.flush()
        try:
            facts = measure(trainer)
        except MemoryError:  # the rules go without; training needs no more than before
            self.due = NEVER
        else:
            self._link.report(Measured(trainer.iteration, facts))
        self._link.resume_clock()

    def _next(self, iteration: int) -> int:
        return (iteration // self._interval + 1) * self._interval
