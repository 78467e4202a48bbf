"""A real FTP server in this process, with one person who has a password."""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import Any, Self

from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler
from pyftpdlib.ioloop import IOLoop
from pyftpdlib.servers import FTPServer

USER, PASSWORD = "lab", "secret-word"
#: What fsspec on each machine has to know.
VARIABLES = {"FSSPEC_FTP_USERNAME": USER, "FSSPEC_FTP_PASSWORD": PASSWORD}


class FtpServer:
    """Serves a folder until the block ends. `lose_connections` is what such a server does with idle ones.

    Attributes:
        read: the names of the files that were read from it.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder
        authorizer = DummyAuthorizer()
        authorizer.add_user(USER, PASSWORD, str(folder), perm="elradfmw")
        self.read: list[str] = []
        self._open: set[Any] = set()
        known, read = self._open, self.read

        class Handler(FTPHandler):  # type: ignore[misc]  # it has no types
            def on_connect(self) -> None:
                known.add(self)

            def on_disconnect(self) -> None:
                known.discard(self)

            def on_file_sent(self, file: str) -> None:
                read.append(Path(file).name)

        Handler.authorizer = authorizer
        logging.getLogger("pyftpdlib").setLevel(logging.WARNING)
        self._server = FTPServer(("127.0.0.1", 0), Handler, ioloop=IOLoop())
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._ends = self._loses = False

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends = True
        self._thread.join()
        self._server.close_all()

    @property
    def address(self) -> str:
        return f"ftp://127.0.0.1:{self._server.address[1]}"

    def lose_connections(self) -> None:
        self._loses = True

    def _serve(self) -> None:
        while not self._ends:
            if self._loses:
                self._loses = False
                for handler in list(self._open):
                    handler.close()
            self._server.serve_forever(timeout=0.02, blocking=False, handle_exit=False)
