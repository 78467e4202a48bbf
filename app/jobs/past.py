"""The past of trainings: their weights and views at any moment, by replaying them.

A view of a moment never changes, so the newest ones are kept: when a teacher shows a moment to all, three hundred pages
ask for the same ones.
"""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.data_sets import DataSets
from app.errors import Conflict
from app.jobs.assignment import job_of
from app.jobs.moment import Moment
from app.jobs.replay_messages import Answer, Ask, Failed, Seen, Tested, TooLong, Withdrawn, Written
from app.jobs.replayer import Replayer
from app.settings import Settings
from app.storage import row_store
from app.storage.database import Database
from app.trainings import Training
from engine import ExperimentConfig
from engine.reasons import Reason, restored
from engine.stretches import parse_stretches

#: Bound of the views that are kept, with the options by which they are found: a drawn digit is longer than its view.
KEPT_BYTES = 32 << 20

#: A training, an iteration, a kind of view and its options.
_Place = tuple[str, int, str, str]


class Past:
    """Lives in the event loop."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        data_sets: DataSets,
        replayer: Replayer,
        *,
        kept_bytes: int = KEPT_BYTES,
    ) -> None:
        self._settings = settings
        self._database = database
        self._data_sets = data_sets
        self._replayer = replayer
        self._kept_bytes = kept_bytes
        self._kept: OrderedDict[_Place, bytes] = OrderedDict()  # the one that was asked for last is the last
        self._size = 0  # bytes that these take
        self._asked: dict[_Place, _Asked] = {}

    async def write_weights(self, moment: Moment, file: Path) -> Path:
        """Write the weights of a training at a moment into a file, as a NumPy archive; returns the file. If the caller
        is cancelled, the replay is given up.

        Raises:
            LabError: they cannot be computed, or it would take too long.
        """
        self._demand(moment.training)
        answer = await self._replay(moment, file=str(file))
        if not isinstance(answer, Written):
            raise _refusal(answer, moment, self._settings.replay_seconds)
        return file

    async def measure_test(self, training: Training, iteration: int, *, bound_seconds: float) -> float:
        """The accuracy of a training's network at a moment on all test images, also where its own test set stays
        closed.

        Raises:
            LabError: it cannot be computed, or it would take longer than the bound.
        """
        moment = Moment.of(training, iteration)
        self._demand(training)
        answer = await self._replay(moment, bound_seconds=bound_seconds)
        if not isinstance(answer, Tested):
            raise _refusal(answer, moment, bound_seconds)
        return answer.accuracy

    async def view(self, training: Training, iteration: int, view: str, options: Mapping[str, Any]) -> bytes:
        """A view of a training at a moment, as `app.jobs.view_bytes` has it. Callers who ask for the same one share
        the work, which is given up when all of them are cancelled.

        Args:
            options: as `engine.views.check` gives them.

        Raises:
            LabError: it cannot be computed, or it would take too long.
        """
        moment = Moment.of(training, iteration)
        place = (training.id, iteration, view, json.dumps(options, sort_keys=True))
        if place in self._kept:
            self._kept.move_to_end(place)
            return self._kept[place]
        asked = self._asked.get(place)
        if asked is None:
            asked = self._asked[place] = _Asked(asyncio.create_task(self._make(moment, view, options, place)))
        asked.callers += 1
        try:
            return await asyncio.shield(asked.task)
        finally:
            asked.callers -= 1
            if not asked.callers:
                self._asked.pop(place, None)
                asked.task.cancel()

    async def _make(self, moment: Moment, view: str, options: Mapping[str, Any], place: _Place) -> bytes:
        self._demand(moment.training)
        answer = await self._replay(moment, view=view, options=dict(options))
        if not isinstance(answer, Seen):
            raise _refusal(answer, moment, self._settings.replay_seconds)
        self._keep(place, answer.view)
        return answer.view

    def _keep(self, place: _Place, view: bytes) -> None:
        self._kept[place] = view
        self._size += _size(place, view)
        while self._size > self._kept_bytes:
            self._size -= _size(*self._kept.popitem(last=False))

    def _demand(self, training: Training) -> None:
        """Refuse a training that this lab could not train."""
        config = ExperimentConfig.from_dict(training.config, stored=True)
        self._settings.limits.check_all(config, parse_stretches(training.stretches, config))
        self._data_sets.demand(config.dataset.name)

    async def _replay(
        self,
        moment: Moment,
        *,
        file: str | None = None,
        view: str = "",
        options: dict[str, Any] | None = None,
        bound_seconds: float | None = None,
    ) -> Answer:
        training, iteration = moment.training, moment.iteration
        loss = await self._database.read(lambda c: row_store.read_loss(c, training.id, iteration))
        return await self._replayer.answer(
            Ask(
                job=job_of(training, self._settings, stored=iteration),
                iteration=iteration,
                loss=loss,
                file=file,
                seconds_per_iteration=moment.seconds_per_iteration,
                bound_seconds=bound_seconds or self._settings.replay_seconds,
                view=view,
                options=options or {},
            )
        )


def _size(place: _Place, view: bytes) -> int:
    """Bytes of a view that is kept, and of its options."""
    return len(place[-1]) + len(view)


def _refusal(answer: Answer, moment: Moment, bound: float) -> Exception:
    """The exception to raise for an answer that is not the one that was asked for.

    Args:
        bound: how many seconds the replay was allowed to take.
    """
    match answer:
        case TooLong(seconds):
            nearest = moment.nearest
            text = (
                f"iteration {moment.iteration:,} would take about {seconds:.0f} s to train again, and at most"
                f" {bound:g} s are allowed; the nearest kept checkpoint is at iteration {nearest:,}"
            )
            return Conflict(
                Reason("replay_long", text, seconds=round(seconds), most=bound, nearest=nearest),
                code="replay_long",
                field="iteration",
                bounds={
                    "expected_seconds": round(seconds, 3),
                    "bound_seconds": bound,
                    "from_iteration": nearest,
                },
            )
        case Failed(reason, why):
            cause = restored(reason, why)
            text = f"iteration {moment.iteration:,} cannot be trained again: {cause}"
            refusal = Reason("replay_failed", text, iteration=moment.iteration, why=cause)
            return Conflict(refusal, code="replay_failed", field="iteration")
        case Withdrawn():
            return RuntimeError("the question was withdrawn, but its caller is there")
        case _:
            return RuntimeError(f"an answer to another question: {type(answer).__name__}")


class _Asked:
    """A view that is being made, and how many callers wait for it."""

    def __init__(self, task: asyncio.Task[bytes]) -> None:
        self.task = task
        self.callers = 0
