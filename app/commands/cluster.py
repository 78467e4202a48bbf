"""lossroom cluster: Dask's scheduler and workers with what the lab needs in them, and certificates for them.

Dask's own commands (`dask scheduler`, `dask worker`) can be used instead: then the lab installs what it needs when it
connects, and the scheduler must reach the workers. With the commands here, only the scheduler's port must be reachable.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from app.cluster.opening import security_of
from app.mistake import Mistake

import dask  # isort: skip  # after app.cluster.opening, which says how to install it
from distributed import Scheduler, Security, Worker  # isort: skip
from distributed.protocol.pickle import dumps  # isort: skip

from app.cluster.attending import FOLDER, Attending
from app.cluster.relay import Relay
from app.commands.terminal import complain

#: Dask measures itself all the time for its own pages, which are not used here: a worker looks 100 times a second at
#: what it computes, and 50 times a second whether its event loop is late. That took 2.7 % of a core; with these
#: settings it takes 0.3 %.
QUIET = {
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "500ms",
    "distributed.admin.system-monitor.interval": "5s",
}
#: The time after which a worker that has lost its scheduler tries to connect again.
RETRY_SECONDS = 1.0
#: Dask's own pages are for this machine only, on any free port.
NO_PAGES = "127.0.0.1:0"


def run_scheduler(host: str | None, port: int, certs: Path | None) -> int:
    """Run Dask's scheduler until Ctrl-C or SIGTERM; returns the exit status 0."""
    return _run(_scheduler(host, port, certs))


def run_worker(
    address: str, slots: int, name: str | None, certs: Path | None, folder: Path | None = None
) -> int:
    """Train on this machine, for the lab that uses the scheduler, until Ctrl-C or SIGTERM; returns the exit status 0.

    Args:
        folder: keeps copies of data sets; None: the lab's folders are used where this machine has them.
    """
    if slots < 1:
        raise Mistake(f"--slots must be 1 or more, not {slots}")
    if "://" not in address:
        address = f"{'tls' if certs else 'tcp'}://{address}"
    with dask.config.set({FOLDER: str(folder)} if folder else {}):
        return _run(_worker(address, slots, name, certs))


async def _scheduler(host: str | None, port: int, certs: Path | None) -> None:
    protocol = "tls" if certs else "tcp"
    try:
        scheduler = await Scheduler(
            host=host,
            port=port,
            protocol=protocol,
            security=_security(certs),
            dashboard=False,
            dashboard_address=NO_PAGES,
        )
    except (OSError, RuntimeError) as error:  # Dask raises a RuntimeError with the error as its cause
        raise Mistake(f"the scheduler cannot listen on port {port}: {error.__cause__ or error}") from None
    async with scheduler:
        await scheduler.register_scheduler_plugin(plugin=Relay(), idempotent=True)
        scheduler.worker_plugins[Attending.name] = dumps(Attending())
        print(f"The scheduler of the cluster is at {scheduler.address} (Ctrl-C ends it)", flush=True)
        await scheduler.finished()


async def _worker(address: str, slots: int, name: str | None, certs: Path | None) -> None:
    """A worker of Dask ends with its connection to the scheduler; then another one takes its place. One that cannot
    start is tried again too: its name is taken until the scheduler has noticed that an earlier one is gone."""
    reported: type[BaseException] | None = None  # a kind of fault: some texts have the time in them
    while True:
        try:
            async with Worker(
                address,
                nthreads=1,
                resources={"slot": slots},
                name=name,
                dashboard_address=NO_PAGES,
                memory_limit=0,  # what a training may take is bounded in its own process
                security=_security(certs),
            ) as worker:
                print(f"Training up to {slots} at a time, for the cluster at {address}", flush=True)
                reported = None
                await worker.finished()
        except (OSError, RuntimeError) as error:  # Dask raises a RuntimeError with the error as its cause
            fault = error.__cause__ or error
            if type(fault) is not reported:
                complain(f"no connection to the cluster at {address} (it is tried again): {fault}")
                reported = type(fault)
        await asyncio.sleep(RETRY_SECONDS)


def _security(certs: Path | None) -> Security:
    return security_of(certs) if certs else Security()


def _run(work: Coroutine[Any, Any, None]) -> int:
    async def until_signal() -> None:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None
        for number in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(NotImplementedError):  # Windows
                loop.add_signal_handler(number, task.cancel)
        await work

    with dask.config.set(QUIET), contextlib.suppress(asyncio.CancelledError, KeyboardInterrupt):
        asyncio.run(until_signal())
    return 0
