"""A TCP proxy before a lab, whose connections can be cut as a cable is, or go silent as a laptop that sleeps."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading

#: Closing sends a reset at once, without a farewell.
RESET = struct.pack("ii", 1, 0)


class Proxy:
    """Listens on a port of its own and passes everything on to `target`, a port of this machine."""

    def __init__(self, target: int) -> None:
        self.target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._silent = False
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Cut all connections; new ones are welcome."""
        with self._lock:
            victims, self._open = self._open, set()
        for victim in victims:
            with contextlib.suppress(OSError):
                victim.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                victim.shutdown(socket.SHUT_RDWR)

    def fall_silent(self, silent: bool = True) -> None:
        """Swallow what comes from now on; nobody is told."""
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
            silent_from_the_start = self._silent
            for source, sink in ((near, far), (far, near)):
                threading.Thread(
                    target=self._pass_on, args=(source, sink, silent_from_the_start), daemon=True
                ).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket, exempt: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if not self._silent or exempt:
                    sink.sendall(data)
        for end in (source, sink):
            with self._lock:
                self._open.discard(end)
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
