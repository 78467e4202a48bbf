"""Stepping together: the teacher stops all that trains, and moves it by some iterations at a time."""

from __future__ import annotations

from collections.abc import Callable

from app.errors import Conflict
from app.jobs.executor import Executor
from app.jobs.messages import Pause, Step
from app.jobs.places import Places
from app.jobs.register import Register
from app.jobs.sharing import Sharing
from app.trainings import Status, Training
from engine.reasons import Reason

#: Why a training is paused meanwhile. It is stored with it, so a restarted lab knows which ones go on together.
STEPPED = Reason("stepped_together", "the teacher moves all runs together")


class Stepping:
    """What trains is paused after its current iteration and trains exactly as many more as it is asked for, also where
    it loses its worker meanwhile. Nothing else begins until all go on. What people have paused themselves stays as it
    is. Lives in the event loop.

    These are no more trainings than there are workers, so each gets a place again when all go on.
    """

    def __init__(
        self,
        register: Register,
        executor: Executor,
        sharing: Sharing,
        places: Places,
        stored: Callable[[str], int],
    ) -> None:
        """`stored`: how many iterations of a training have stored rows."""
        self._register = register
        self._executor = executor
        self._sharing = sharing
        self._places = places
        self._stored = stored
        # trainings that are asked to pause, and their iterations from there on
        self._asked: dict[str, int] = {}
        self._targets: dict[str, int] = {}  # the iterations up to which paused ones train

    def open(self) -> None:
        """Go on as before a restart of the lab: what moved together stays paused, and nothing begins."""
        self._places.halted = any(map(_is_stepped, self._register.trainings))

    @property
    def is_on(self) -> bool:
        """Whether all that trains moves together now."""
        return self._places.halted

    def moves(self) -> list[Training]:
        """The trainings that move together now.

        Raises:
            Conflict: there are none.
        """
        moving = [
            training
            for training in self._register.trainings
            if _is_stepped(training) or self._trains(training)
        ]
        if not moving:
            text = "nothing trains now that could be moved"
            raise Conflict(Reason("nothing_trains", text), code="nothing_trains")
        return moving

    def step(self, iterations: int) -> int:
        """Move each of them by this number of iterations. Returns the number of trainings.

        Raises:
            Conflict: there are none.
        """
        moved = self.moves()
        self._places.halted = True
        for training in moved:
            if training.status is Status.RUNNING:
                self._stop_and_step(training.id, iterations)
            else:
                self._step(training, iterations)
        return len(moved)

    def _stop_and_step(self, training_id: str, iterations: int) -> None:
        if training_id not in self._asked:
            self._executor.send(training_id, Pause())
        self._asked[training_id] = self._asked.get(training_id, 0) + iterations
        self._executor.send(training_id, Step(iterations))

    def _step(self, training: Training, iterations: int) -> None:
        stored = self._stored(training.id)
        self._targets[training.id] = max(stored, self._targets.get(training.id, 0)) + iterations
        if training.id in self._places.with_worker:
            self._executor.send(training.id, Step(iterations))
        else:
            self._places.start(training, paused=True, steps=self._targets[training.id] - stored)

    def release(self) -> None:
        """Let all go on, before what waits. Where nothing is stepped, this does nothing."""
        if not self._places.halted:
            return
        self._places.halted = False
        for training in reversed(self._register.trainings):
            if _is_stepped(training):
                self._go_on(training)
        self._targets.clear()
        self._places.fill()

    def _go_on(self, training: Training) -> None:
        self._register.move(training, Status.QUEUED)
        self._places.queue.put_back(training.id, self._places.owners(training))

    # -- what workers report -----------------------------------------------------------------------

    def is_asked(self, training: Training) -> bool:
        """Whether a running training is about to pause, to move with the others."""
        return training.id in self._asked

    def paused(self, training: Training) -> None:
        """A training that was asked to has paused; it has left its place."""
        iterations = self._asked.pop(training.id)
        self._register.move(training, Status.PAUSED, reason=STEPPED)
        if self._places.halted:
            self._targets[training.id] = self._stored(training.id) + iterations
        else:
            self._go_on(training)

    def lost(self, training: Training) -> None:
        """A training has lost its worker: one that moves with the others does the rest of its steps with another."""
        if training.id in self._asked:
            self.paused(training)
        left = self._targets.get(training.id, 0) - self._stored(training.id)
        if self._places.halted and _is_stepped(training) and left > 0:
            self._places.start(training, paused=True, steps=left)

    def forget(self, training_id: str) -> None:
        """A training's worker has ended."""
        self._asked.pop(training_id, None)

    def _trains(self, training: Training) -> bool:
        """Whether it trains and goes on, as far as is known."""
        return training.status is Status.RUNNING and training.id not in self._sharing.asked_to_end


def _is_stepped(training: Training) -> bool:
    return (
        training.status is Status.PAUSED
        and isinstance(training.reason, Reason)
        and training.reason.code == STEPPED.code
    )
