"""Starts labs in less time: a process that has the lab's modules loaded, and forks itself for each lab.

Two thirds of the work of starting a lab are imports, and the tests start some hundred labs. Such a lab has the memory,
the arguments, the folders and the environment of one that a user starts. That `lossroom serve` loads what it needs is
tested by the tests that start it as a user does (test_starting.py). Other commands are started in the same way
(`tests/support/commands.py`).
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import functools
import gc
import gzip
import html
import importlib
import io
import json
import os
import pkgutil
import re
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message

#: Processes are waited for by file descriptors, and end with their parent.
IS_POSSIBLE = sys.platform == "linux" and hasattr(os, "pidfd_open")
#: Whether labs have a forkserver from their start (`ready_forkserver.py`).
HAS_FORKSERVER_READY = True
#: The longest request: arguments and environment.
_REQUEST_BYTES = 100_000


def end_with_parent() -> None:
    """Let Linux kill this process when the tests are killed: otherwise its endless runs would never end."""
    PR_SET_PDEATHSIG = 1
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class StartedLab:
    """A process that the starter has forked, with what the tests need of `subprocess.Popen`."""

    def __init__(self, pid: int, stdout: IO[str], status: socket.socket) -> None:
        self.pid = pid
        self.stdout = stdout
        self.returncode: int | None = None
        self._status = status

    def send_signal(self, number: int) -> None:
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def wait(self, timeout: float | None = None) -> int:
        """The exit code; -n after signal n.

        Raises:
            subprocess.TimeoutExpired: it still runs.
        """
        if self.returncode is None:
            self._status.settimeout(timeout)
            try:
                answer = self._status.recv(16)
            except TimeoutError:
                raise subprocess.TimeoutExpired("lossroom", timeout or 0) from None
            assert answer, "the process that starts labs has ended"
            self.returncode = os.waitstatus_to_exitcode(int(answer))
            self._status.close()
        return self.returncode


class LabStarter:
    """The process, and this end of its socket. It ends with this process."""

    def __init__(self) -> None:
        self._socket, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with there:
            there.set_inheritable(True)
            self._process = subprocess.Popen(
                [sys.executable, "-P", __file__, str(there.fileno())],
                pass_fds=[there.fileno()],
                preexec_fn=end_with_parent,
                env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
            )

    def start(
        self, command: Sequence[str], *, log: IO[str], directory: Path | None, environment: Mapping[str, str]
    ) -> StartedLab:
        """Start a lab: `command` is the program's file and its arguments."""
        out, stdout = os.pipe()
        request = _request(command, directory, environment) | {"has_forkserver_ready": HAS_FORKSERVER_READY}
        pid, status = self._fork(request, stdout, log.fileno())
        os.close(stdout)
        return StartedLab(pid, open(out, encoding="utf-8"), status)

    def run(
        self,
        command: Sequence[str],
        *,
        directory: Path | None,
        environment: Mapping[str, str],
        timeout: float,
    ) -> tuple[int, bytes, bytes]:
        """Run a command that ends by itself: its exit code, and what it wrote to its standard output and error.

        Raises:
            subprocess.TimeoutExpired: it was still running, and was killed.
        """
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as error:
            request = _request(command, directory, environment) | {"is_command": True}
            pid, status = self._fork(request, out.fileno(), error.fileno())
            process = StartedLab(pid, io.StringIO(), status)
            try:
                code = process.wait(timeout)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait()
                raise
            out.seek(0)
            error.seek(0)
            return code, out.read(), error.read()

    def _fork(self, request: Mapping[str, object], stdout: int, stderr: int) -> tuple[int, socket.socket]:
        """The id of the new process, and the socket that reports its end."""
        status, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with there:
            message = json.dumps(request).encode()
            assert len(message) < _REQUEST_BYTES
            socket.send_fds(self._socket, [message], [stdout, stderr, there.fileno()])
        pid = int(status.recv(16) or b"0")
        assert pid, "the process that starts labs has ended"
        return pid, status


def _request(
    command: Sequence[str], directory: Path | None, environment: Mapping[str, str]
) -> dict[str, object]:
    return {
        "command": list(command),
        "directory": str(directory or Path.cwd()),
        "environment": dict(environment),
        "has_forkserver_ready": False,
        "is_command": False,
    }


@functools.cache
def lab_starter() -> LabStarter:
    """The one of this process."""
    return LabStarter()


# -- in the starter's own process --------------------------------------------------------------------


