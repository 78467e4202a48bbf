"""A TCP proxy in front of a lab. It can cut connections, as an unplugged cable does, or let them go silent, as a
sleeping laptop does; and it can treat WebSockets as the proxies of schools and companies do."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable

#: Closing the socket sends a reset instead of ending the connection properly.
RESET = struct.pack("ii", 1, 0)


#: What is done with a WebSocket: takes the page's end, the lab's end, and the handshake, until the page goes.
Treatment = Callable[[socket.socket, socket.socket, bytes], None]


def refuse(status: str) -> Treatment:
    """Answer the handshake with an HTTP status."""

    def treat(near: socket.socket, far: socket.socket, handshake: bytes) -> None:
        near.sendall(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())

    return treat


def swallow(near: socket.socket, far: socket.socket, handshake: bytes) -> None:
    """Accept the handshake and never answer."""
    _drain(near)


def fall_silent_after(words: int) -> Treatment:
    """Let the lab's first `words` pieces pass (the first accepts the handshake), then nothing."""

    def treat(near: socket.socket, far: socket.socket, handshake: bytes) -> None:
        far.sendall(handshake)
        for _ in range(words):
            near.sendall(far.recv(65536))
        _drain(near)

    return treat


def close_after_the_first_message(near: socket.socket, far: socket.socket, handshake: bytes) -> None:
    far.sendall(handshake)
    consent = b""
    while b"\r\n\r\n" not in consent:
        consent += far.recv(1)
    near.sendall(consent)
    head = far.recv(2, socket.MSG_WAITALL)  # `hello` is shorter than 126 bytes
    near.sendall(head + far.recv(head[1], socket.MSG_WAITALL))


def hold_back(near: socket.socket, far: socket.socket, handshake: bytes) -> None:
    """Hold back the lab's messages until the connection ends, as a proxy that scans answers."""
    far.sendall(handshake)
    consent = far.recv(65536)
    near.sendall(consent[: consent.index(b"\r\n\r\n") + 4])
    _drain(near)


def _drain(end: socket.socket) -> None:
    while end.recv(65536):
        pass


class Proxy:
    """Listens on a free port and passes everything on to `target`, a port of this machine."""

    def __init__(self, target: int) -> None:
        self.target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._silent = False
        self.websockets: Treatment | None = None
        #: What is done with the page's bytes.
        self.rewrite: Callable[[bytes], bytes] = bytes
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cut(self) -> None:
        """Cut all connections; new ones are accepted."""
        with self._lock:
            victims, self._open = self._open, set()
        for victim in victims:
            with contextlib.suppress(OSError):
                victim.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                victim.shutdown(socket.SHUT_RDWR)

    def fall_silent(self, silent: bool = True) -> None:
        """Drop everything that comes from now on, without closing connections."""
        self._silent = silent

    def close(self) -> None:
        self._listener.close()
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                near.close()  # the server is down
                continue
            with self._lock:
                self._open |= {near, far}
            threading.Thread(target=self._join, args=(near, far, self._silent), daemon=True).start()

    def _join(self, near: socket.socket, far: socket.socket, silent_from_the_start: bool) -> None:
        """Pass on in both directions, and close both ends when both are over."""
        answers = threading.Thread(target=self._pass_on, args=(far, near, silent_from_the_start), daemon=True)
        answers.start()
        self._pass_on(near, far, silent_from_the_start)
        answers.join()
        near.close()
        far.close()

    def _pass_on(self, source: socket.socket, sink: socket.socket, exempt: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if source.getsockname()[1] == self.port:
                    data = self.rewrite(data)
                if self.websockets and b"upgrade: websocket" in data.lower():
                    with socket.create_connection(("127.0.0.1", self.target)) as far:
                        with self._lock:
                            self._open.add(far)
                        self.websockets(source, far, data)
                    break
                if not self._silent or exempt:
                    sink.sendall(data)
        for end in (source, sink):
            with self._lock:
                self._open.discard(end)
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
