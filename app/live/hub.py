"""The hub: what happens in the lab, as logs that every viewer reads at its own pace.

Contract:
    `append` and the `publish_*` functions put news in; viewers (viewer.py) take them out, each at its own place in the
    same logs. Frames and states are encoded once and shared by all.

    Rows come through `append` only after they are committed to the store, so a restart never loses a row that a viewer
    has seen. The newest rows of a stream stay in memory; a cursor that is further behind is served from the `History`
    given at construction.

All of it lives in the event loop's thread; nothing here is locked.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from app.live.lanes import Lanes, RunState
from app.live.protocol import wrap
from app.live.row_logs import History, RowLogs
from app.live.states import Place, States
from app.live.viewer import CATCH_UP_BYTES, Viewer
from app.people.person import ANYONE, Person
from app.rows import Rows, join


class Hub:
    """Logs of rows and of states, and the viewers that read them.

    Args:
        history: where rows are read that have left the memory.
        observe_lag: gets the seconds between the arrival of rows and their sending, for some of them.
        in_class: whether viewers see different things; see `app.live.lanes`.
    """

    def __init__(
        self,
        history: History,
        observe_lag: Callable[[float], None] | None = None,
        *,
        in_class: bool = False,
    ) -> None:
        self._rows = RowLogs(history, observe_lag)
        self._lanes = Lanes(in_class=in_class)
        self._viewers: set[Viewer] = set()
        self._viewers_of_run: dict[str, set[Viewer]] = {}  # run → the viewers that show it
        self._viewers_of_lane: dict[States, set[Viewer]] = {}  # lane → viewers
        self.closing = False

    # -- publishing ---------------------------------------------------------------------------------

    def append(self, training_id: str, stream: str, rows: Rows) -> None:
        """Add committed rows of a training that some run shows. They follow those before them without a gap."""
        chunk = self._rows.append(training_id, stream, rows)
        for run_id in self._rows.runs(training_id):
            viewers = self._viewers_of_run.get(run_id)
            if viewers:
                shared = wrap(chunk.frame(run_id))
                for viewer in viewers:
                    viewer.offer_rows(run_id, stream, chunk, shared)

    def set_total(self, training_id: str, stream: str, rows: int) -> None:
        """Note how many rows of a training were stored before this server started."""
        self._rows.set_total(training_id, stream, rows)

    def show(self, run_id: str, training_id: str) -> None:
        """From now on, the run shows this training."""
        self._rows.show(run_id, training_id)

    def separate(self, run_id: str, training_id: str) -> None:
        """A run gets a new training, which begins with the rows that viewers have; see `RowLogs.separate`."""
        self._rows.separate(run_id, training_id)

    def stored(self, training_id: str) -> None:
        """The rows with which a new training began are stored."""
        self._rows.stored(training_id)

    def is_watched(self, training_id: str) -> bool:
        """Whether a connected viewer shows a run of this training."""
        return any(run_id in self._viewers_of_run for run_id in self._rows.runs(training_id))

    def publish_runs(self, runs: Iterable[RunState]) -> None:
        """The states of some runs have changed: one message for all of them, for those who may see them."""
        for run in runs:
            for lane in self._lanes.put_run(run):
                self._hide_run(run.view["id"], lane, run.owner)
        self._offer_changes()

    def publish_deleted(self, run_id: str) -> None:
        """Forget a deleted run, and the training's rows if no other run shows them; notify every viewer that saw it."""
        self._rows.remove(run_id)
        for viewer in tuple(self._viewers_of_run.get(run_id, ())):
            viewer.unsubscribe(run_id)
        self._lanes.delete_run(run_id)
        self._offer_changes()

    def publish(self, subject: str, message: dict[str, Any], audience: str | None = None) -> None:
        """Publish any other state, such as `lab` or `dataset:mnist`; viewers get the newest one.

        Args:
            audience: in a class, who gets it: all (None), a person and the teacher (the person's id), `TEACHER`,
                or `SCREENS`: the teacher and the projector.
        """
        self._lanes.put(subject, message, audience)
        self._offer_changes()

    def forget(self, subjects: Iterable[str]) -> None:
        """Leave subjects out from now on, such as those that were deleted long ago; viewers are not notified."""
        self._lanes.forget(subjects)

    def publish_wall(
        self,
        messages: Mapping[str, Mapping[str, Any]],
        gone: Iterable[str],
        projected: Mapping[str, Mapping[str, Any]],
    ) -> None:
        """Publish states for the pages that show the wall, by subject, with those that the projector gets instead; and
        forget those that are gone."""
        self._lanes.put_wall(messages, gone, projected)
        self._offer_changes()

    def publish_cloud(self, messages: Mapping[str, Mapping[str, Any]], gone: Iterable[str]) -> None:
        """Publish states for all students, by subject, and forget those that are gone."""
        self._lanes.put_cloud(messages, gone)
        self._offer_changes()

    def _hide_run(self, run_id: str, lane: States, owner: str | None) -> None:
        """Unsubscribe the readers of a lane from a run that they may not see any more. Its owner still may."""
        for viewer in tuple(self._viewers_of_run.get(run_id, ())):
            if lane in viewer.lanes and viewer.person.id != owner:
                viewer.unsubscribe(run_id)

    def _offer_changes(self) -> None:
        """Send the changes to the viewers that have every earlier change, and wake the others."""
        for lane, version_before in self._lanes.take_changed():
            viewers = self._viewers_of_lane.get(lane)
            if viewers:
                shared = b"".join(map(wrap, lane.changes(version_before)))
                for viewer in viewers:
                    viewer.offer_state(lane, version_before, shared)

    async def close(self, seconds: float) -> None:
        """Notify every viewer that the lab is stopping, and wait at most `seconds` for them to leave."""
        self.closing = True
        for viewer in self._viewers:
            viewer.news.set()
        deadline = time.monotonic() + seconds
        while self._viewers and time.monotonic() < deadline:
            await asyncio.sleep(0.01)

    # -- viewers --------------------------------------------------------------------------------

    @property
    def viewers(self) -> int:
        """How many viewers are connected."""
        return len(self._viewers)

    def join(
        self,
        person: Person = ANYONE,
        write: Callable[[bytes], bool] | None = None,
        *,
        wall: bool = False,
    ) -> Viewer:
        """A viewer that gets updates until it leaves; see `Viewer` for `write`, and `Lanes.of` for `wall`."""
        viewer = Viewer(
            self._rows, self._lanes.of(person, wall=wall), person, write=write, watchers=self._viewers_of_run
        )
        self._viewers.add(viewer)
        for lane in viewer.lanes:
            self._viewers_of_lane.setdefault(lane, set()).add(viewer)
        return viewer

    def leave(self, viewer: Viewer) -> None:
        self._viewers.discard(viewer)
        viewer.leave()
        for lane in viewer.lanes:
            self._viewers_of_lane.get(lane, set()).discard(viewer)

    def dismiss(self, person_id: str) -> None:
        """Let all viewers of a person go."""
        for viewer in self._viewers:
            if viewer.person.id == person_id:
                viewer.dismissed = True
                viewer.news.set()

    def people(self) -> set[str]:
        """The ids of the persons who have a viewer."""
        return {viewer.person.id for viewer in self._viewers}

    def glance(
        self, version: int, place: Place | None, person: Person = ANYONE, *, wall: bool = False
    ) -> Viewer:
        """A viewer for one poll: it starts from what the page already has, and gets no later updates."""
        return Viewer(self._rows, self._lanes.of(person, wall=wall), person, version=version, place=place)

    def total(self, run_id: str, stream: str) -> int:
        """How many rows of a run's stream may be shown."""
        return self._rows.total(run_id, stream)

    def rows_in_memory(self, run_id: str, stream: str, first: int) -> Rows | None:
        """The rows of a stream from number `first` on; None: some have left the memory, or there are none."""
        log = self._rows.log(run_id, stream)
        if log is None or not log.first <= first < log.end:
            return None
        return join([chunk.rows for chunk in log.since(first)]).since(first)

    async def stored_rows(self, run_id: str, stream: str, first: int) -> Rows | None:
        """Rows of a stream from number `first` on, as many as are read at a time; None where there are none."""
        until = self._rows.total(run_id, stream)
        return await self._rows.from_history(run_id, stream, first, until, CATCH_UP_BYTES)

    def recorded(self, training_id: str, stream: str) -> int:
        """How many rows a training's stream has."""
        return self._rows.recorded(training_id, stream)

    def remembers(self, version: int, person: Person = ANYONE, *, wall: bool = False) -> bool:
        """Whether all changes after a version of the states are still known; old deletions are forgotten."""
        newest = self._lanes.version
        return version <= newest and all(
            lane.remembers(version) for lane in self._lanes.of(person, wall=wall)
        )
