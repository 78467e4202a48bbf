"""The hub: what happens in the lab, as logs that every viewer reads at its own pace.

Contract:
    `append` and the `publish_*` functions put news in; viewers (viewer.py) take them out, each at its own place in the
    same logs. Frames and states are encoded once and shared by all.

    Rows come through `append` only after they are committed to the store, so what a viewer has seen, a
    restart does not take back. The newest rows of a stream stay in memory; a cursor that is further behind is served
    from the `History` given at construction.

All of it lives in the event loop's thread; nothing here is locked.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import Any

from app.answers import ListedRun
from app.live.protocol import wrap
from app.live.row_logs import History, RowLogs
from app.live.states import Place, States
from app.live.viewer import Viewer
from app.rows import Rows


class Hub:
    """Logs of rows and of states, and the viewers that read them."""

    def __init__(self, history: History, observe_lag: Callable[[float], None] | None = None) -> None:
        self._rows = RowLogs(history, observe_lag)
        self._states = States()
        self._viewers: set[Viewer] = set()
        self.closing = False

    # -- publishing ---------------------------------------------------------------------------------

    def append(self, training_id: str, stream: str, rows: Rows) -> None:
        """Committed rows of a training that some run shows; they follow those that came before."""
        chunk = self._rows.append(training_id, stream, rows)
        for run_id in self._rows.runs(training_id):
            viewers = [viewer for viewer in self._viewers if viewer.shows(run_id)]
            if viewers:
                shared = wrap(chunk.frame(run_id))
                for viewer in viewers:
                    viewer.offer_rows(run_id, stream, chunk, shared)

    def set_total(self, training_id: str, stream: str, rows: int) -> None:
        """Note how many rows the store has of a training from before this server's start."""
        self._rows.set_total(training_id, stream, rows)

    def show(self, run_id: str, training_id: str) -> None:
        """The rows of this training are those of the run."""
        self._rows.show(run_id, training_id)

    def part(self, run_id: str, training_id: str) -> None:
        """A run gets a new training, which begins with the rows that viewers have of the run; see `RowLogs.part`."""
        self._rows.part(run_id, training_id)

    def stored(self, training_id: str) -> None:
        """The rows with which a new training began are stored."""
        self._rows.stored(training_id)

    def publish_runs(self, views: Iterable[ListedRun]) -> None:
        """The states of some runs have changed: one message for all of them."""
        before = self._states.version
        for view in views:
            self._states.put_run(view["id"], view)
        self._offer_change(before)

    def publish_deleted(self, run_id: str) -> None:
        """Forget a deleted run, with the last one of a training its rows, and notify every viewer."""
        self._rows.remove(run_id)
        for viewer in self._viewers:
            viewer.unsubscribe(run_id)
        before = self._states.version
        self._states.delete_run(run_id)
        self._offer_change(before)

    def publish(self, subject: str, message: dict[str, Any]) -> None:
        """Publish any other state, such as `lab` or `dataset:mnist`; viewers get the newest one."""
        before = self._states.version
        self._states.put(subject, message)
        self._offer_change(before)

    def _offer_change(self, before: int) -> None:
        """Send the change at once to the viewers that have all changes up to version `before`."""
        if self._viewers:
            shared = b"".join(map(wrap, self._states.changes(before)))
            for viewer in self._viewers:
                viewer.offer_state(before, shared)

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

    def join(self, write: Callable[[bytes], bool] | None = None) -> Viewer:
        """A viewer that gets updates until it leaves; see `Viewer` for `write`."""
        viewer = Viewer(self._rows, self._states, write=write)
        self._viewers.add(viewer)
        return viewer

    def leave(self, viewer: Viewer) -> None:
        self._viewers.discard(viewer)

    def glance(self, version: int, place: Place | None) -> Viewer:
        """A viewer for one poll: it starts from what the page already has, and gets no later updates."""
        return Viewer(self._rows, self._states, version=version, place=place)

    def total(self, run_id: str, stream: str) -> int:
        """Rows of a stream that may be shown."""
        return self._rows.total(run_id, stream)

    def recorded(self, training_id: str, stream: str) -> int:
        """Rows of a training's stream."""
        return self._rows.recorded(training_id, stream)

    def remembers(self, version: int) -> bool:
        """Whether all changes after a version of the states are still known; old deletions are forgotten."""
        return self._states.remembers(version)
