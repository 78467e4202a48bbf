"""Looking at a training from inside its worker, between two iterations. Imports the engine and the standard library
only."""

from __future__ import annotations

import time

from app.jobs.link import Link
from app.jobs.messages import NotSeen, See
from app.jobs.view_bytes import encode
from engine import ConfigError, Trainer, reasons, views
from engine.arrays import Array

#: For this long after a look, the worker watches for the next one at every iteration, and not only when it sends rows:
#: a drawn digit is to be read at once.
FREQUENT_SECONDS = 2.0
#: At most this many looks wait for the next iteration; further ones are refused.
MAX_LOOKS = 64


class Looks:
    """The looks that a worker was asked for, and has not made yet."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._asked: list[See] = []
        self._before: Array | None = None
        self._frequent_until = 0.0

    @property
    def are_frequent(self) -> bool:
        """Whether a look was asked for a moment ago."""
        return self._frequent_until > 0 and time.monotonic() < self._frequent_until

    def ask(self, look: See, *, trains: bool) -> None:
        """Take a look after the next iteration. If the training is paused, there may be none."""
        if trains and len(self._asked) < MAX_LOOKS:
            self._asked.append(look)
            self._frequent_until = time.monotonic() + FREQUENT_SECONDS
        else:
            self._link.report(NotSeen(look.ticket))

    def prepare(self, trainer: Trainer) -> None:
        """Before an iteration: keep the parameters, if a look will compare with them."""
        if self._asked and any(views.KINDS[look.view].needs_step for look in self._asked):
            self._before = trainer.network.vector.copy()

    def make(self, trainer: Trainer) -> None:
        """After an iteration: make the views that were asked for. They are no part of the training time."""
        if not self._asked:
            return
        self._link.flush()
        looks, self._asked = self._asked, []
        for look in looks:
            self._make(look, trainer)
        self._before = None
        self._link.resume_clock()

    def _make(self, look: See, trainer: Trainer) -> None:
        # by the clock: on a busy machine the training is as slow as its views, and the share is one of its time
        begun = time.monotonic()
        try:
            view = views.see(trainer, look.view, look.options, self._before)
            data = encode(look.view, trainer.iteration, view)
        except (ConfigError, MemoryError, ValueError) as error:
            reason = reasons.reason_of(error)
            self._link.report(NotSeen(look.ticket, reason, reasons.why(reason)))
        else:
            self._link.show(look.ticket, time.monotonic() - begun, data)
