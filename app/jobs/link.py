"""The link: a worker's end of the pipe. Buffers rows, says when it is time to flush, and takes commands."""

from __future__ import annotations

import json
import struct
import sys
import time
from array import array
from collections.abc import Sequence
from multiprocessing.connection import Connection
from typing import Any

from engine.events import STREAMS

#: Rows wait this long at most, as far as whole iterations allow.
FLUSH_SECONDS = 0.05
#: ... or until the buffer is full.
BUFFER_ROWS = 4096

#: stream's position in `STREAMS`, number of the first row, rows, columns
ROWS = struct.Struct("<BQII")


class Link:
    """Rows and events to the server, commands from it. Sending waits while the server is behind."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._buffers: dict[str, _Buffer] = {}
        self._flushed = -FLUSH_SECONDS  # the first row goes out at once
        self._added = time.monotonic()
        self._iteration_seconds = 0.0

    # -- to the server ---------------------------------------------------------------------------

    def open(self, stream: str, columns: Sequence[str], first: int) -> None:
        """Begin a stream whose next row has the number `first`."""
        self._buffers[stream] = _Buffer(STREAMS.index(stream), len(columns), first)
        self.event("columns", stream=stream, columns=list(columns))

    def event(self, event: str, **fields: Any) -> None:
        self._connection.send_bytes(b"J" + json.dumps({"event": event, **fields}, allow_nan=False).encode())

    def finish(self, ending: dict[str, Any]) -> None:
        """Everything that is still buffered, then how the run ended."""
        self.flush()
        self.event("finished", **ending)

    def add(self, stream: str, values: Sequence[float]) -> None:
        """The next row, in the order of the columns."""
        if not self._buffers[stream].add(values):
            self.flush()

    def rows_of(self, stream: str) -> int:
        """Rows of a stream so far, sent or buffered."""
        return self._buffers[stream].end

    def flush(self) -> None:
        for buffer in self._buffers.values():
            message = buffer.take()
            if message is not None:
                self._flushed = time.monotonic()
                self._connection.send_bytes(message)

    # -- time ------------------------------------------------------------------------------------

    def is_due(self, *, at_once: bool) -> bool:
        """Whether to flush now; ask after each iteration.

        An iteration that takes long must not hold the row before it back, so the flush comes early when
        the next iteration, if it takes as long as this one, would end too late.
        """
        now = time.monotonic()
        self._iteration_seconds, self._added = now - self._added, now
        return at_once or now - self._flushed + self._iteration_seconds >= FLUSH_SECONDS

    def resume_clock(self) -> None:
        """After waiting for commands or for the disk: that was not training."""
        self._added = time.monotonic()

    # -- from the server -------------------------------------------------------------------------

    def has_command(self) -> bool:
        return self._connection.poll()

    def command(self) -> dict[str, Any]:
        """The next command; waits for one. `EOFError` when the server is gone."""
        command: dict[str, Any] = json.loads(self._connection.recv_bytes())
        return command


class _Buffer:
    """Rows of one stream, as the float32 that they travel as. The standard library's array takes one in a microsecond;
    NumPy would want rows by the thousand."""

    def __init__(self, stream: int, columns: int, first: int) -> None:
        self._stream = stream
        self._columns = columns
        self._values = array("f")
        self._full = BUFFER_ROWS * columns
        self._first = first

    @property
    def end(self) -> int:
        """The number of the next row."""
        return self._first + len(self._values) // self._columns

    def add(self, values: Sequence[float]) -> bool:
        """Whether there is room for more."""
        self._values.extend(values)
        return len(self._values) < self._full

    def take(self) -> bytes | None:
        """The message with the buffered rows; the buffer is empty afterwards."""
        if not self._values:
            return None
        rows = len(self._values) // self._columns
        header = ROWS.pack(self._stream, self._first, rows, self._columns)
        if sys.byteorder == "big":
            self._values.byteswap()
        message = b"R" + header + self._values.tobytes()
        self._first += rows
        del self._values[:]
        return message
