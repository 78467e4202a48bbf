"""Assets: the files that a page is made of, read and compressed once.

A class that opens the page asks for ninety of them a head, all at the same moment. Read and compressed anew for each,
in threads, they would take a core for a quarter of a second a head.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

#: Fewer bytes do not become fewer packets by compression.
LEAST_ZIPPED = 1000


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is sent."""

    version: tuple[int, int]  # when it was changed, and its size
    plain: Response
    zipped: Response
    unchanged: Response
    etag: str


class Assets:
    """An ASGI application that serves the files of a folder, those that are there when it is made.

    Browsers keep them, but ask whether they have changed: modules import each other by plain names.
    """

    def __init__(self, folder: Path) -> None:
        self._files = {
            path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()
        }
        self._read: dict[str, Asset] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(405, headers={"Allow": "GET, HEAD"})
        asset = self._asset(scope["path"].removeprefix(scope.get("root_path", "")).lstrip("/"))
        headers = Headers(scope=scope)
        if asset.etag in headers.get("if-none-match", ""):
            response = asset.unchanged
        elif "gzip" in headers.get("accept-encoding", ""):
            response = asset.zipped
        else:
            response = asset.plain
        await response(scope, receive, send)

    def _asset(self, name: str) -> Asset:
        """As it is on the disk now: who works on the page need not restart the lab."""
        path = self._files.get(name)
        try:
            if path is None:
                raise FileNotFoundError
            stat = path.stat()
            version = (stat.st_mtime_ns, stat.st_size)
            asset = self._read.get(name)
            if asset is None or asset.version != version:
                asset = self._read[name] = _read(path, version)
        except FileNotFoundError:
            raise HTTPException(404) from None
        return asset


def _read(path: Path, version: tuple[int, int]) -> Asset:
    content = path.read_bytes()
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    plain = Response(content, media_type=media_type, headers=headers)
    zipped = plain
    if len(content) >= LEAST_ZIPPED:
        short = gzip.compress(content, 9, mtime=0)
        zipped = Response(short, media_type=media_type, headers={**headers, "Content-Encoding": "gzip"})
    return Asset(version, plain, zipped, Response(status_code=304, headers=headers), etag)
