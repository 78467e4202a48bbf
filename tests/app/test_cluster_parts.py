"""The scheduler, workers and lines of a cluster, with Dask's real ones in this process: what each does when refused."""

import asyncio
import gc
import socket

import pytest
from distributed import Scheduler, Security

from app.cluster.line import Line
from app.commands import cluster
from app.mistake import Mistake
from tests.support import event_loop
from tests.support.waiting import wait_until

HERE = "127.0.0.1"


def with_scheduler(use):
    """What `use(scheduler)` returns."""

    async def run():
        async with Scheduler(host=HERE, port=0, dashboard_address=cluster.NO_PAGES) as scheduler:
            return await use(scheduler)

    return event_loop.run(run())


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_scheduler_whose_port_is_used_says_so():
    with socket.create_server((HERE, 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(Mistake, match=f"cannot listen on port {port}: .*in use"):
            event_loop.run(cluster._scheduler(HERE, port, None))
    gc.collect()  # Dask leaves a socket open, of which Python would warn in a later test


def test_a_worker_whose_name_is_taken_says_so_once_and_tries_again_until_it_is_free(monkeypatch, capsys):
    monkeypatch.setattr(cluster, "RETRY_SECONDS", 0.01)
    said = ""

    def count(text):
        nonlocal said
        said += "".join(capsys.readouterr())
        return said.count(text)

    async def use(scheduler):
        async def until(holds):
            await asyncio.to_thread(wait_until, holds, "what the workers say")

        tasks = [asyncio.create_task(cluster._worker(scheduler.address, 1, "lab3", None))]
        try:
            await until(lambda: count("Training") == 1)
            tasks.append(asyncio.create_task(cluster._worker(scheduler.address, 1, "lab3", None)))
            await until(lambda: tasks[1].done() or count("name taken") == 1)
            tasks[0].cancel()
            await until(lambda: tasks[1].done() or count("Training") == 2)
            assert not tasks[1].done()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    with_scheduler(use)
    assert count("it is tried again") == 1


def test_a_lab_that_is_refused_has_not_reached_the_cluster():
    beats: dict[str, list[bool]] = {"one": [], "two": []}

    async def use(scheduler):
        lines = {
            lab: Line(scheduler.address, Security(), lab, lambda message: None, heard.append)
            for lab, heard in beats.items()
        }
        lines["one"].open()
        await asyncio.to_thread(wait_until, lambda: True in beats["one"], "the line of the first lab")
        lines["two"].open()
        await asyncio.to_thread(wait_until, lambda: len(beats["two"]) >= 2, "the refusal of the second one")
        for line in lines.values():
            await asyncio.to_thread(line.close, 5.0)

    with_scheduler(use)
    assert not any(beats["two"])
