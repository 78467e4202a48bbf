"""Write with another logger, and read from it: `python peer.py tensorboard|trackio|aim SCALARS`.

Writes SCALARS values `RATE` times a second, like a training loop. Every 10 ms a reader asks the logger's API for the
newest step. Prints JSON: how many µs a value takes the training thread, and how many ms pass from the last call of a
step until the reader has it. Does not import the lab, so any Python in which the logger is installed can run it.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable
from typing import Any

SECONDS, RATE = 8, 1000
LOOK_SECONDS = 0.01

#: Server processes of loggers; they are ended with the measurement.
SERVERS: list[subprocess.Popen[bytes]] = []

#: The function that logs the values of a step, and the function that gives the newest step a reader sees, or -1.
Pair = tuple[Callable[[int, dict[str, float]], None], Callable[[], int]]


def tensorboard(folder: str) -> Pair:
    """TensorBoard's own writer, which flushes every second instead of every two minutes; read from TensorBoard's
    server."""
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.summary.writer.event_file_writer import EventFileWriter

    writer = EventFileWriter(folder, flush_secs=1)

    def log(step: int, values: dict[str, float]) -> None:
        for tag, value in values.items():
            summary = Summary(value=[Summary.Value(tag=tag, simple_value=value)])
            writer.add_event(Event(step=step, wall_time=time.time(), summary=summary))

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "tensorboard.main", "--logdir", folder, "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    SERVERS.append(server)
    address = f"http://127.0.0.1:{port}/data/plugin/scalars/scalars?run=.&tag=metric_0"

    def newest() -> int:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                return int(json.load(answer)[-1][1])
        except (OSError, IndexError):  # the server has not started yet, or has no values yet
            return -1

    return log, newest


def trackio(folder: str) -> Pair:
    """Trackio's background sender; read from its SQLite database."""
    os.environ["TRACKIO_DIR"] = folder
    import trackio as module
    from trackio.sqlite_storage import SQLiteStorage

    module.init(project="bench", name="run")

    def log(step: int, values: dict[str, float]) -> None:
        module.log(values, step=step)

    def newest() -> int:
        step = SQLiteStorage.get_max_step_for_run("bench", "run")
        return -1 if step is None else int(step)

    return log, newest


def aim(folder: str) -> Pair:
    """Aim's own store. Only the cost is measured: in aim 3, another process cannot read a run while it is open."""
    from aim import Run

    run = Run(
        repo=folder, system_tracking_interval=None, log_system_params=False, capture_terminal_logs=False
    )

    def log(step: int, values: dict[str, float]) -> None:
        for name, value in values.items():
            run.track(value, name=name, step=step)

    return log, lambda: -1


PEERS = {"tensorboard": tensorboard, "trackio": trackio, "aim": aim}


def main() -> None:
    logging.disable(logging.CRITICAL)
    out, sys.stdout = sys.stdout, sys.stderr
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        log, newest = PEERS[sys.argv[1]](folder)
        scalars = int(sys.argv[2])
        written: list[float] = []
        seen: dict[int, float] = {}
        done = threading.Event()

        def read() -> None:
            while not done.is_set():
                step = newest()
                now = time.perf_counter()
                for reached in range(len(seen), step + 1):
                    seen[reached] = now
                time.sleep(LOOK_SECONDS)

        reader = threading.Thread(target=read)
        reader.start()
        spent = _write(log, scalars, written)
        time.sleep(6)
        done.set()
        reader.join()
    delays = sorted(1000 * (seen[step] - written[step]) for step in seen)
    result: dict[str, Any] = {
        "microseconds_per_scalar": 1e6 * spent / (len(written) * scalars),
        "seen": len(seen) / len(written),
        "p50_ms": delays[len(delays) // 2] if delays else None,
        "p99_ms": delays[len(delays) * 99 // 100] if delays else None,
    }
    print(json.dumps(result), file=out, flush=True)
    for server in SERVERS:
        server.kill()
    os._exit(0)  # a normal exit would wait for the threads of the loggers


def _write(log: Callable[[int, dict[str, float]], None], scalars: int, written: list[float]) -> float:
    """Log `RATE` steps a second; returns the seconds that the calls took."""
    spent = 0.0
    begun = time.perf_counter()
    for step in range(SECONDS * RATE):
        time.sleep(max(0.0, begun + step / RATE - time.perf_counter()))
        values = {f"metric_{i}": step + i / 10 for i in range(scalars)}
        before = time.perf_counter()
        log(step, values)
        after = time.perf_counter()
        spent += after - before
        written.append(after)
    return spent


if __name__ == "__main__":
    main()