def _serve(channel: socket.socket) -> None:
    """Fork for each request, and report how each fork ended."""
    _load()
    with selectors.DefaultSelector() as selector:
        selector.register(channel, selectors.EVENT_READ)
        running: dict[int, tuple[int, int]] = {}  # pidfd → pid, and where its end is reported
        while True:
            for key, _ in selector.select():
                if key.fileobj is not channel:
                    _report(selector, key.fd, *running.pop(key.fd))
                    continue
                message, files, _, _ = socket.recv_fds(channel, _REQUEST_BYTES, 3)
                if not message:
                    return
                stdout, log, status = files
                request = json.loads(message)
                if request["is_command"]:
                    _load_commands()
                if not (pid := os.fork()):
                    selector.close()
                    channel.close()
                    os.close(status)
                    _become(request, stdout, log)
                os.close(stdout)
                os.close(log)
                with socket.socket(fileno=os.dup(status)) as answer:
                    answer.send(str(pid).encode())
                pidfd = os.pidfd_open(pid)
                running[pidfd] = (pid, status)
                selector.register(pidfd, selectors.EVENT_READ)


def _load() -> None:
    """Import what a lab imports until it answers, and let a page be opened in a lab that is not served: what the first
    page of a process takes longer, such as reading catalogs and compressing scripts, forked labs have done."""
    from app import one_thread

    one_thread()
    import app.cli
    import app.commands.serve
    import app.jobs.replaying
    import app.jobs.worker  # noqa: F401
    from app.main import create_app
    from app.settings import Settings

    # what fails here fails in a lab too, where a test sees it
    with tempfile.TemporaryDirectory() as folder, contextlib.suppress(Exception):
        asyncio.run(_open_page(create_app(Settings(state_dir=Path(folder), data_dir=Path(folder)))))
    gc.freeze()  # what is here stays shared with the forked labs: their collector writes to none of it


@functools.cache
def _load_commands() -> None:
    """Import what the commands import that end by themselves, when the first one is asked for."""
    import app.commands

    for module in pkgutil.iter_modules(app.commands.__path__):
        if not module.name.startswith("cluster"):  # they load Dask, which few tests need
            importlib.import_module(f"app.commands.{module.name}")
    gc.freeze()


async def _open_page(app: ASGIApp) -> None:
    """Ask for the page, and for all that it loads."""
    page = await _get(app, "/")
    addresses = re.findall(r'(?:href|src)="((?:static|vendor|i18n|api)/[^"#]*)', page.decode())
    for address in [*addresses, "api/lessons?language=ja", "i18n/ja.json"]:
        await _get(app, f"/{html.unescape(address)}")


async def _get(app: ASGIApp, address: str) -> bytes:
    path, _, query = address.partition("?")
    headers = [(b"host", b"127.0.0.1"), (b"accept-encoding", b"gzip")]
    scope = {
        **{"type": "http", "http_version": "1.1", "scheme": "http", "method": "GET", "root_path": ""},
        **{"path": path, "raw_path": path.encode(), "query_string": query.encode()},
        **{"headers": headers, "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80)},
    }
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    assert sent[0]["status"] == 200, (address, sent[0])
    body = b"".join(message.get("body", b"") for message in sent[1:])
    is_zipped = (b"content-encoding", b"gzip") in sent[0]["headers"]
    return gzip.decompress(body) if is_zipped else body


def _report(selector: selectors.BaseSelector, pidfd: int, pid: int, status: int) -> None:
    selector.unregister(pidfd)
    os.close(pidfd)
    _, code = os.waitpid(pid, 0)
    with socket.socket(fileno=status) as answer, contextlib.suppress(OSError):
        answer.send(str(code).encode())


def _become(request: dict[str, object], stdout: int, log: int) -> None:
    """Be the program that was asked for, until it ends."""
    end_with_parent()
    os.dup2(stdout, 1)
    os.dup2(log, 2)
    os.close(stdout)
    os.close(log)
    environment, command = request["environment"], request["command"]
    assert isinstance(environment, dict)
    assert isinstance(command, list)
    encoding, _, errors = environment.get("PYTHONIOENCODING", "utf-8").partition(":")
    sys.stdout = open(1, "w", encoding=encoding, errors=errors or "strict")  # noqa: SIM115
    sys.stderr = open(2, "w", encoding=encoding, errors="backslashreplace", buffering=1)  # noqa: SIM115
    os.chdir(str(request["directory"]))
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    sys.argv = command
    # Workers run the program's main module again (without its end), which is the file of `lossroom`.
    main_module = ModuleType("__main__")
    main_module.__file__ = command[0]
    sys.modules["__main__"] = main_module
    if request["has_forkserver_ready"]:
        from tests.support.ready_forkserver import have_forkserver_ready

        have_forkserver_ready()
    status = 1
    try:
        from app.cli import main

        status = main()
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        _exit(status)


def _exit(status: int) -> None:
    """End as an interpreter does: what is registered to run at the end runs, and what is written is flushed."""
    import atexit
    import threading

    threading._shutdown()  # type: ignore[attr-defined]  # waits for the threads, as the interpreter does
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
