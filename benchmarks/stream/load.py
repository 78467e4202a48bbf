"""Hundreds of viewers in one process, which use little of the processor: `python -m benchmarks.stream.load`.

A viewer implements only the part of WebSocket (RFC 6455) that it needs to receive frames. The latency of a frame begins
when the server gets the rows from the worker (`times` in the frame's header, in whole milliseconds), and ends when the
viewer has the bytes. So it includes storing the rows. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import json
import os
import time
from functools import lru_cache
from typing import Any

import numpy as np
import uvloop

MASK = b"\0\0\0\0"  # a mask that changes nothing


class Viewer(asyncio.Protocol):
    """One socket that shows one run."""

    def __init__(self, run_id: str, latencies: list[float]) -> None:
        self._run_id = run_id
        self._latencies = latencies
        self._left = b""
        self._upgraded = False
        self.rows = 0
        self.frames = 0
        self.transport: Any = None
        self.gap = False
        self.closed = False

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        transport.write(
            b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )

    def connection_lost(self, error: Exception | None) -> None:
        self.closed = True

    def data_received(self, data: bytes) -> None:
        now = time.time()
        if self._left:
            data = self._left + data
        at = 0
        if not self._upgraded:
            end = data.find(b"\r\n\r\n")
            if end < 0:
                self._left = data
                return
            at = end + 4
            self._upgraded = True
            message = json.dumps({"subscribe": {self._run_id: 0}}).encode()
            self.transport.write(bytes([0x81, 0x80 | len(message)]) + MASK + message)
        while len(data) - at >= 2:
            length = data[at + 1] & 0x7F
            start = at + 2
            if length == 126:
                length = int.from_bytes(data[at + 2 : at + 4], "big")
                start = at + 4
            elif length == 127:
                length = int.from_bytes(data[at + 2 : at + 10], "big")
                start = at + 10
            if len(data) < start + length or start > len(data):
                break
            if data[at] == 0x82:
                self._frame(data, start, now)
            elif data[at] == 0x89:  # a client that does not answer a ping is disconnected
                self.transport.write(bytes([0x8A, 0x80 | length]) + MASK + data[start : start + length])
            at = start + length
        self._left = data[at:]

    def _frame(self, data: bytes, start: int, now: float) -> None:
        head = int.from_bytes(data[start : start + 4], "little")
        stream, first, rows, at = _header(data[start + 4 : start + 4 + head])
        if stream != "train":
            return
        self.gap = self.gap or first != self.rows
        self.rows = first + rows
        self.frames += 1
        self._latencies.append(now - at)


@lru_cache(maxsize=64)
def _header(text: bytes) -> tuple[str, int, int, float]:
    """The stream, first row, rows and time of a frame. All viewers get the same headers, so each is parsed once: the
    benchmark measures the server, not this process."""
    header = json.loads(text)
    return header["stream"], header["first"], header["rows"], header["times"][-1][1]


async def watch(arguments: argparse.Namespace) -> dict[str, Any]:
    loop = asyncio.get_running_loop()
    latencies: list[float] = []
    stalled: list[Viewer] = []
    viewers: list[Viewer] = []
    for number in range(arguments.clients):
        run_id = arguments.runs[number % len(arguments.runs)]
        _, viewer = await loop.create_connection(
            functools.partial(Viewer, run_id, latencies), "127.0.0.1", arguments.port
        )
        (stalled if number < arguments.stalled else viewers).append(viewer)
    await asyncio.sleep(arguments.warm_up)
    for viewer in stalled:
        viewer.transport.pause_reading()
    latencies.clear()
    begun, cpu = time.monotonic(), time.process_time()
    frames = sum(viewer.frames for viewer in viewers)
    await asyncio.sleep(arguments.seconds)
    seconds = time.monotonic() - begun
    values = np.array(latencies) * 1000
    return {
        "viewers": len(viewers),
        "frames_per_second": (sum(viewer.frames for viewer in viewers) - frames) / seconds,
        "p50": float(np.percentile(values, 50)),
        "p99": float(np.percentile(values, 99)),
        "max": float(values.max()),
        "gaps": sum(viewer.gap for viewer in viewers),
        "closed": sum(viewer.closed for viewer in viewers),
        "least_rows": min(viewer.rows for viewer in viewers),
        "most_rows": max(viewer.rows for viewer in viewers),
        "client_cores": (time.process_time() - cpu) / seconds,
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--runs", nargs="+", required=True)
    parser.add_argument("--clients", type=int, default=500)
    parser.add_argument("--stalled", type=int, default=0, help="how many of them stop reading")
    parser.add_argument("--warm-up", type=float, default=3.0)
    parser.add_argument("--seconds", type=float, default=10.0)
    print(json.dumps(uvloop.run(watch(parser.parse_args()))))


if __name__ == "__main__":
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    main()
