"""The hub: what happens in the lab, as logs that every viewer reads at its own pace.

Contract:
    `append` and the `publish_*` functions put news in; viewers (viewer.py) take them out, each at its own place in the
    same logs. Frames are encoded once and shared by all.

    Rows come through `append` only after they are committed to the store, so what a viewer has seen, a
    restart does not take back. The newest rows of a stream stay in memory (`MEMORY_BYTES` a stream);
    a cursor that is further behind is served from the `History` given at construction.

All of it lives in the event loop's thread; nothing here is locked.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from app.live import frames
from app.live.protocol import wrap
from app.rows import Rows
from engine.events import STREAMS

if TYPE_CHECKING:
    from app.live.viewer import Viewer

#: A stream's newest rows that are kept in memory, in bytes.
MEMORY_BYTES = 1 << 20
#: Runs whose rows are kept in memory; the least recently appended-to go first.
MEMORY_RUNS = 256
#: Deleted runs that connected viewers can still be told of.
DELETED_RUNS = 1000
#: Encoded changes of states that are kept for viewers who stand at the same version.
SHARED_STATES = 32
#: Fewer rows are with a viewer as soon as their overview would be.
OVERVIEW_ROWS = 10_000

#: Viewers take ten thousand frames a second; measuring each would cost more than sending some.
LAG_SAMPLE = 16


class History(Protocol):
    """Rows that are too old for the hub's memory."""

    async def rows(self, run_id: str, stream: str, first: int, until: int, size: int) -> Rows | None:
        """Rows `first` to `until`, `size` bytes at most; None where there is nothing."""
        ...

    async def overview(self, run_id: str, stream: str, until: int, bins: int) -> Rows | None:
        """Two rows for each of at most `bins` bins of the rows before `until`; see `app.rows.Extremes`."""
        ...


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows as they came from a worker, with the frame that all viewers share."""

    first: int
    end: int
    rows: Rows
    frame: bytes
    at: float  # when it came, of the monotonic clock


@dataclass(slots=True)
class StreamLog:
    """The newest chunks of one stream of one run."""

    chunks: deque[Chunk] = field(default_factory=deque)
    size: int = 0

    def append(self, chunk: Chunk) -> None:
        self.chunks.append(chunk)
        self.size += len(chunk.frame)
        while self.size > MEMORY_BYTES and len(self.chunks) > 1:
            self.size -= len(self.chunks.popleft().frame)

    @property
    def first(self) -> int:
        """The oldest row in memory."""
        return self.chunks[0].first

    @property
    def end(self) -> int:
        return self.chunks[-1].end

    def since(self, row: int) -> list[Chunk]:
        """The chunks that hold `row` and what follows."""
        found: list[Chunk] = []
        for chunk in reversed(self.chunks):  # viewers stand near the end
            if chunk.end <= row:
                break
            found.append(chunk)
        found.reverse()
        return found


class Hub:
    """Logs of rows and of run states, and the viewers that read them."""

    def __init__(self, history: History, observe_lag: Callable[[float], None] | None = None) -> None:
        self.history = history
        self._observe_lag = observe_lag or (lambda seconds: None)
        self._taken = 0
        self.viewers: set[Viewer] = set()
        self.closing = False
        self._logs: OrderedDict[str, dict[str, StreamLog]] = OrderedDict()
        self._totals: dict[tuple[str, str], int] = {}
        # The state log: subject → newest text, with the version at which it changed. One entry a
        # subject, so it is as large as the lab, however many changes there were.
        self._version = 0
        self._states: OrderedDict[str, tuple[int, dict[str, Any] | None]] = OrderedDict()
        self._deleted: deque[str] = deque()
        self._forgotten = 0  # the version of the newest deletion that is not among the states any more
        self._messages: dict[int, list[str | bytes]] = {}

    # -- news in ---------------------------------------------------------------------------------

    def append(self, run_id: str, stream: str, rows: Rows) -> None:
        """Committed rows, which follow those that came before."""
        logs = self._logs.setdefault(run_id, {})
        self._logs.move_to_end(run_id)
        log = logs.get(stream)
        if log is None:
            log = logs[stream] = StreamLog()
        frame = frames.encode(run_id, stream, rows)
        chunk = Chunk(rows.first, rows.end, rows, frame, time.monotonic())
        log.append(chunk)
        self._totals[run_id, stream] = log.end
        while len(self._logs) > MEMORY_RUNS:
            self._logs.popitem(last=False)
        if self.viewers:
            shared = wrap(frame)
            for viewer in self.viewers:
                viewer.offer_rows(run_id, stream, chunk, shared)

    def set_total(self, run_id: str, stream: str, rows: int) -> None:
        """Rows that the store holds of a run from before this server started."""
        self._totals[run_id, stream] = rows

    def publish_run(self, view: dict[str, Any]) -> None:
        """A run's state has changed."""
        self._put(f"run:{view['id']}", view)

    def publish_deleted(self, run_id: str) -> None:
        """A run is gone: its rows too, and every viewer is told."""
        self._logs.pop(run_id, None)
        for stream in STREAMS:
            self._totals.pop((run_id, stream), None)
        for viewer in self.viewers:
            viewer.unsubscribe(run_id)
        self._put(f"run:{run_id}", None)
        # Only viewers that have the run need to be told; a new one gets the list as it is.
        self._deleted.append(run_id)
        if len(self._deleted) > DELETED_RUNS:
            self._forgotten, _ = self._states.pop(f"run:{self._deleted.popleft()}", (self._forgotten, None))

    def publish(self, subject: str, message: dict[str, Any]) -> None:
        """Any other state, such as `lab` or `dataset:mnist`; viewers get the newest one."""
        self._put(subject, message)

    def _put(self, subject: str, state: dict[str, Any] | None) -> None:
        before = self._version
        self._version += 1
        self._messages.clear()
        self._states[subject] = (self._version, state)
        self._states.move_to_end(subject)
        if self.viewers:
            shared = b"".join(map(wrap, self.state_messages(before)))
            for viewer in self.viewers:
                viewer.offer_state(before, shared)

    async def close(self, seconds: float) -> None:
        """Let every viewer know that the lab is going, and wait for them to leave, but not for long."""
        self.closing = True
        for viewer in self.viewers:
            viewer.news.set()
        deadline = time.monotonic() + seconds
        while self.viewers and time.monotonic() < deadline:
            await asyncio.sleep(0.01)

    def note_lag(self, at: float) -> None:
        """A viewer takes rows that came at `at`; one in `LAG_SAMPLE` is measured."""
        self._taken += 1
        if not self._taken % LAG_SAMPLE:
            self._observe_lag(time.monotonic() - at)

    # -- news out --------------------------------------------------------------------------------

    def total(self, run_id: str, stream: str) -> int:
        """Rows of a stream that may be shown."""
        return self._totals.get((run_id, stream), 0)

    def is_long(self, run_id: str, stream: str) -> bool:
        """Whether its first rows have left the memory, and it takes a while to send them all."""
        log = self.log(run_id, stream)
        return self.total(run_id, stream) > OVERVIEW_ROWS and (log is None or log.first > 0)

    def log(self, run_id: str, stream: str) -> StreamLog | None:
        return self._logs.get(run_id, {}).get(stream)

    @property
    def version(self) -> int:
        """Counts the changes of state; a viewer that stands at it has seen them all."""
        return self._version

    def remembers(self, version: int) -> bool:
        """Whether all that changed after `version` is among the states: deletions are forgotten at some time."""
        return self._forgotten <= version <= self._version

    def state_messages(self, since: int) -> list[str | bytes]:
        """The newest state of every subject that changed after version `since`, encoded once for all."""
        if since not in self._messages:
            changed: list[tuple[str, dict[str, Any] | None]] = []
            for subject in reversed(self._states):
                at, state = self._states[subject]
                if at <= since:
                    break
                changed.append((subject, state))
            changed.reverse()
            if len(self._messages) >= SHARED_STATES:
                self._messages.pop(next(iter(self._messages)))
            self._messages[since] = _state_messages(changed)
        return self._messages[since]


def _state_messages(states: list[tuple[str, dict[str, Any] | None]]) -> list[str | bytes]:
    runs = [state for subject, state in states if subject.startswith("run:") and state is not None]
    deleted = [subject[4:] for subject, state in states if subject.startswith("run:") and state is None]
    messages: list[str | bytes] = []
    if runs or deleted:
        messages.append(_dump({"type": "runs", "runs": runs, "deleted": deleted}))
    messages += [
        _dump(state) for subject, state in states if not subject.startswith("run:") and state is not None
    ]
    return messages


def _dump(message: dict[str, Any]) -> str:
    return json.dumps(message, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
