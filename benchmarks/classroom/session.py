"""A student's session with as little work as possible, since hundreds of them share the machine with the server: the
parts of HTTP (RFC 9112) and WebSocket (RFC 6455) that it needs."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

#: The mask that each frame of a client must have; zeros leave the content as it is.
MASK = b"\0\0\0\0"


class Session:
    """One browser: its cookie, and a connection on which one request follows the other.

    Attributes:
        took: for each answer, its method and path, and the seconds until it was there.
    """

    def __init__(self, port: int) -> None:
        self.took: list[tuple[str, float]] = []
        self._port = port
        self._cookie = ""
        self._is_fresh = True  # whether nothing was answered on the connection yet
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON of an answer, or its text.

        Raises:
            RuntimeError: it was refused.
        """
        # the server closes a connection on which nothing was asked for some seconds
        if self._reader is None or self._writer is None or self._reader.at_eof():
            self.close()
            self._is_fresh = True
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        content = b"" if body is None else json.dumps(body).encode()
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\nCookie: {self._cookie}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        )
        begun = time.monotonic()
        self._writer.write(head.encode() + content)
        try:
            status, text = await self._answer(self._reader)
        except (ConnectionError, asyncio.IncompleteReadError):
            if self._is_fresh:
                raise
            self._reader = None  # it was closed in this moment: ask again, as a browser does
            return await self.ask(method, path, body)
        self._is_fresh = False
        self.took.append((f"{method} {path}", time.monotonic() - begun))
        if status >= 400:
            raise RuntimeError(f"{method} {path}: {status} {text[:200]!r}")
        return json.loads(text) if text[:1] in (b"{", b"[") else text

    async def _answer(self, reader: asyncio.StreamReader) -> tuple[int, bytes]:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        length, chunked = 0, False
        for line in head[1:]:
            name, _, value = line.partition(": ")
            match name.lower():
                case "content-length":
                    length = int(value)
                case "transfer-encoding":
                    chunked = True
                case "set-cookie":
                    self._cookie = value.partition(";")[0]
        if not chunked:
            return int(head[0].split()[1]), await reader.readexactly(length)
        parts = []
        while size := int(await reader.readline(), 16):
            parts.append(await reader.readexactly(size))
            await reader.readline()
        await reader.readline()
        return int(head[0].split()[1]), b"".join(parts)

    async def stream(self, take: Callable[[bool, bytes], None]) -> Stream:
        """A WebSocket with the session's cookie, which calls `take` with each message: whether it is binary, and its
        bytes."""
        loop = asyncio.get_running_loop()
        _, stream = await loop.create_connection(lambda: Stream(self._cookie, take), "127.0.0.1", self._port)
        await stream.opened
        return stream

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()


class Stream(asyncio.Protocol):
    """The client's end of a WebSocket without extensions."""

    def __init__(self, cookie: str, take: Callable[[bool, bytes], None]) -> None:
        self._cookie = cookie
        self._take = take
        self._left = b""  # the beginning of a message whose rest has not come yet
        self._transport: Any = None
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.closed = False

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        transport.write(
            b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nCookie: "
            + self._cookie.encode()
            + b"\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )

    def connection_lost(self, error: Exception | None) -> None:
        self.closed = True
        if not self.opened.done():
            self.opened.set_exception(RuntimeError("the WebSocket was refused"))

    def send(self, message: Any) -> None:
        self._write(0x81, json.dumps(message).encode())

    def _write(self, kind: int, content: bytes) -> None:
        """`kind`: the first byte of the frame, 0x81 for a text and 0x8A for a pong. At most 65,535 bytes."""
        long = len(content) > 125
        head = bytes([kind, 0x80 | (126 if long else len(content))])
        self._transport.write(head + (len(content).to_bytes(2) if long else b"") + MASK + content)

    def close(self) -> None:
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        data, offset = self._left + data, 0
        if not self.opened.done():
            end = data.find(b"\r\n\r\n")
            if end < 0:
                self._left = data
                return
            if not data.startswith(b"HTTP/1.1 101"):
                self._transport.close()
                return
            self.opened.set_result(None)
            offset = end + 4
        while len(data) - offset >= 2:
            length, start = data[offset + 1] & 0x7F, offset + 2
            if length > 125:
                start += 2 if length == 126 else 8
                length = int.from_bytes(data[offset + 2 : start])
            if len(data) < start + length:
                break
            content = data[start : start + length]
            if data[offset] & 0x0F == 9:  # a client that does not answer a ping is disconnected
                self._write(0x8A, content)
            elif data[offset] & 0x0F in (1, 2):
                self._take(data[offset] & 0x0F == 2, content)
            offset = start + length
        self._left = data[offset:]
