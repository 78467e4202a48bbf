"""A lab's forkserver in less time: a child that the lab has from its start, with the workers' modules loaded.

Else each lab starts an interpreter for it, which imports NumPy and the engine again: a quarter of a second of the
processor, some hundred times. From there on it is multiprocessing's own forkserver. The tests of processes
(test_processes.py), and those that start a lab as a user does, have the one that users have.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
from collections.abc import Sequence
from multiprocessing import forkserver, util

#: The longest request: what `python -c` would have been given.
_REQUEST_BYTES = 100_000


def have_forkserver_ready() -> None:
    """Fork the child, and let multiprocessing take it where it would start the first forkserver. Call it while this
    process has one thread."""
    own_end, child_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if not (pid := os.fork()):
        own_end.close()
        _wait_and_serve(child_end)
    child_end.close()
    spawn = util.spawnv_passfds
    waiting = [own_end]

    def spawn_or_take(path: bytes, arguments: Sequence[str], files: Sequence[int]) -> int:
        """As `util.spawnv_passfds`."""
        if waiting and "multiprocessing.forkserver" in arguments[-1]:
            with waiting.pop() as child, contextlib.suppress(OSError):  # it may have been killed
                message = json.dumps([arguments[-1], list(files)]).encode()
                assert len(message) < _REQUEST_BYTES
                socket.send_fds(child, [message], files)
                return pid
        return spawn(path, arguments, files)

    util.spawnv_passfds = spawn_or_take  # type: ignore[assignment]  # all arguments are words


def _wait_and_serve(channel: socket.socket) -> None:
    """Be the forkserver once the lab asks for it; end with the lab."""
    status = 1
    try:
        message, files, _, _ = socket.recv_fds(channel, _REQUEST_BYTES, 8)
        if message:
            command, numbers = json.loads(message)
            assert forkserver.__name__ in command
            _have_only(dict(zip(numbers, files, strict=True)))
            exec(command, {})
        status = 0
    except SystemExit:
        status = 0
    finally:
        os._exit(status)


def _have_only(files: dict[int, int]) -> None:
    """Keep these open files under the given numbers, and close all others but the standard ones."""
    high = max(256, *files) + 1  # beyond all numbers that are wanted
    moved = {number: os.dup2(file, high + index) for index, (number, file) in enumerate(files.items())}
    os.closerange(3, high)
    for number, file in moved.items():
        os.dup2(file, number)
        os.close(file)
    os.closerange(high, 1024)
