"""A cluster of Dask on this machine: a scheduler and workers in processes of their own, as users start them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import psutil

from tests.support.lab_starter_process import end_with_parent
from tests.support.waiting import TIMEOUT

LOSSROOM = str(Path(sys.executable).with_name("lossroom"))


class Cluster:
    """A scheduler, which keeps its port when it is started again, and any number of workers.

    Args:
        folder: for the logs.
        slots: how many trainings each worker takes at a time.
    """

    def __init__(self, folder: Path, *, slots: int = 2, options: Sequence[str] = ()) -> None:
        self._log = folder / "cluster.log"
        self._options = options
        self._slots = slots
        self.port = 0
        self.scheduler: subprocess.Popen[str] | None = None
        self.workers: list[subprocess.Popen[str]] = []

    def __enter__(self) -> Self:
        self.start_scheduler()
        return self

    def __exit__(self, *_: object) -> None:
        for process in [*self.workers, self.scheduler]:
            if process is not None:
                end(process)

    @staticmethod
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        """`lossroom cluster`, to its end."""
        return subprocess.run(
            [LOSSROOM, "cluster", *arguments], capture_output=True, text=True, timeout=TIMEOUT
        )

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start_scheduler(self) -> None:
        command = ["scheduler", "--host", "127.0.0.1", "--port", str(self.port), *self._options]
        self.scheduler, line = self._start([LOSSROOM, "cluster", *command])
        self.port = int(line.split(" is at ")[1].split()[0].rsplit(":", 1)[1])

    def start_worker(self, port: int | None = None) -> subprocess.Popen[str]:
        """Start one more worker, and wait until it is connected; to another port if a proxy is in between."""
        return self._start_worker(port)

    def start_worker_apart(self, folder: Path) -> subprocess.Popen[str]:
        """One that uses none of the lab's folders, and keeps copies of data sets in its own."""
        return self._start_worker(None, "--dir", str(folder))

    def _start_worker(self, port: int | None, *options: str) -> subprocess.Popen[str]:
        address = f"127.0.0.1:{port or self.port}"
        command = ["worker", address, "--slots", str(self._slots), *self._options, *options]
        worker, _ = self._start([LOSSROOM, "cluster", *command])
        self.workers.append(worker)
        return worker

    def trainings(self) -> list[psutil.Process]:
        """The processes that train on its workers."""
        return [training for worker in self.workers for training in trainings_of(worker.pid)]

    def read_log(self) -> str:
        return self._log.read_text("utf-8")

    def _start(self, command: Sequence[str]) -> tuple[subprocess.Popen[str], str]:
        """A process, and the first line that it prints."""
        with self._log.open("a") as log:
            process = subprocess.Popen(
                command,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                preexec_fn=end_with_parent if sys.platform == "linux" else None,
            )
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, f"{command} ended; its log: {self.read_log()}"
        return process, line


def end(process: subprocess.Popen[str], number: int = signal.SIGKILL) -> None:
    """End a process of a cluster by this signal, and wait until it has ended."""
    if process.poll() is None:
        os.kill(process.pid, number)
        process.wait(TIMEOUT)
    if process.stdout is not None:
        process.stdout.close()


def trainings_of(pid: int) -> list[psutil.Process]:
    """The processes that train for a process: the children of its forkserver."""
    try:
        helpers = psutil.Process(pid).children()
        return [
            child
            for helper in helpers
            if "forkserver" in " ".join(helper.cmdline())
            for child in helper.children()
        ]
    except psutil.NoSuchProcess:
        return []
