"""The wall: what the live page of the teacher and of the projector shows of each student, made only while it is open.

Four kinds of messages, for those who have opened the wall:

- `{"type": "tile", "person", "number", "nickname", "away_since", "joined_at", "removed", "launched", "runs"}`: a
  student, and the runs that were launched together last, as `{"id", "number", "name", "training"}`. `number` is null
  for the teacher. `nickname` is null while the projector shows only numbers; the teacher gets nicknames by the messages
  `person`. The projector gets the name of a run where runs of several people have it, as those of a lesson, or where
  the class sees the run; else its number.
- `{"type": "curve", "training", "status", "iteration", "iterations", "metric", "chance", "best", "points"}`: a training
  that some tile shows. Many tiles may show the same one, and it is sent once.
- `{"type": "waiting", "waiting": [[training, seconds | null, people, others], ...], "total"}`: what waits, in the order
  in which it will start; with the ids of some people who have it, and how many others have. At most 1000 are listed;
  `total` is how many wait.
- `{"type": "running", "running": [[training, iteration, iterations, people, others], ...]}`: what trains.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import math
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from app.errors import LabError
from app.jobs.register import Register
from app.live.hub import Hub
from app.people.class_curves import ClassCurves
from app.people.classroom import Classroom
from app.people.person import Person, Role
from app.runs import Run
from app.trainings import Status

log = logging.getLogger(__name__)

#: What a page names when it shows the wall.
WALL = "wall"
#: What has changed is sent this often.
PERIOD_SECONDS = 0.5
#: A page that polls has the wall open until it has not asked for this long.
POLL_SECONDS = 15.0
#: The most runs of a tile.
MAX_RUNS = 9
#: The most people who are named of a training that waits or runs.
MAX_NAMED = 5
#: The most trainings in the message of those that wait.
MAX_WAITING = 1000

#: A training that waits, and in how many seconds it is expected to start.
Expected = tuple[str, float]


class Wall:
    """Makes tiles, curves and the order of the queue while a page shows them. Lives in the event loop."""

    def __init__(
        self,
        classroom: Classroom,
        register: Register,
        hub: Hub,
        waiting: Callable[[], Iterable[Expected]],
    ) -> None:
        """
        Args:
            waiting: the trainings that wait, in the order in which they will start.
        """
        self._classroom = classroom
        self._register = register
        self._hub = hub
        self._waiting = waiting
        self._pages = 0
        self._polled_until = 0.0
        self._task: asyncio.Task[None] | None = None
        self._sent: dict[str, dict[str, Any]] = {}  # subject → message
        self._projected: dict[str, dict[str, Any]] = {}  # tiles as the projector gets them
        self._curves = ClassCurves(hub)

    # -- pages ---------------------------------------------------------------------------------------

    def enter(self) -> None:
        """A page that shows the wall has connected."""
        self._pages += 1
        self._begin()

    def leave(self) -> None:
        """It has gone."""
        self._pages -= 1

    def polled(self) -> None:
        """A page that shows the wall, but has no WebSocket, has asked for what is new."""
        self._polled_until = time.monotonic() + POLL_SECONDS
        self._begin()

    @property
    def is_open(self) -> bool:
        return self._pages > 0 or time.monotonic() < self._polled_until

    def close(self) -> None:
        """The server ends."""
        if self._task is not None:
            self._task.cancel()

    def _begin(self) -> None:
        if self._task is None:
            self._publish()  # at once: the page that opens gets it with its first messages
            self._task = asyncio.create_task(self._tick())

    async def _tick(self) -> None:
        try:
            while self.is_open:
                try:
                    more = await self._curves.read(self._shown().values())
                except LabError as error:  # the curves come when the store can be read again
                    log.warning("the wall could not be read: %s", error)
                    more = False
                self._publish()
                if not more:
                    await asyncio.sleep(PERIOD_SECONDS)
        finally:
            self._hub.publish_wall({}, list(self._sent), {})
            self._sent.clear()
            self._projected.clear()
            self._curves.clear()
            self._task = None

    # -- what is shown -------------------------------------------------------------------------------

    def _shown(self) -> dict[str, Run]:
        """The id of each training that a tile shows → one of the runs that show it."""
        newest = newest_of_each(self._register.runs)
        return {
            run.training.id: run for person in self._people() for run in newest.get(person.id, ())[:MAX_RUNS]
        }

    def _people(self) -> list[Person]:
        """Students, and the teacher, whose runs may be shown to all."""
        return [person for person in self._classroom.people if person.role is not Role.PROJECTOR]

    def _publish(self) -> None:
        """Send what has changed."""
        newest = newest_of_each(self._register.runs)
        messages: dict[str, dict[str, Any]] = {}
        projected: dict[str, dict[str, Any]] = {}
        shown_of = {person.id: newest.get(person.id, [])[:MAX_RUNS] for person in self._people()}
        names = Counter(name for shown in shown_of.values() for name in {run.name for run in shown})
        for person in self._people():
            shown = shown_of[person.id]
            subject, tile = f"tile:{person.id}", self._tile(person, shown)
            messages[subject] = tile
            projected[subject] = {**tile, "runs": [self._projected_run(run, names) for run in shown]}
            for run in shown:
                messages[f"curve:{run.training.id}"] = self._curves.message(run.training)
        waiting = [
            [training_id, math.ceil(seconds) if math.isfinite(seconds) else None, *self._owners(training_id)]
            for training_id, seconds in itertools.islice(self._waiting(), MAX_WAITING)
            if self._is_queued(training_id)
        ]
        total = sum(training.status is Status.QUEUED for training in self._register.trainings)
        messages["waiting"] = {"type": "waiting", "waiting": waiting, "total": total}
        running = [
            [training.id, training.iteration, training.iterations, *self._owners(training.id)]
            for training in self._register.trainings
            if training.status is Status.RUNNING
        ]
        messages["running"] = {"type": "running", "running": running}
        changed = {
            subject: message
            for subject, message in messages.items()
            if self._sent.get(subject) != message or self._projected.get(subject) != projected.get(subject)
        }
        gone = self._sent.keys() - messages.keys()
        self._curves.keep({run.training.id for shown in shown_of.values() for run in shown})
        self._sent, self._projected = messages, projected
        if changed or gone:
            self._hub.publish_wall(changed, gone, projected)

    def _is_queued(self, training_id: str) -> bool:
        """Whether a training waits still: the order was computed a moment ago."""
        training = self._register.find(training_id)
        return training is not None and training.status is Status.QUEUED

    def _owners(self, training_id: str) -> tuple[list[str], int]:
        """Some of the people who have a training, and how many others have."""
        training = self._register.find(training_id)
        runs = [] if training is None else self._register.runs_of(training)
        owners = list(dict.fromkeys(run.owner for run in runs if run.owner is not None))
        return owners[:MAX_NAMED], max(0, len(owners) - MAX_NAMED)

    def _tile(self, person: Person, runs: list[Run]) -> dict[str, Any]:
        return {
            "type": "tile",
            "person": person.id,
            "number": person.number,
            "nickname": None if self._classroom.numbers_only else person.nickname,
            "away_since": round(person.seen_at) if person.away else None,
            "joined_at": round(person.joined_at),
            "removed": person.removed,
            "launched": self._register.count_of(person.id),
            "runs": [_view(run) for run in runs],
        }

    def _projected_run(self, run: Run, names: Counter[str]) -> dict[str, Any]:
        """A run of a tile as the projector gets it; `names`: how many people have runs of each name."""
        is_seen = names[run.name] > 1 or self._register.sight.is_open(run)
        return {**_view(run), "name": run.name if is_seen else f"#{run.number}"}


def may_open_wall(person: Person) -> bool:
    """Whether a person's pages may show the wall."""
    return person.role is not Role.STUDENT


def newest_of_each(runs: Iterable[Run]) -> dict[str, list[Run]]:
    """Owner → the runs that they launched together last, oldest first; of all runs, oldest first. Archived ones do not
    count."""
    newest: dict[str, list[Run]] = {}
    for run in runs:
        if run.owner is None or run.archived:
            continue
        group = newest.get(run.owner)
        if group is not None and run.group_id is not None and group[0].group_id == run.group_id:
            group.append(run)
        else:
            newest[run.owner] = [run]
    return newest


def _view(run: Run) -> dict[str, Any]:
    return {"id": run.id, "number": run.number, "name": run.name, "training": run.training.id}
