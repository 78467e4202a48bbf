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
#: Trainings whose rows are kept in memory; the least recently appended-to go first.
MEMORY_TRAININGS = 256
#: Fewer rows are with a viewer as soon as their overview would be.
OVERVIEW_ROWS = 10_000
#: About the size of a frame's header.
HEADER_BYTES = 256
#: Viewers take ten thousand frames a second; measuring each would cost more than sending some.
LAG_SAMPLE = 16


class History(Protocol):
    """Rows that are too old for the memory."""

    async def rows(self, training_id: str, stream: str, first: int, until: int, size: int) -> Rows | None:
        """Rows `first` to `until`, `size` bytes at most; None where there is nothing."""
        ...

    async def overview(self, training_id: str, stream: str, until: int, bins: int) -> Rows | None:
        """Two rows for each of at most `bins` bins of the rows before `until`; see `app.rows.Extremes`."""
        ...


class Chunk:
    """Rows as they came from a worker. The frame that all viewers share is made when the first of them needs it.

    Attributes:
        first, end: the numbers of the first row, and of the one after the last.
        at: when it came, of the monotonic clock.
    """

    __slots__ = ("_frame", "_run_id", "_stream", "at", "end", "first", "rows")

    def __init__(self, run_id: str, stream: str, rows: Rows) -> None:
        """`run_id`: the run whose frame is kept; the frames of the training's other runs are made from it."""
        self.rows = rows
        self.first = rows.first
        self.end = rows.end
        self.at = time.monotonic()
        self._run_id = run_id
        self._stream = stream
        self._frame: bytes | None = None

    @property
    def size(self) -> int:
        """About the bytes of a frame."""
        return HEADER_BYTES + self.rows.values.nbytes

    def frame(self, run_id: str) -> bytes:
        """The frame for one of the runs that show the training."""
        if self._frame is None:
            self._frame = frames.encode(self._run_id, self._stream, self.rows)
        return self._frame if run_id == self._run_id else frames.readdressed(self._frame, run_id)


@dataclass(slots=True)
class StreamLog:
    """The newest chunks of one stream of one training."""

    chunks: deque[Chunk] = field(default_factory=deque)
    size: int = 0

    def append(self, chunk: Chunk) -> None:
        self.chunks.append(chunk)
        self.size += chunk.size
        while self.size > MEMORY_BYTES and len(self.chunks) > 1:
            self.size -= self.chunks.popleft().size

    @property
    def first(self) -> int:
        """The oldest row in memory."""
        return self.chunks[0].first

    @property
    def end(self) -> int:
        return self.chunks[-1].end

    def since(self, row: int) -> list[Chunk]:
        """The chunks that hold `row` and what follows."""
        chunks: list[Chunk] = []
        for chunk in reversed(self.chunks):  # most viewers are near the end
            if chunk.end <= row:
                break
            chunks.append(chunk)
        chunks.reverse()
        return chunks


