"""Measuring a training from inside its worker, at stated iterations, for the rules of findings. Imports the engine and
the standard library only."""

from __future__ import annotations

from time import monotonic

from app.jobs.link import Link
from app.jobs.messages import Measured
from engine import Trainer
from engine.measuring import Measurer, interval

#: After any iteration of a training.
NEVER = 1 << 62
#: The rows before a measurement do not wait for it where the last one took longer than this many seconds.
QUICK_SECONDS = 0.005


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
        self._measurer = Measurer(trainer.config)
        self._took = QUICK_SECONDS
        self.due = self._next(trainer.iteration)

    def measure(self, trainer: Trainer) -> None:
        """Measure the training as it is now. That is reported with its next rows."""
        if trainer.iteration <= self._measured or self.due == NEVER:
            return
        self._measured = trainer.iteration
        self.due = self._next(trainer.iteration)
        if trainer.config is not self._measurer.config:  # another one since a fork
            self._measurer = Measurer(trainer.config)
        if self._took < QUICK_SECONDS:
            self._link.stop_clock()
        else:
            self._link.flush()
        begun = monotonic()
        try:
            facts = self._measurer.measure(trainer)
        except MemoryError:  # the rules go without; training needs no more than before
            self.due = NEVER
        else:
            self._link.note(Measured(trainer.iteration, facts))
        self._took = monotonic() - begun
        self._link.resume_clock()

    def _next(self, iteration: int) -> int:
        return (iteration // self._interval + 1) * self._interval
