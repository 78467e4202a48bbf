"""Starting worker processes: forked from a forkserver that has NumPy loaded, or spawned where there is none (Windows).

The forkserver listens on a socket file. The file lies in the state folder, because whatever cleans the temporary
folder (systemd does, every ten days) would cut the lab off from its forkserver. If the file or the forkserver is lost
all the same, a new one is started. Workers that train already go on, and can still be killed.
"""

from __future__ import annotations

import contextlib
import errno
import multiprocessing as mp
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from multiprocessing import forkserver, util
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, TypeVar

import psutil

from app.jobs.confined import environment
from app.jobs.messages import Job

#: The longest path that a socket can have, in bytes.
SOCKET_PATH_BYTES = 107 if sys.platform == "linux" else 103
#: What multiprocessing adds to the path of the folder.
ADDED_BYTES = len("/pymp-12345678/listener-12345678")
#: A killed forkserver ends within moments.
KILL_SECONDS = 5.0
#: The system has no room for another process or file; a new forkserver would not help.
NO_ROOM = {errno.EAGAIN, errno.EMFILE, errno.ENFILE, errno.ENOMEM}

#: What the forkserver has loaded: the program, as multiprocessing lets each worker run its main module again, and what
#: workers need.
PRELOADED = ["app.cli", "app.jobs.preloaded"]

#: What runs in a worker's process: given its end of the pipe, and the job.
Entry = Callable[[Connection, Job], None]
T = TypeVar("T")

#: Held by whoever starts or joins a process: multiprocessing keeps one table of children, and reads an exit code once.
LOCK = threading.Lock()


class Child:
    """A process that was started. When its forkserver is lost, multiprocessing takes it for ended, with exit status
    255, and no longer kills it. So the system is asked to."""

    def __init__(self, process: BaseProcess) -> None:
        assert process.pid is not None
        self._process = process
        self.pid = process.pid
        self._system: psutil.Process | None = None  # None: it had ended at once
        with contextlib.suppress(psutil.NoSuchProcess):
            self._system = psutil.Process(self.pid)

    @property
    def exitcode(self) -> int | None:
        return self._process.exitcode

    def join(self) -> None:
        self._process.join()

    def kill(self) -> None:
        """End it, unless it has ended; another process that got its id since then is left alone."""
        if self._system is not None:
            with contextlib.suppress(psutil.Error):
                self._system.kill()


class Processes:
    """Starts worker processes. Not safe for several threads: see `LOCK`."""

    def __init__(self, socket_dir: Path | None = None) -> None:
        """`socket_dir`: the folder for the sockets, which no other lab uses. If it is None, or its path is too long for
        a socket, they are in a temporary folder."""
        self._socket_dir = socket_dir
        self._has_forkserver = "forkserver" in mp.get_all_start_methods()
        self._context = mp.get_context("forkserver" if self._has_forkserver else "spawn")
        self._temporary: Path | None = None  # the folder of sockets, if it is not in ours

    def open(self) -> None:
        """Start the forkserver, so that the first run does not wait for it."""
        if self._has_forkserver:
            self._prepare()
            with environment():
                forkserver.ensure_running()

    def close(self) -> None:
        """Remove the sockets from the temporary folder; in our own, the next lab does."""
        if self._temporary is not None:
            shutil.rmtree(self._temporary, ignore_errors=True)
            _config()["tempdir"] = self._temporary = None

    def start(self, entry: Callable[[Connection, T], None], job: T, name: str) -> tuple[Child, Connection]:
        """A new process and the lab's end of its pipe. Raises `OSError` if none can be started."""
        try:
            # a forkserver that runs has its environment; else one is started now, or the process itself
            if self._has_forkserver and _forkserver_runs():
                return self._start(entry, job, name)
            if self._has_forkserver:
                self._prepare()
            with environment():
                return self._start(entry, job, name)
        except (OSError, EOFError) as error:
            if not self._has_forkserver or getattr(error, "errno", None) in NO_ROOM:
                raise
        try:
            with environment():
                self._renew_forkserver()
                return self._start(entry, job, name)
        except EOFError as error:
            raise OSError("the process that starts workers ended") from error

    def _start(self, entry: Callable[[Connection, T], None], job: T, name: str) -> tuple[Child, Connection]:
        own_end, worker_end = self._context.Pipe(duplex=True)
        with worker_end:
            process = self._context.Process(  # type: ignore[attr-defined]
                target=entry, args=(worker_end, job), name=name, daemon=True
            )
            try:
                process.start()
            except BaseException:
                own_end.close()
                raise
        return Child(process), own_end

    def _prepare(self) -> None:
        """Choose what the next forkserver loads, and where its sockets are."""
        self._context.set_forkserver_preload(PRELOADED)
        if _config().get("tempdir") is None:  # otherwise another lab of this process has chosen it
            self._place_sockets()

    def _place_sockets(self) -> None:
        """Let multiprocessing put its sockets into our folder, without what a killed lab left there.

        If our path is too long, into the first temporary folder whose path is not.
        """
        own = None if self._socket_dir is None else self._socket_dir.absolute()
        places = [place for place in (own, Path(tempfile.gettempdir()), Path("/tmp")) if place is not None]
        place = next(filter(_is_short, places), None)
        if place is None:
            return
        if place == own:
            shutil.rmtree(own, ignore_errors=True)
            own.mkdir(mode=0o700, parents=True)
        folder = tempfile.mkdtemp(prefix="pymp-", dir=place)
        _config()["tempdir"] = folder
        self._temporary = None if place == own else Path(folder)

    def _renew_forkserver(self) -> None:
        """End a forkserver that cannot be reached, and start another."""
        with contextlib.suppress(FileExistsError):
            Path(util.get_temp_dir()).mkdir(mode=0o700, parents=True)
        lost = _forkserver_pid()
        if lost is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(lost, signal.SIGKILL)
        deadline = time.monotonic() + KILL_SECONDS
        forkserver.ensure_running()
        while _forkserver_pid() == lost and time.monotonic() < deadline:  # until its end is known
            time.sleep(0.01)
            forkserver.ensure_running()


def _is_short(folder: Path) -> bool:
    """Whether a socket's path in this folder is short enough for the system."""
    return len(os.fsencode(folder)) + ADDED_BYTES <= SOCKET_PATH_BYTES


def _config() -> dict[str, Any]:
    """Multiprocessing's settings of this process, such as where it puts its sockets, `util.get_temp_dir()`."""
    config: dict[str, Any] = mp.current_process()._config  # type: ignore[attr-defined]
    return config


def _forkserver_runs() -> bool:
    pid = _forkserver_pid()
    try:
        return pid is not None and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _forkserver_pid() -> int | None:
    """multiprocessing has no public name for it."""
    pid: int | None = forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]
    return pid
