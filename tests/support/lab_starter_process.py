"""The process that `lab_starter.py` starts: it loads the lab's modules once, and forks itself for each lab and command.

A fork becomes the program that was asked for, with the memory, the arguments, the folders and the environment of one
that a user starts. Each request comes as JSON with three open files: standard output, standard error, and a socket
that reports the new process's id and later its end.
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
import json
import os
import pkgutil
import re
import selectors
import signal
import socket
import sys
import tempfile
import time
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message

#: The longest request: arguments and environment.
MAX_REQUEST_BYTES = 100_000


class Request(TypedDict):
    """A program to be started.

    `command`: its file and its arguments. `directory`: where it starts. `has_forkserver_ready`: for its forkserver,
    it takes a process that is there already (`ready_forkserver.py`). `is_command`: it ends by itself, so what commands
    need is loaded for it.
    """

    command: list[str]
    directory: str
    environment: dict[str, str]
    has_forkserver_ready: bool
    is_command: bool


def end_with_parent() -> None:
    """Let Linux kill this process when the tests are killed: otherwise its endless runs would never end."""
    PR_SET_PDEATHSIG = 1
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _serve(channel: socket.socket) -> None:
    """Fork for each request, and report how each fork ended."""
    _load()
    with selectors.DefaultSelector() as selector:
        selector.register(channel, selectors.EVENT_READ)
        # pidfd → pid, and the file of the socket that reports its end
        running: dict[int, tuple[int, int]] = {}
        while True:
            for key, _ in selector.select():
                if key.fileobj is not channel:
                    _report_end(selector, key.fd, *running.pop(key.fd))
                    continue
                message, files, _, _ = socket.recv_fds(channel, MAX_REQUEST_BYTES, 3)
                if not message:
                    return
                stdout, log, report = files
                request: Request = json.loads(message)
                if request["is_command"]:
                    _load_commands()
                if not (pid := os.fork()):
                    selector.close()
                    channel.close()
                    os.close(report)
                    _become(request, stdout, log)
                os.close(stdout)
                os.close(log)
                with socket.socket(fileno=os.dup(report)) as answer:
                    answer.send(str(pid).encode())
                pidfd = os.pidfd_open(pid)
                running[pidfd] = (pid, report)
                selector.register(pidfd, selectors.EVENT_READ)


def _load() -> None:
    """Import what a lab imports until it answers, and ask a lab of this process for the page once. The first page of a
    process takes longer, because catalogs are read and scripts compressed for it; forked labs have both already."""
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
    gc.freeze()  # forked labs share these objects as long as no garbage collector writes to them


@functools.cache
def _load_commands() -> None:
    """Import what commands of the terminal need; called for the first of them."""
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


def _report_end(selector: selectors.BaseSelector, pidfd: int, pid: int, report: int) -> None:
    """Send the exit status of a process that has ended through the open file `report`."""
    selector.unregister(pidfd)
    os.close(pidfd)
    _, code = os.waitpid(pid, 0)
    with socket.socket(fileno=report) as answer, contextlib.suppress(OSError):
        answer.send(str(code).encode())


def _become(request: Request, stdout: int, log: int) -> None:
    """Be the program that was asked for, until it ends."""
    end_with_parent()
    os.dup2(stdout, 1)
    os.dup2(log, 2)
    os.close(stdout)
    os.close(log)
    environment, command = request["environment"], request["command"]
    encoding, _, errors = environment.get("PYTHONIOENCODING", "utf-8").partition(":")
    sys.stdout = open(1, "w", encoding=encoding, errors=errors or "strict")  # noqa: SIM115
    sys.stderr = open(2, "w", encoding=encoding, errors="backslashreplace", buffering=1)  # noqa: SIM115
    os.chdir(request["directory"])
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
