"""The link: a worker's end of the pipe. Buffers rows, says when it is time to flush, and takes commands.

What is due at the same time travels as one message: each message costs the server about half a millisecond, whatever
is in it. A message is one part or several, each with its length before it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from itertools import starmap
from multiprocessing.connection import Connection
from time import monotonic

import numpy as np

from app.jobs.messages import Command, Event, StreamOpened, decode_command, encode
from engine.events import STREAMS

#: A row waits at most this long, unless an iteration takes longer. The shortest iterations give a few thousand rows in
#: this time.
FLUSH_SECONDS = 0.05
#: The same for rows of a training that no viewer shows.
UNWATCHED_SECONDS = 0.25

#: stream's position in `STREAMS`, number of the first row, rows, columns, seconds of training up to the last row
ROWS = struct.Struct("<BQIId")
#: ticket of a view, and how many seconds it took
VIEW = struct.Struct("<Id")
_LENGTH = struct.Struct("<I")


class Link:
    """Rows and events to the server, commands from it. Sending waits while the server is behind.

    It is also the training's stopwatch. The time between two rows counts, except for the time just before a call of
    `resume_clock`: that was spent waiting for commands, the server or the disk.

    Attributes:
        is_watched: whether a viewer shows the training.
    """

    def __init__(self, connection: Connection, *, seconds: float = 0.0) -> None:
        """`seconds`: training time measured by earlier workers."""
        self.is_watched = True
        self._connection = connection
        self._seconds = seconds
        self._buffers: dict[str, _Buffer] = {}
        #: parts that are sent after the buffered rows
        self._noted: list[bytes] = []
        #: each stream's buffered rows
        self._rows: dict[str, list[Sequence[float]]] = {}
        #: when the last row was added, when it is time to flush (at once for the first row), and when rows were sent
        self._added = self._due = self._sent = monotonic()
        #: training since this moment is not yet in `_seconds`
        self._counted = self._added

    # -- to the server ---------------------------------------------------------------------------

    def open(self, stream: str, columns: Sequence[str], first: int) -> None:
        """Begin a stream whose next row has the number `first`."""
        buffer = _Buffer(STREAMS.index(stream), len(columns), first)
        self._buffers[stream], self._rows[stream] = buffer, buffer.rows
        self.report(StreamOpened(stream, list(columns)))

    def note(self, event: Event) -> None:
        """Send an event with what is flushed next, after all rows."""
        self._noted.append(b"J" + encode(event))

    def report(self, event: Event) -> None:
        """Send an event now, after all rows."""
        self.note(event)
        self.flush()

    def show(self, ticket: int, seconds: float, view: bytes) -> None:
        """Send a view that was asked for, and how many seconds it took."""
        self._noted.append(b"V" + VIEW.pack(ticket, seconds) + view)
        self.flush()

    def add(self, stream: str, values: Sequence[float]) -> bool:
        """Buffer the next row, in the order of the columns, and return whether to flush now. The row is not copied: do
        not change it afterwards.

        A long iteration must not delay the row before it, so the flush comes early if another iteration as long as this
        one would end too late. This is called at every iteration while the caches are full of
        training's data: each name that is looked up costs a tenth of a microsecond, and a separate call that asks the
        clock a whole one.
        """
        self._rows[stream].append(values)
        before, self._added = self._added, (now := monotonic())
        return now + (now - before) >= self._due

    def rows_of(self, stream: str) -> int:
        """Rows of a stream so far, sent or buffered."""
        return self._buffers[stream].end

    def flush(self) -> None:
        """Send the buffered rows and what was noted."""
        self.stop_clock()
        parts = [
            part for buffer in self._buffers.values() if (part := buffer.take(self._seconds)) is not None
        ]
        if parts:
            self._sent = monotonic()
            self._due = self._sent + FLUSH_SECONDS
        parts += self._noted
        self._noted.clear()
        if parts:
            self._connection.send_bytes(join(parts))

    def flush_if_due(self) -> None:
        """Flush, unless no viewer shows the training and its rows have waited for less than `UNWATCHED_SECONDS`. Then
        `add` asks for a flush again after `FLUSH_SECONDS`."""
        now = monotonic()
        if self.is_watched or now + FLUSH_SECONDS > self._sent + UNWATCHED_SECONDS:
            self.flush()
        else:
            self.stop_clock()
            self._due = now + FLUSH_SECONDS

    def stop_clock(self) -> None:
        """The time from the last row to the next `resume_clock` does not count."""
        self._seconds += self._added - self._counted
        self._counted = self._added

    def resume_clock(self) -> None:
        """Training starts or continues after waiting: the time since the last row or flush does not count."""
        self._added = self._counted = monotonic()

    # -- from the server -------------------------------------------------------------------------

    def has_command(self) -> bool:
        return self._connection.poll()

    def command(self) -> Command:
        """The next command; waits for one. `EOFError` when the server is gone."""
        return decode_command(self._connection.recv_bytes())


def join(parts: Sequence[bytes]) -> bytes:
    """A message of these parts."""
    return b"".join(piece for part in parts for piece in (_LENGTH.pack(len(part)), part))


def parts_of(message: bytes) -> Iterator[bytes]:
    """The parts of a message, in order."""
    offset = 0
    while offset < len(message):
        (length,) = _LENGTH.unpack_from(message, offset)
        offset += _LENGTH.size + length
        yield message[offset - length : offset]


class _Buffer:
    """Rows of one stream, buffered as they come. They are encoded together when flushed, so the training loop waits for
    little more than an append."""

    def __init__(self, stream: int, columns: int, first: int) -> None:
        self._stream = stream
        self._columns = columns
        self._first = first
        self._pack = struct.Struct(f"<{columns}f").pack
        self.rows: list[Sequence[float]] = []

    @property
    def end(self) -> int:
        """The number of the next row."""
        return self._first + len(self.rows)

    def take(self, seconds: float) -> bytes | None:
        """The part with the buffered rows; the buffer is empty afterwards. None if there is no row."""
        rows = len(self.rows)
        if not rows:
            return None
        header = ROWS.pack(self._stream, self._first, rows, self._columns, seconds)
        try:
            values = b"".join(starmap(self._pack, self.rows))
        except OverflowError:  # beyond float32, on the way to a divergence
            with np.errstate(over="ignore"):
                values = np.array(self.rows, "<f4").tobytes()
        self._first += rows
        self.rows.clear()
        return b"R" + header + values