class RowLogs:
    """The logs of all streams, and how many rows each stream has. They are written by training and read by run, as
    several runs may show one training."""

    def __init__(self, history: History, observe_lag: Callable[[float], None] | None = None) -> None:
        """`observe_lag` is given the seconds from a chunk's coming to a viewer's taking it, of some chunks."""
        self._history = history
        self._observe_lag = observe_lag
        self._taken = 0
        self._logs: OrderedDict[str, dict[str, StreamLog]] = OrderedDict()
        self._totals: dict[tuple[str, str], int] = {}
        self._trainings: dict[str, str] = {}  # run → training
        self._runs: dict[str, dict[str, None]] = {}  # training → its runs, in the order of their coming
        self._origins: dict[str, str] = {}  # new training → the one whose rows are being copied for it

    # -- writing ---------------------------------------------------------------------------------

    def show(self, run_id: str, training_id: str) -> None:
        """A run shows a training from now on, and no other."""
        if self._trainings.get(run_id) == training_id:
            return
        self.remove(run_id)
        self._trainings[run_id] = training_id
        self._runs.setdefault(training_id, {})[run_id] = None

    def remove(self, run_id: str) -> None:
        """Forget a run, and with the last one of a training its rows."""
        training_id = self._trainings.pop(run_id, None)
        if training_id is None:
            return
        runs = self._runs[training_id]
        del runs[run_id]
        if runs:
            return
        del self._runs[training_id]
        self._logs.pop(training_id, None)
        self._origins.pop(training_id, None)
        for stream in STREAMS:
            self._totals.pop((training_id, stream), None)

    def separate(self, run_id: str, training_id: str) -> None:
        """From now on a run shows a new training, which begins with the rows that may be shown of the run now. Until
        `stored` is called, those that have left the memory are read from the training that it showed before."""
        origin = self._trainings[run_id]
        if origin in self._logs:
            self._logs[training_id] = {
                stream: StreamLog(log.chunks.copy(), log.size) for stream, log in self._logs[origin].items()
            }
        for stream in STREAMS:
            self._totals[training_id, stream] = self.recorded(origin, stream)
        self._origins[training_id] = origin
        self.show(run_id, training_id)

    def stored(self, training_id: str) -> None:
        """The rows with which a new training began are in the history."""
        self._origins.pop(training_id, None)

    def append(self, training_id: str, stream: str, rows: Rows) -> Chunk:
        """Committed rows of a training that some run shows; they follow those that came before."""
        logs = self._logs.setdefault(training_id, {})
        self._logs.move_to_end(training_id)
        log = logs.setdefault(stream, StreamLog())
        chunk = Chunk(self.runs(training_id)[0], stream, rows)
        log.append(chunk)
        self._totals[training_id, stream] = log.end
        while len(self._logs) > MEMORY_TRAININGS:
            self._logs.popitem(last=False)
        return chunk

    def set_total(self, training_id: str, stream: str, rows: int) -> None:
        """Rows that the store holds of a training from before this server started."""
        self._totals[training_id, stream] = rows

    # -- reading ---------------------------------------------------------------------------------

    def runs(self, training_id: str) -> list[str]:
        """The runs that show a training."""
        return list(self._runs.get(training_id, ()))

    def recorded(self, training_id: str, stream: str) -> int:
        """Rows of a training's stream."""
        return self._totals.get((training_id, stream), 0)

    def total(self, run_id: str, stream: str) -> int:
        """Rows of a stream that may be shown."""
        return self.recorded(self._trainings.get(run_id, ""), stream)

    def log(self, run_id: str, stream: str) -> StreamLog | None:
        return self._logs.get(self._trainings.get(run_id, ""), {}).get(stream)

    def is_long(self, run_id: str, stream: str) -> bool:
        """Whether its first rows have left the memory, and it takes a while to send them all."""
        log = self.log(run_id, stream)
        return self.total(run_id, stream) > OVERVIEW_ROWS and (log is None or log.first > 0)

    async def from_history(self, run_id: str, stream: str, first: int, until: int, size: int) -> Rows | None:
        """Rows `first` to `until` from the history, `size` bytes at most; None where there is nothing."""
        return await self._history.rows(self._read_from(run_id), stream, first, until, size)

    async def overview(self, run_id: str, stream: str, bins: int) -> tuple[Rows | None, int]:
        """The overview of all rows that may be shown, in at most `bins` bins, and of how many rows it is."""
        total = self.total(run_id, stream)
        return await self._history.overview(self._read_from(run_id), stream, total, bins), total

    def _read_from(self, run_id: str) -> str:
        """The training whose rows the history has."""
        training_id = self._trainings.get(run_id, "")
        return self._origins.get(training_id, training_id)

    def note_lag(self, at: float) -> None:
        """A viewer takes rows that came at `at`; one in `LAG_SAMPLE` is measured."""
        self._taken += 1
        if self._observe_lag is not None and not self._taken % LAG_SAMPLE:
            self._observe_lag(time.monotonic() - at)
