"""The worker: one process that trains one run. Imports the engine and the standard library only.

Messages to the server, through one pipe:
    `R` + `ROWS` header + float32 little endian, column after column: rows of a stream
    `J` + JSON: an event, `{"event": "columns" | "paused" | "running" | "finished", ...}`
Messages from the server: JSON commands, `{"command": "pause" | "resume" | "step" | "cancel", ...}`, read at
every flush. When the server is gone, the pipe ends and so does the worker.
"""

from __future__ import annotations

import json
import os
import signal
import struct
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from engine import ConfigError, DatasetError, ExperimentConfig, Trainer

#: Workers fill every core; the server, and a browser beside it, come first, so that the lab stays quick.
NICENESS = 10

#: Rows wait this long at most, as far as whole iterations allow.
FLUSH_SECONDS = 0.03
#: ... or until the buffer is full.
BUFFER_ROWS = 4096

#: stream's position in `STREAMS`, number of the first row, rows, columns
ROWS = struct.Struct("<BQII")
STREAMS = ("train", "evaluation")


def main(connection: Connection, job: dict[str, Any]) -> None:
    """Train `job["config"]` and report; the process's entry point."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in the terminal is for the server
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    try:
        _train(Link(connection), job)
    except (BrokenPipeError, ConnectionResetError, EOFError):
        pass  # the server is gone: nobody is left to train for
    finally:
        connection.close()


def _train(link: Link, job: dict[str, Any]) -> None:
    try:
        trainer = Trainer(
            ExperimentConfig.from_dict(job["config"]),
            data_dir=Path(job["data_dir"]),
            cache_dir=Path(job["cache_dir"]),
        )
    except (ConfigError, DatasetError, MemoryError) as error:
        link.event("finished", status="failed", reason=str(error) or type(error).__name__)
        return
    for stream in STREAMS:
        link.event("columns", stream=stream, columns=list(trainer.columns[stream]))
        link.open(stream, len(trainer.columns[stream]))
    link.finish(_run(link, trainer))


def _run(link: Link, trainer: Trainer) -> dict[str, Any]:
    """Train to the end, obeying commands between iterations; returns how it ended."""
    for events in _iterations(trainer):
        for event in events:
            link.add(event.stream, event.values)
        if not link.serve():
            return {"status": "cancelled", "reason": None}
    if trainer.divergence is not None:
        why = "; ".join(trainer.divergence.reasons)
        return {
            "status": "diverged",
            "reason": f"the loss is not finite at iteration {trainer.divergence.iteration}: {why}",
        }
    return {"status": "completed", "reason": trainer.stop_reason}


def _iterations(trainer: Trainer) -> Iterator[list[Any]]:
    """The trainer's events, one list for each iteration: its row, and its evaluation where one is due."""
    while events := trainer.advance():
        yield events


class Link:
    """The worker's end of the pipe: buffers rows, flushes in time, reads commands."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._buffers: dict[str, _Buffer] = {}
        self._flushed = -FLUSH_SECONDS  # the first row goes out at once
        self._added = time.monotonic()
        self._paused = False
        self._steps = 0

    def open(self, stream: str, columns: int) -> None:
        self._buffers[stream] = _Buffer(STREAMS.index(stream), columns)

    def event(self, event: str, **fields: Any) -> None:
        self._connection.send_bytes(b"J" + json.dumps({"event": event, **fields}, allow_nan=False).encode())

    def finish(self, ending: dict[str, Any]) -> None:
        """Everything that is still buffered, then how the run ended."""
        self._flush()
        self.event("finished", **ending)

    def add(self, stream: str, values: Any) -> None:
        buffer = self._buffers[stream]
        if buffer.full:
            self._flush()
        buffer.add(values)

    def serve(self) -> bool:
        """Flush when due and obey commands; call after each iteration. False: stop training.

        An iteration that takes long must not hold the row before it back, so the flush comes early when
        the next iteration, if it takes as long as this one, would end too late.
        """
        now = time.monotonic()
        iteration_seconds, self._added = now - self._added, now
        if not self._paused and now - self._flushed + iteration_seconds < FLUSH_SECONDS:
            return True
        self._flush()
        self._flushed = now
        if self._paused:
            self._steps -= 1
        while self._connection.poll() or (self._paused and self._steps <= 0):
            command = json.loads(self._connection.recv_bytes())
            if command["command"] == "cancel":
                return False
            self._obey(command)
        if self._paused or iteration_seconds > FLUSH_SECONDS:
            self._added = time.monotonic()  # waiting is not training
        return True

    def _obey(self, command: dict[str, Any]) -> None:
        match command["command"]:
            case "pause":
                self._paused, self._steps = True, 0
                self.event("paused")
            case "step" if self._paused:
                self._steps = max(self._steps, 0) + int(command["iterations"])
            case "resume":
                self._paused = False
                self.event("running")

    def _flush(self) -> None:
        for buffer in self._buffers.values():
            if buffer.rows:
                self._connection.send_bytes(buffer.take())


class _Buffer:
    """Rows of one stream, preallocated: adding one costs a microsecond and no memory."""

    def __init__(self, stream: int, columns: int) -> None:
        self._stream = stream
        self._values = np.empty((BUFFER_ROWS, columns), np.float32)
        self._first = 0
        self.rows = 0

    @property
    def full(self) -> bool:
        return self.rows == BUFFER_ROWS

    def add(self, values: Any) -> None:
        self._values[self.rows] = values
        self.rows += 1

    def take(self) -> bytes:
        """The message with the buffered rows; the buffer is empty afterwards."""
        header = ROWS.pack(self._stream, self._first, self.rows, self._values.shape[1])
        message = b"R" + header + self._values[: self.rows].T.tobytes()
        self._first += self.rows
        self.rows = 0
        return message
