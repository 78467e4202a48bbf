"""A real nginx before a lab, with the block of docs/proxies.md."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
from websockets.sync.client import ClientConnection, connect

from tests.support.folders import ROOT
from tests.support.waiting import TIMEOUT

#: Debian installs it in a folder that is not on every user's PATH.
BINARY = shutil.which(
    "nginx", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
)

NAME = "lab.example"

_CONFIG = """
{user}
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{block}
}}
"""


def block(document: str = "docs/proxies.md") -> str:
    """The block as it is in a document."""
    (found,) = re.findall(r"```nginx\n(.*?)```", (ROOT / document).read_text("utf-8"), flags=re.DOTALL)
    return str(found)


def changed(text: str, *changes: tuple[str, str]) -> str:
    """Replace each `(before, after)` in a text; `before` must occur in it."""
    for before, after in changes:
        assert before in text, before
        text = text.replace(before, after)
    return text


class Nginx:
    """nginx on a free port, for the name `lab.example`, which only this client resolves to it."""

    def __init__(self, folder: Path, text: str, *, tls: bool) -> None:
        self.tls = tls
        self._folder = folder
        self._text = text
        self._http: httpx.Client
        self._context: ssl.SSLContext | None = None
        self.port = 0
        self.path: str = re.findall(r"location (\S+)", text)[0]

    @property
    def origin(self) -> str:
        return f"http{'s' * self.tls}://{NAME}:{self.port}"

    @property
    def url(self) -> str:
        return self.origin + self.path

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """As a browser asks: a path of the lab's base, or a whole one."""
        address = f"http{'s' * self.tls}://127.0.0.1:{self.port}{path if path.startswith('/') else self.path + path}"
        headers = {"Host": f"{NAME}:{self.port}", **options.pop("headers", {})}
        return self._http.request(
            method, address, headers=headers, extensions={"sni_hostname": NAME}, **options
        )

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.request("GET", path, headers=headers)

    def socket(self, **headers: str) -> ClientConnection:
        return connect(
            f"ws{'s' * self.tls}://{NAME}:{self.port}{self.path}ws",
            sock=socket.create_connection(("127.0.0.1", self.port)),
            ssl=self._context,
            additional_headers=headers,
            compression=None,
            max_size=None,
            ping_interval=None,  # as in `LabServer.socket`
        )

    @contextlib.contextmanager
    def running(self, lab_port: int) -> Iterator[Nginx]:
        self._folder.mkdir()
        changes = [("127.0.0.1:8000", f"127.0.0.1:{lab_port}")]
        if self.tls:
            _certificate(self._folder)
            changes += [(f"/etc/ssl/{NAME}", f"{self._folder}/lab")]
            self._context = ssl.create_default_context(cafile=str(self._folder / "lab.crt"))
        text = changed(self._text, *changes)
        for _ in range(5):  # another process may take the free port before nginx does
            with socket.create_server(("127.0.0.1", 0)) as free:
                self.port = free.getsockname()[1]
            listening = re.sub(r"listen \d+", f"listen 127.0.0.1:{self.port}", text)
            process = self._start(listening)
            if process is not None:
                break
        else:
            raise AssertionError((self._folder / "error.log").read_text())
        self._http = httpx.Client(verify=self._context or False, timeout=TIMEOUT)
        try:
            yield self
        finally:
            self._http.close()
            process.terminate()
            process.wait(TIMEOUT)

    def _start(self, text: str) -> subprocess.Popen[bytes] | None:
        config = self._folder / "nginx.conf"
        user = "user root;" if os.geteuid() == 0 else ""  # the folder is its owner's alone
        config.write_text(_CONFIG.format(folder=self._folder, user=user, block=text))
        log = self._folder / "error.log"
        process = subprocess.Popen([str(BINARY), "-e", str(log), "-p", str(self._folder), "-c", str(config)])
        deadline = time.monotonic() + TIMEOUT
        while process.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
                return process
            time.sleep(0.02)
        process.terminate()
        process.wait(TIMEOUT)
        return None


def _certificate(folder: Path) -> None:
    """A self-signed certificate, valid for a day."""
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
    ]
    command += ["-days", "1", "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"]
    command += ["-keyout", str(folder / "lab.key"), "-out", str(folder / "lab.crt")]
    subprocess.run(command, check=True, capture_output=True)
