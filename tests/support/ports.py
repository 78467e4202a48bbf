"""Ports of labs that have ended, for the next ones."""

from __future__ import annotations

import socket


class Ports:
    """A browser compiles the page's scripts for each origin again, so that labs one after the other share a port."""

    def __init__(self) -> None:
        self._free: list[int] = []

    def take(self) -> int:
        """One that an earlier lab had; 0, by which the system chooses one, if there is none that can be opened."""
        while self._free:
            port = self._free.pop()
            with socket.socket() as listener:
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    listener.bind(("127.0.0.1", port))
                except OSError:
                    continue
                return port
        return 0

    def give_back(self, port: int) -> None:
        if port:
            self._free.append(port)
