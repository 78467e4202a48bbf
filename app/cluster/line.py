"""The line: the server's connection to the relay in Dask's scheduler, which it opens again whenever it breaks."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from distributed import Client, Security
from distributed.comm.core import connect

from app.cluster.attending import Attending
from app.cluster.messages import BEAT_SECONDS, SERVE, SILENCE_SECONDS, Message
from app.cluster.relay import Relay

if TYPE_CHECKING:
    from distributed.comm.core import Comm

log = logging.getLogger(__name__)

#: The wait before a connection that has failed is tried again.
RETRY_SECONDS = 0.5
#: The longest time that an attempt to connect may take.
CONNECT_SECONDS = 5.0


class Line:
    """Lives in a thread with an event loop of its own. Its callbacks are called there, and must not wait.

    Args:
        address: of Dask's scheduler, such as `tcp://10.0.0.2:8786`.
        lab: names the lab whose trainings these are.
        on_message: gets what the relay sends.
        on_beat: called with True every second while the line is open, and with False while there is no answer from the
            relay, and after each attempt that failed or connection that ended.
    """

    def __init__(
        self,
        address: str,
        security: Security,
        lab: str,
        on_message: Callable[[Message], None],
        on_beat: Callable[[bool], None],
    ) -> None:
        self._address = address
        self._security = security
        self._lab = lab
        self._on_message = on_message
        self._on_beat = on_beat
        self._waiting: list[Message] = []
        self._has_messages = asyncio.Event()
        self._is_open = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run, name="cluster", daemon=True)
        self._task: asyncio.Task[None] | None = None
        self._fault = ""

    def open(self) -> None:
        self._thread.start()

    def close(self, seconds: float) -> None:
        """Close the connection. Messages that were posted just before may be lost: workers give up by themselves."""
        if self._loop is not None and self._task is not None:
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(seconds)

    def post(self, message: Message) -> None:
        """Send a message to the relay; from any thread. While the line is not open it is dropped: what must arrive is
        sent again when it is open."""
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # closed
                self._loop.call_soon_threadsafe(self._post, message)

    def _post(self, message: Message) -> None:
        if self._is_open:
            self._waiting.append(message)
            self._has_messages.set()

    # -- in its thread ---------------------------------------------------------------------------

    def _run(self) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            asyncio.run(self._main())

    async def _main(self) -> None:
        self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        while True:
            try:
                await self._talk()
            except (OSError, RuntimeError) as error:
                self._note(str(error) or type(error).__name__)
            except Exception:
                log.exception("the connection to the cluster failed")
            self._on_beat(False)
            await asyncio.sleep(RETRY_SECONDS)

    def _note(self, fault: str) -> None:
        """Log why there is no connection, once for each reason."""
        if fault != self._fault:
            log.warning("no connection to the cluster at %s: %s", self._address, fault)
            self._fault = fault

    async def _talk(self) -> None:
        """Connect, and pass messages on until the connection ends or falls silent."""
        await asyncio.wait_for(self._install(), CONNECT_SECONDS * 2)
        arguments = self._security.get_connection_args("client")
        comm = await connect(self._address, timeout=CONNECT_SECONDS, **arguments)
        try:
            await comm.write({"op": SERVE, "reply": False, "lab": self._lab})
            self._heard = time.monotonic()
            async with asyncio.TaskGroup() as group:
                group.create_task(self._write(comm))
                group.create_task(self._beat(comm))
                await self._read(comm)
        except BaseExceptionGroup as errors:
            raise errors.exceptions[0] from None
        finally:
            self._is_open = False
            self._waiting.clear()
            comm.abort()

    async def _install(self) -> None:
        """Give the scheduler and all workers their plugins, if they have none yet."""
        async with Client(
            self._address,
            security=self._security,
            asynchronous=True,
            set_as_default=False,
            timeout=CONNECT_SECONDS,
        ) as client:
            await client.register_plugin(Relay())
            await client.register_plugin(Attending())

    async def _read(self, comm: Comm) -> None:
        while True:
            for message in await comm.read():
                self._heard = time.monotonic()
                if message["kind"] == "refused":
                    raise ConnectionRefusedError(f"the lab {message['lab']} uses it")
                if message["kind"] == "workers" and not self._is_open:
                    log.info("connected to the cluster at %s", self._address)
                    self._is_open, self._fault = True, ""
                self._on_message(message)

    async def _write(self, comm: Comm) -> None:
        while True:
            await self._has_messages.wait()
            self._has_messages.clear()
            messages, self._waiting = self._waiting, []
            if messages:
                await comm.write(messages)

    async def _beat(self, comm: Comm) -> None:
        while True:
            self._post({"kind": "alive"})
            self._on_beat(self._is_open)
            await asyncio.sleep(BEAT_SECONDS)
            if time.monotonic() - self._heard > SILENCE_SECONDS:
                raise TimeoutError(f"it has not answered for {SILENCE_SECONDS:.0f} s")
