"""Starts labs in less time: as forks of a process that has loaded the lab's modules (`lab_starter_process.py`).

Two thirds of the work of starting a lab are imports, and the tests start some hundred labs. Other commands are started
in the same way (`tests/support/commands.py`). The tests in test_starting.py start `lossroom serve` as a user does, and
so show that it loads what it needs.
"""

from __future__ import annotations

import contextlib
import functools
import io
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from tests.support.lab_starter_process import MAX_REQUEST_BYTES, Request, end_with_parent

_PROCESS = Path(__file__).with_name("lab_starter_process.py")
#: Whether this system can wait for a process by a file descriptor, and end it with its parent.
IS_POSSIBLE = sys.platform == "linux" and hasattr(os, "pidfd_open")
#: Whether labs have a forkserver from their start (`ready_forkserver.py`).
HAS_FORKSERVER_READY = True


class StartedLab:
    """A process that the starter has forked, with what the tests need of `subprocess.Popen`."""

    def __init__(self, pid: int, stdout: IO[str], reports: socket.socket) -> None:
        self.pid = pid
        self.stdout = stdout
        self.returncode: int | None = None
        self._reports = reports

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
            self._reports.settimeout(timeout)
            try:
                answer = self._reports.recv(16)
            except TimeoutError:
                raise subprocess.TimeoutExpired("lossroom", timeout or 0) from None
            assert answer, "the process that starts labs has ended"
            self.returncode = os.waitstatus_to_exitcode(int(answer))
            self._reports.close()
        return self.returncode


class LabStarter:
    """The process that forks, and this end of its socket. It ends with the tests."""

    def __init__(self) -> None:
        self._socket, other_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with other_end:
            other_end.set_inheritable(True)
            self._process = subprocess.Popen(
                [sys.executable, "-P", str(_PROCESS), str(other_end.fileno())],
                pass_fds=[other_end.fileno()],
                preexec_fn=end_with_parent,
                env={**os.environ, "PYTHONPATH": str(_PROCESS.parents[2])},
            )

    def start(
        self, command: Sequence[str], *, log: IO[str], directory: Path | None, environment: Mapping[str, str]
    ) -> StartedLab:
        """Start a lab: `command` is the program's file and its arguments."""
        out, stdout = os.pipe()
        request = _request(command, directory, environment)
        request["has_forkserver_ready"] = HAS_FORKSERVER_READY
        pid, reports = self._fork(request, stdout, log.fileno())
        os.close(stdout)
        return StartedLab(pid, open(out, encoding="utf-8"), reports)

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
            request = _request(command, directory, environment)
            request["is_command"] = True
            pid, reports = self._fork(request, out.fileno(), error.fileno())
            process = StartedLab(pid, io.StringIO(), reports)
            try:
                code = process.wait(timeout)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait()
                raise
            out.seek(0)
            error.seek(0)
            return code, out.read(), error.read()

    def _fork(self, request: Request, stdout: int, stderr: int) -> tuple[int, socket.socket]:
        """The id of the new process, and the socket that reports its end."""
        reports, other_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with other_end:
            message = json.dumps(request).encode()
            assert len(message) < MAX_REQUEST_BYTES
            socket.send_fds(self._socket, [message], [stdout, stderr, other_end.fileno()])
        pid = int(reports.recv(16) or b"0")
        assert pid, "the process that starts labs has ended"
        return pid, reports


def _request(command: Sequence[str], directory: Path | None, environment: Mapping[str, str]) -> Request:
    return {
        "command": list(command),
        "directory": str(directory or Path.cwd()),
        "environment": dict(environment),
        "has_forkserver_ready": False,
        "is_command": False,
    }


@functools.cache
def lab_starter() -> LabStarter:
    """The starter of these tests; it is made for the first lab."""
    return LabStarter()
