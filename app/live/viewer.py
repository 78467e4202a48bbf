"""A viewer: one tab's cursors in the hub's logs, and the messages that are due to it.

A viewer has no queue that could grow, only cursors: a slow one costs the server a few integers and delays no other
viewer. A viewer that is far behind gets an overview first if it asks for one: as many points as a chart has room for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from app.live import frames
from app.live.row_logs import Chunk, RowLogs, StreamLog
from app.live.states import START, Place, States
from app.live.view_frames import Key
from app.people.person import Person
from app.rows import Rows, join
from engine.events import STREAMS

#: The largest size of a catch-up frame: it bounds what one `send` holds, and leaves room for other traffic.
CATCH_UP_BYTES = 256 * 1024
#: Up to this many pending chunks are sent as the frames that all viewers share; more are merged into one frame.
SHARED_CHUNKS = 8
#: Once a round has this many bytes, the rest waits for the next round: a page may show two thousand long runs.
ROUND_BYTES = 1 << 20
#: The cursor of a stream whose rows cannot be read: no row is ever due.
UNREADABLE = 2**63


class Viewer:
    """One tab's cursors. `next_messages` gives what is due, in order, at most one catch-up frame a stream.

    `news` is set when there may be something new: clear it, call `next_messages`, and `wait` if there was nothing. For
    a viewer that waits and has all older rows, the hub writes new rows directly. One that is `dismissed` must go.
    """

    def __init__(
        self,
        rows: RowLogs,
        lanes: tuple[States, ...],
        person: Person,
        *,
        write: Callable[[bytes], bool] | None = None,
        watchers: dict[str, set[Viewer]] | None = None,
        version: int = 0,
        place: Place | None = START,
    ) -> None:
        """
        Args:
            lanes: the logs of states that the person may read.
            write: writes a frame to the wire as it is, and returns whether it could (`app.live.protocol`); None if the
                connection cannot do this.
            watchers: run → the viewers that show it; this one adds itself. None: nothing is written directly.
            version: of the states that the viewer has seen already.
            place: where the list of runs continues; None: the viewer has the whole list.
        """
        self.news = asyncio.Event()
        self.dismissed = False
        self._waits = False
        self._rows = rows
        self.lanes = lanes
        self._has_one_lane = len(lanes) == 1
        self.person = person
        self._write = write
        self._watchers = {} if watchers is None else watchers
        self._version = version
        self._place = place
        self._cursors: dict[str, dict[str, int]] = {}
        #: the newest views that are due, each in place of an older one that was not sent
        self._views: dict[Key, str | bytes] = {}
        #: (run, stream) → bins, of overviews that are due
        self._overviews: dict[tuple[str, str], int] = {}

    def subscribe(self, run_id: str, cursors: dict[str, int], overview: int = 0) -> None:
        """Show a run from the rows that the viewer has; a cursor beyond the end waits for its row.

        With `overview` bins, a long stream of which the viewer has nothing begins with its overview. A run that the
        person may not see is not shown.
        """
        self.unsubscribe(run_id)
        if not self.may_see(run_id):
            return
        self._cursors[run_id] = {stream: cursors.get(stream, 0) for stream in STREAMS}
        self._watchers.setdefault(run_id, set()).add(self)
        for stream, cursor in self._cursors[run_id].items():
            if overview and not cursor and self._rows.is_long(run_id, stream):
                self._overviews[run_id, stream] = overview
        self.news.set()

    def may_see(self, run_id: str) -> bool:
        return self.person.is_teacher or any(lane.has_run(run_id) for lane in self.lanes)

    def shows(self, run_id: str) -> bool:
        return run_id in self._cursors

    def unsubscribe(self, run_id: str) -> None:
        if self._cursors.pop(run_id, None) is None:
            return
        others = self._watchers[run_id]
        others.discard(self)
        if not others:
            del self._watchers[run_id]
        for stream in STREAMS:
            self._overviews.pop((run_id, stream), None)

    def leave(self) -> None:
        """Show no run any more."""
        for run_id in list(self._cursors):
            self.unsubscribe(run_id)

    async def wait(self) -> None:
        """Wait until something is due."""
        self._waits = True
        try:
            await self.news.wait()
        finally:
            self._waits = False

    def offer_rows(self, run_id: str, stream: str, chunk: Chunk, shared: bytes) -> None:
        """The newest chunk of a stream of a run that it shows, and its frame on the wire. Hundreds of viewers come by
        here twenty times a second."""
        cursors = self._cursors[run_id]
        if cursors[stream] == chunk.first and self._take(shared):
            cursors[stream] = chunk.end
            self._rows.note_lag(chunk.at)
        else:
            self.news.set()

    def offer_state(self, lane: States, before: int, shared: bytes) -> None:
        """The newest change in a lane, the one that follows version `before` there, as it is on the wire."""
        is_next = self._version >= before and (self._has_one_lane or self._is_next(lane, before))
        if is_next and self._take(shared):
            self._version = lane.version
        else:
            self.news.set()

    def offer_view(self, key: Key, frame: str | bytes, shared: bytes) -> None:
        """The newest view of those that it watches, as a message and as it is on the wire. A viewer that is slow misses
        the older ones."""
        self._views.pop(key, None)
        if not self._take(shared):
            self._views[key] = frame
            self.news.set()

    def forget_view(self, key: Key) -> None:
        """It does not watch this view any more."""
        self._views.pop(key, None)

    def _is_next(self, lane: States, before: int) -> bool:
        """Whether a viewer of several lanes lacks nothing in the others, and gets from this one what all get."""
        seen = self._version
        for other in self.lanes:  # hundreds of viewers come by here some times a second
            if other.version > seen and other is not lane:
                return False
        return not lane.keeps(self.person.id, before)

    def _take(self, shared: bytes) -> bool:
        """Write the shared message directly, if this viewer lacks nothing else."""
        return self._write is not None and self._waits and not self.news.is_set() and self._write(shared)

    @property
    def subscriptions(self) -> int:
        return len(self._cursors)

    @property
    def version(self) -> int:
        """The version of the states that it has seen."""
        return self._version

    @property
    def place(self) -> Place | None:
        """Where the list of runs continues; None: the viewer has all of it."""
        return self._place

    async def next_messages(self) -> list[str | bytes]:
        """What this viewer has not seen yet; empty when it is up to date.

        Rows come before states, so a run becomes completed for the viewer only after its last row went out.
        """
        if self._overviews and self._place != START:  # the list of runs comes first
            return await self._overview()
        version = max(self._version, *(lane.version for lane in self.lanes))
        states, place = self._due_states()
        messages: list[str | bytes] = []
        behind = False
        size = 0
        for run_id in list(self._cursors):
            if size >= ROUND_BYTES:
                behind = True
                break
            for stream in STREAMS:
                cursors = self._cursors.get(run_id)
                if cursors is None:  # unsubscribed while another stream was read
                    break
                cursor, total = cursors[stream], self._rows.total(run_id, stream)
                if cursor >= total:
                    continue
                log = self._rows.log(run_id, stream)
                if log is not None and cursor >= log.first:
                    due = self._from_memory(run_id, stream, log)
                    behind = behind or cursors[stream] < total
                else:
                    until = log.first if log else total
                    due, more = await self._from_history(run_id, stream, cursor, until)
                    behind = behind or more
                messages += due
                size += sum(map(len, due))
        # A viewer that is catching up hears of states with the last of the rows that came before them, unless it has
        # not seen them all yet: the list of runs must not wait for a long history.
        if states and (not behind or self._place is not None):
            self._version = version
            self._place = place
            messages += states
        messages += self._views.values()
        self._views.clear()
        return messages

    def _due_states(self) -> tuple[list[str | bytes], Place | None]:
        """What has changed, then the next part of the list of runs; and where the list goes on then."""
        if self._place is None:
            return self._changes(), None
        if self._place == START:
            changed = [message for lane in self.lanes for message in lane.others()]
        else:
            changed = self._changes()
        index = self._place.lane
        part, place = self.lanes[index].part(self._place)
        if place is None and index + 1 < len(self.lanes):
            place = replace(START, lane=index + 1)
        return [*changed, part], place

    def _changes(self) -> list[str | bytes]:
        reader, since = self.person.id, self._version
        return [message for lane in self.lanes for message in lane.changes(since, reader)]

    async def _overview(self) -> list[str | bytes]:
        """The next overview that is due: one at a time, so that each is seen as soon as it is made."""
        (run_id, stream), bins = next(iter(self._overviews.items()))
        overview, total = await self._rows.overview(run_id, stream, bins)
        if self._overviews.pop((run_id, stream), None) is None or overview is None:
            return await self.next_messages()  # unsubscribed or deleted in the meantime
        return [frames.encode(run_id, stream, overview, overview=total)]

    def _from_memory(self, run_id: str, stream: str, log: StreamLog) -> list[bytes]:
        """Frames of one stream from the cursor on."""
        cursors = self._cursors[run_id]
        cursor = cursors[stream]
        chunks = log.since(cursor)
        if chunks[0].first == cursor and len(chunks) <= SHARED_CHUNKS:
            cursors[stream] = chunks[-1].end
            self._rows.note_lag(chunks[-1].at)
            return [chunk.frame(run_id) for chunk in chunks]
        return self._catch_up(run_id, stream, join([chunk.rows for chunk in chunks]))

    def _catch_up(self, run_id: str, stream: str, rows: Rows) -> list[bytes]:
        """One frame of what follows the cursor, as much as a frame may hold."""
        cursors = self._cursors[run_id]
        rows = rows.since(cursors[stream], _rows_at_most(len(rows.columns)))
        cursors[stream] = rows.end
        return [frames.encode(run_id, stream, rows)] if rows.count else []

    async def _from_history(
        self, run_id: str, stream: str, cursor: int, until: int
    ) -> tuple[list[bytes], bool]:
        rows = await self._rows.from_history(run_id, stream, cursor, until, CATCH_UP_BYTES)
        cursors = self._cursors.get(run_id)
        if cursors is None or cursors[stream] != cursor:
            return [], False  # deleted, unsubscribed or subscribed again in the meantime
        if rows is None:
            cursors[stream] = UNREADABLE
            return [], False
        due = self._catch_up(run_id, stream, rows)
        return due, bool(due) and cursors[stream] < self._rows.total(run_id, stream)


def _rows_at_most(columns: int) -> int:
    return max(1, CATCH_UP_BYTES // (4 * columns))
