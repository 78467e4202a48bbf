"""Row logs: the newest rows of each stream in memory, as frames that all viewers share; older ones are in the store."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from app.live import frames
from app.rows import Rows
from engine.events import STREAMS

#: A stream's newest rows that are kept in memory, in bytes.
MEMORY_BYTES = 1 << 20
#: Runs whose rows are kept in memory; the least recently appended-to go first.
MEMORY_RUNS = 256
#: Fewer rows are with a viewer as soon as their overview would be.
OVERVIEW_ROWS = 10_000
#: Viewers take ten thousand frames a second; measuring each would cost more than sending some.
LAG_SAMPLE = 16


class History(Protocol):
    """Rows that are too old for the memory."""

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
        for chunk in reversed(self.chunks):  # most viewers are near the end
            if chunk.end <= row:
                break
            found.append(chunk)
        found.reverse()
        return found


class RowLogs:
    """The logs of all streams, and how many rows each stream has."""

    def __init__(self, history: History, observe_lag: Callable[[float], None] | None = None) -> None:
        """`observe_lag` is given the seconds from a chunk's coming to a viewer's taking it, of some chunks."""
        self.history = history
        self._observe_lag = observe_lag
        self._taken = 0
        self._logs: OrderedDict[str, dict[str, StreamLog]] = OrderedDict()
        self._totals: dict[tuple[str, str], int] = {}

    def append(self, run_id: str, stream: str, rows: Rows) -> Chunk:
        """Committed rows, which follow those that came before."""
        logs = self._logs.setdefault(run_id, {})
        self._logs.move_to_end(run_id)
        log = logs.setdefault(stream, StreamLog())
        chunk = Chunk(rows.first, rows.end, rows, frames.encode(run_id, stream, rows), time.monotonic())
        log.append(chunk)
        self._totals[run_id, stream] = log.end
        while len(self._logs) > MEMORY_RUNS:
            self._logs.popitem(last=False)
        return chunk

    def set_total(self, run_id: str, stream: str, rows: int) -> None:
        """Rows that the store holds of a run from before this server started."""
        self._totals[run_id, stream] = rows

    def remove(self, run_id: str) -> None:
        """Forget a run."""
        self._logs.pop(run_id, None)
        for stream in STREAMS:
            self._totals.pop((run_id, stream), None)

    def total(self, run_id: str, stream: str) -> int:
        """Rows of a stream that may be shown."""
        return self._totals.get((run_id, stream), 0)

    def log(self, run_id: str, stream: str) -> StreamLog | None:
        return self._logs.get(run_id, {}).get(stream)

    def is_long(self, run_id: str, stream: str) -> bool:
        """Whether its first rows have left the memory, and it takes a while to send them all."""
        log = self.log(run_id, stream)
        return self.total(run_id, stream) > OVERVIEW_ROWS and (log is None or log.first > 0)

    def note_lag(self, at: float) -> None:
        """A viewer takes rows that came at `at`; one in `LAG_SAMPLE` is measured."""
        self._taken += 1
        if self._observe_lag is not None and not self._taken % LAG_SAMPLE:
            self._observe_lag(time.monotonic() - at)
