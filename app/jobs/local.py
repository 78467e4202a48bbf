"""The local executor: one process per training, started by `app.jobs.processes` in about 16 ms.

Each training has its own pipe here, and two threads: one takes its messages, the other sends its commands. So a worker
that dies in the middle of a message, or reads nothing for a while, does not stop other trainings. The end of its pipe
shows that it has died.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import threading
import time
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue

import app.errors  # noqa: F401  # declares the reasons
from app import one_thread
from app.jobs import worker
from app.jobs.executor import MAX_COMMANDS, Host, Listener, can_be_dropped
from app.jobs.link import ROWS, VIEW, parts_of
from app.jobs.messages import Command, Finished, Job, Stop, Stopped, decode_event, encode
from app.jobs.processes import LOCK, Child, Entry, Processes
from engine.events import STREAMS
from engine.reasons import Reason, reason_of

log = logging.getLogger(__name__)

#: A killed worker's pipe ends within moments.
KILL_SECONDS = 0.5


class LocalExecutor:
    """Starts, commands and ends worker processes on this machine. See `Executor` for the contract.

    `socket_dir` is where the lab reaches the process that starts workers. `entry` is the worker's function;
    benchmarks hand in one that also takes the time.
    """

    def __init__(self, socket_dir: Path | None = None, *, entry: Entry = worker.main) -> None:
        self._entry = entry
        self._processes = Processes(socket_dir)
        self._lock = threading.Lock()
        self._workers: dict[str, _Worker] = {}
        self._listener: Listener | None = None

    @property
    def places(self) -> None:
        """As many as the settings say."""

    @property
    def hosts(self) -> list[Host]:
        return []

    def open(self, listener: Listener) -> None:
        self._listener = listener
        one_thread()
        self._processes.open()

    def start(self, training_id: str, job: Job) -> None:
        entry = _Worker()
        with self._lock:
            self._workers[training_id] = entry
        entry.thread = threading.Thread(
            target=self._attend, args=(training_id, job, entry), name=f"training-{training_id}", daemon=True
        )
        entry.thread.start()

    def send(self, training_id: str, command: Command) -> None:
        with self._lock:
            entry = self._workers.get(training_id)
        if entry is not None:
            entry.send(command)

    def kill(self, training_id: str) -> None:
        with self._lock:
            entry = self._workers.get(training_id)
        if entry is not None:
            entry.kill()

    def close(self, grace: float) -> None:
        with self._lock:
            workers = list(self._workers.values())
        deadline = time.monotonic() + grace
        for entry in workers:
            entry.send(Stop())
        for entry in workers:
            entry.join(deadline - time.monotonic())
        for entry in workers:
            entry.kill()
        # A thread may still wait for a disk that accepts no writes; the process ends without it.
        deadline = time.monotonic() + KILL_SECONDS
        for entry in workers:
            entry.join(deadline - time.monotonic())
        self._processes.close()

    # -- a training's thread --------------------------------------------------------------------------

    def _attend(self, training_id: str, job: Job, entry: _Worker) -> None:
        """Start the process, pass its messages on until its pipe ends, and report the outcome."""
        assert self._listener is not None
        reason: str | None
        try:
            with LOCK:
                process, connection = self._processes.start(self._entry, job, f"lossroom-{training_id}")
        except OSError as error:
            text = f"the worker process could not be started: {error}"
            reason = Reason("worker_not_started", text, why=reason_of(error))
        else:
            entry.begin(process, connection)
            finished = self._listen(training_id, connection)
            with LOCK:
                process.join()
            reason = None if finished else _why(process.exitcode)
            entry.end()
        with self._lock:
            self._workers.pop(training_id, None)
        self._listener.exited(training_id, reason)

    def _listen(self, training_id: str, connection: Connection) -> bool:
        """Pass messages on until the pipe ends; True if the worker had reported its end."""
        _let_workers_run()
        finished = False
        while True:
            try:
                message = connection.recv_bytes()
            except (EOFError, OSError):
                return finished
            for part in parts_of(message):
                finished = self._pass_on(training_id, part) or finished

    def _pass_on(self, training_id: str, part: bytes) -> bool:
        """Give a part of a message to the listener; True if the worker has ended by what it says."""
        assert self._listener is not None
        if part[:1] == b"R":
            stream, first, _, columns, seconds = ROWS.unpack_from(part, 1)
            data = part[1 + ROWS.size :]
            self._listener.rows(training_id, STREAMS[stream], first, columns, data, seconds)
            return False
        if part[:1] == b"V":
            ticket, seconds = VIEW.unpack_from(part, 1)
            self._listener.view(training_id, ticket, seconds, part[1 + VIEW.size :])
            return False
        event = decode_event(part[1:])
        self._listener.event(training_id, event)
        return isinstance(event, Finished | Stopped)


class _Worker:
    """A started training: its process and pipe, once they exist, and the commands that were not sent yet.

    A pipe takes some hundred commands while the worker reads none; then whoever sends one more has to wait. So they are
    sent by a thread of their own.
    """

    def __init__(self) -> None:
        self.thread: threading.Thread | None = None
        self._commands: SimpleQueue[bytes | None] = SimpleQueue()  # None: the worker has ended
        self._lock = threading.Lock()  # never held while a command is sent
        self._process: Child | None = None
        self._killed = False
        self._ended = False

    def join(self, seconds: float) -> None:
        """Wait until all messages of the worker are passed on."""
        if self.thread is not None:
            self.thread.join(max(0.0, seconds))

    def begin(self, process: Child, connection: Connection) -> None:
        """Its process runs: send the commands that wait, and those that come."""
        with self._lock:
            self._process = process
            if self._killed:
                process.kill()
        threading.Thread(target=self._send_all, args=(connection,), daemon=True).start()

    def send(self, command: Command) -> None:
        if can_be_dropped(command) and self._commands.qsize() >= MAX_COMMANDS:
            log.warning("a question is dropped: %d commands wait for their worker", MAX_COMMANDS)
        else:
            self._commands.put(encode(command))

    def _send_all(self, connection: Connection) -> None:
        with connection:
            while (command := self._commands.get()) is not None:
                # A dead worker's pipe is broken; the training's thread is about to report that.
                with contextlib.suppress(OSError):
                    connection.send_bytes(command)

    def kill(self) -> None:
        with self._lock:
            self._killed = True
            if self._process is not None and not self._ended:
                self._process.kill()

    def end(self) -> None:
        """Its process has ended, and all of its messages are passed on."""
        with self._lock:
            self._ended = True
        self._commands.put(None)


def _let_workers_run() -> None:
    """Keep this thread from interrupting the worker that wakes it by a write: Linux would give it that worker's core
    immediately, and a flush would take the worker three times as long."""
    if hasattr(os, "sched_setscheduler"):
        with contextlib.suppress(OSError):  # where a container forbids it
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def _why(exitcode: int | None) -> Reason:
    """An exit code in words."""
    if exitcode is not None and exitcode < 0:
        try:
            name = signal.Signals(-exitcode).name
        except ValueError:
            name = f"signal {-exitcode}"
        killed = "the worker process was killed ({})".format
        if name == "SIGKILL":
            return Reason(
                "worker_killed_hard", killed(f"{name}: the machine may be out of memory"), signal=name
            )
        return Reason("worker_killed", killed(name), signal=name)
    text = f"the worker process ended unexpectedly (exit status {exitcode})"
    return Reason("worker_exit", text, status=exitcode)
