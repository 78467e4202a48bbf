"""The class's cloud for students: the curves of all, without persons, while the teacher lets them see it.

Two kinds of messages, for students alone:

- `{"type": "cloud", "groups": [{"name", "people", "curves": [[id, runs], ...]}, ...]}`: which curves there are, and how
  many runs show each. Runs that several people have under the same name, as those of a lesson, are a group of that
  name, and so are runs that the class sees; all others are one group without a name. `groups` is null while the cloud
  is not shown.
- `{"type": "cloud_curve", "id", "status", "iterations", "metric", "chance", "points"}`: one curve.

The ids are random and mean nothing elsewhere: nothing says whose a curve is, or which training. In a small class one
may guess it; so the teacher decides, and at first the cloud is not shown.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import Counter, defaultdict
from typing import Any

from app.errors import LabError
from app.jobs.register import Register
from app.live.hub import Hub
from app.people.class_curves import ClassCurves
from app.people.classroom import Classroom
from app.people.wall import MAX_RUNS, newest_of_each
from app.runs import Run

log = logging.getLogger(__name__)

#: What has changed is sent this often: it goes to every student.
PERIOD_SECONDS = 1.0
_HIDDEN: dict[str, Any] = {"type": "cloud", "groups": None}
#: What a curve of the wall says that students do not get, or that would change with every iteration.
_LEFT_OUT = ("training", "best", "iteration")


class ClassCloud:
    """Makes the cloud while it is shown. Lives in the event loop."""

    def __init__(self, classroom: Classroom, register: Register, hub: Hub) -> None:
        self._classroom = classroom
        self._register = register
        self._hub = hub
        self._curves = ClassCurves(hub)
        self._ids: dict[str, str] = {}  # training → its random id
        self._sent: dict[str, dict[str, Any]] = {}  # subject → message
        self._task: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Begin to look whether it is shown."""
        self._task = asyncio.create_task(self._tick())

    def close(self) -> None:
        """The server ends."""
        if self._task is not None:
            self._task.cancel()

    async def _tick(self) -> None:
        while True:
            more = False
            if self._classroom.cloud and self._classroom.ended_at is None:
                try:
                    more = await self._curves.read(self._shown().values())
                    self._publish()
                except LabError as error:  # the curves come when the store can be read again
                    log.warning("the cloud could not be read: %s", error)
            elif self._sent:
                self._hide()
            await asyncio.sleep(0 if more else PERIOD_SECONDS)

    def _runs(self) -> dict[str, list[Run]]:
        """Student → the runs that they launched together last."""
        newest = newest_of_each(self._register.runs)
        return {
            student.id: newest[student.id][:MAX_RUNS]
            for student in self._classroom.students
            if student.id in newest
        }

    def _shown(self) -> dict[str, Run]:
        """Training → a run that shows it."""
        return {run.training.id: run for runs in self._runs().values() for run in runs}

    def _publish(self) -> None:
        """Send what has changed."""
        runs_of = self._runs()
        trainings = {run.training.id: run.training for runs in runs_of.values() for run in runs}
        self._ids = {
            training_id: self._ids.get(training_id) or secrets.token_hex(4) for training_id in trainings
        }
        now = {"cloud": {"type": "cloud", "groups": self._groups(runs_of)}}
        for training in trainings.values():
            cloud_id = self._ids[training.id]
            seen = self._curves.message(training)
            now[f"cloud:{cloud_id}"] = {
                **{name: value for name, value in seen.items() if name not in _LEFT_OUT},
                "type": "cloud_curve",
                "id": cloud_id,
            }
        changed = {subject: message for subject, message in now.items() if self._sent.get(subject) != message}
        gone = self._sent.keys() - now.keys()
        self._curves.keep(trainings.keys())
        self._sent = now
        if changed or gone:
            self._hub.publish_cloud(changed, gone)

    def _groups(self, runs_of: dict[str, list[Run]]) -> list[dict[str, Any]]:
        """Groups of curves by the names that the class may know; those of most people first."""
        people = Counter(name for runs in runs_of.values() for name in {run.name for run in runs})
        curves: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for runs in runs_of.values():
            for run in runs:
                is_known = people[run.name] > 1 or self._register.sight.is_open(run)
                curves[run.name if is_known else ""][self._ids[run.training.id]] += 1
        return [
            {"name": name, "people": people[name], "curves": sorted(counted.items())}
            for name, counted in sorted(curves.items(), key=lambda item: (-people[item[0]], item[0]))
        ]

    def _hide(self) -> None:
        self._hub.publish_cloud({"cloud": _HIDDEN}, self._sent.keys() - {"cloud"})
        self._sent.clear()
        self._ids.clear()
        self._curves.clear()
