"""The replayer: moments of trainings, replayed in a process of their own, one at a time."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

from app.errors import LabError
from app.jobs import processes, replaying
from app.jobs.processes import Child, Processes
from app.jobs.replay_messages import Answer, Progress, Task, Withdraw, Withdrawn, decode_answer, encode
from app.jobs.replaying import Bounds
from engine.reasons import Reason, reason_of

log = logging.getLogger(__name__)

#: At most this many moments are asked for at the same time; one more is refused.
MAX_QUESTIONS = 32
#: After this time without questions the process ends and frees its memory.
IDLE_SECONDS = 120.0
#: A question may take this much longer than its bound, since an iteration cannot be interrupted.
GRACE_SECONDS = 10.0
#: Memory for the trainers that stay at the last moments, on a machine with enough of it.
CACHE_BYTES = 512 << 20

_DIED = Reason("replay_died", "the process that replays moments ended twice while it worked on this")
_SILENT = Reason("replay_silent", "the process that replays moments did not answer in time")


class ReplayBusy(LabError):
    status = 503
    code = "replay_busy"


class ReplayDied(LabError):
    status = 500
    code = "replay_died"


class Replayer:
    """Starts the process with the first question, and again when it has died. Lives in the event loop."""

    def __init__(
        self,
        socket_dir: Path | None = None,
        *,
        cache_bytes: int = CACHE_BYTES,
        training_bytes: int = 1 << 30,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        """
        Args:
            cache_bytes: what the trainers may take that stay at their moments.
            training_bytes: what the largest one may take alone.
        """
        self._processes = Processes(socket_dir)
        self._bounds = Bounds(cache_bytes, training_bytes)
        self._idle_seconds = idle_seconds
        self._turn = asyncio.Lock()
        self._asked = 0
        self._helper: _Helper | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._closed = False

    async def answer(self, ask: Task, on_progress: Callable[[Progress], None] | None = None) -> Answer:
        """The answer to a question, when its turn has come. If the caller is cancelled, the question is withdrawn.

        Args:
            on_progress: called in the event loop, where the question has a progress.

        Raises:
            ReplayBusy: too many others wait.
            ReplayDied: the process ended twice while it worked on this, or did not answer in time, or cannot be
                started.
        """
        if self._asked >= MAX_QUESTIONS:
            text = f"{self._asked} questions are waiting already; try again in a moment"
            raise ReplayBusy(
                Reason("replay_busy", text, most=MAX_QUESTIONS), bounds={"maximum": MAX_QUESTIONS}
            )
        self._asked += 1
        try:
            async with self._turn:
                return await self._answer(ask, on_progress)
        finally:
            self._asked -= 1

    async def close(self) -> None:
        """End the process, also while it replays."""
        self._closed = True
        if self._idle is not None:
            self._idle.cancel()
        if self._helper is not None:
            await asyncio.to_thread(self._helper.end)
        self._processes.close()

    async def _answer(self, ask: Task, on_progress: Callable[[Progress], None] | None) -> Answer:
        if self._idle is not None:
            self._idle.cancel()
        loop = asyncio.get_running_loop()

        def report(progress: Progress) -> None:
            if on_progress is not None:
                loop.call_soon_threadsafe(on_progress, progress)

        question = _Question(ask, report)
        exchange = asyncio.create_task(asyncio.to_thread(self._exchange, question))
        try:
            return await asyncio.shield(exchange)
        except asyncio.CancelledError:
            question.withdraw()
            await asyncio.wait([exchange])
            raise
        finally:
            self._idle = loop.call_later(self._idle_seconds, self._end_idle)

    def _exchange(self, question: _Question) -> Answer:
        """In a thread: ask, and once more if the process dies."""
        failure = _DIED
        for _ in range(2):
            if self._closed or question.withdrawn:
                break
            if self._helper is None:
                try:
                    self._helper = _Helper(self._processes, self._bounds)
                except OSError as error:
                    text = f"the process that replays moments could not be started: {error}"
                    log.error("%s", text)
                    raise ReplayDied(Reason("replay_not_started", text, why=reason_of(error))) from error
            try:
                return self._helper.answer(question)
            except EOFError:
                failure = _DIED
            except TimeoutError:
                failure = _SILENT
            if not self._closed:
                log.warning("the process that replays moments has died, or does not answer")
            self._helper.end()
            self._helper = None
            if failure is _SILENT:  # it would take as long once more
                break
        if question.withdrawn:
            return Withdrawn()
        if self._closed:
            raise ReplayDied(Reason("lab_restarted", "the lab is restarted"))
        raise ReplayDied(failure)

    def _end_idle(self) -> None:
        helper = self._helper
        if helper is not None and not self._turn.locked():
            self._helper = None
            threading.Thread(target=helper.end, daemon=True).start()


class _Question:
    """A question that may be withdrawn while it is asked."""

    def __init__(self, ask: Task, report: Callable[[Progress], None]) -> None:
        self.ask = ask
        self.report = report
        self.withdrawn = False
        self._lock = threading.Lock()
        self._connection: Connection | None = None

    def send(self, connection: Connection) -> None:
        with self._lock:
            self._connection = connection
            connection.send_bytes(encode(self.ask))
            if self.withdrawn:
                connection.send_bytes(encode(Withdraw()))

    def withdraw(self) -> None:
        with self._lock:
            self.withdrawn = True
            if self._connection is not None:
                with contextlib.suppress(OSError):  # the process has died
                    self._connection.send_bytes(encode(Withdraw()))

    def answered(self) -> None:
        with self._lock:
            self._connection = None


class _Helper:
    """A process that replays, and this end of its pipe."""

    def __init__(self, started: Processes, bounds: Bounds) -> None:
        self._process: Child
        with processes.LOCK:
            self._process, self._connection = started.start(
                replaying.main, bounds, f"lossroom-replay-{secrets.token_hex(2)}"
            )

    def answer(self, question: _Question) -> Answer:
        """Its answer.

        Raises:
            EOFError: the process has ended.
            TimeoutError: it has not answered in the time that the question may take.
        """
        try:
            question.send(self._connection)
            until = time.monotonic() + question.ask.bound_seconds + GRACE_SECONDS
            while self._connection.poll(max(0.0, until - time.monotonic())):
                answer = decode_answer(self._connection.recv_bytes())
                if not isinstance(answer, Progress):
                    return answer
                question.report(answer)
        except OSError as error:
            raise EOFError from error
        finally:
            question.answered()
        raise TimeoutError

    def end(self) -> None:
        with processes.LOCK:
            self._process.kill()
            self._process.join()
        self._connection.close()
