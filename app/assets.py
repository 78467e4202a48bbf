"""Assets: the files that a page is made of, read, shortened and compressed once, and kept by browsers.

A class that opens the page asks for ninety of them a head, all at the same moment. Read and compressed anew for each,
in threads, they would take a core for a quarter of a second a head. A page names them by addresses that change when one
of them does, so that a browser that has been here before asks for none.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.security.prefix import route_path

#: Of fewer bytes than this, compression takes off next to nothing.
MIN_ZIPPED_BYTES = 300

#: The browser may keep a file forever: its address changes when its content does.
FOREVER = "public, max-age=31536000, immutable"

#: A file's name behind the version of all files.
_VERSIONED = re.compile(r"([0-9a-f]{16})/(.+)")


#: What a script does without: comments that have whole lines to themselves, and how far the lines are indented.
_COMMENT = re.compile(rb"^[ \t]*(?:/\*\*(?:[^*]|\*(?!/))*\*/[ \t]*|//[^\n]*)$", re.MULTILINE)
_INDENT = re.compile(rb"^[ \t]+", re.MULTILINE)
#: A comment in a style sheet.
_STYLE_COMMENT = re.compile(rb"/\*(?:[^*]|\*(?!/))*\*/")


@dataclass(frozen=True, slots=True)
class Answers:
    """One file as it is sent, for how long a browser may keep it."""

    plain: Response
    zipped: Response
    unchanged: Response


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it was read."""

    state: tuple[tuple[int, int], ...]
    etag: str
    kept: Answers
    asked_for: Answers


class Assets:
    """An ASGI application that serves the files of a folder, those that are there when it is made.

    As `js/lab.js` browsers keep a file, but ask whether it has changed. As `0123456789abcdef/js/lab.js`, behind the
    version of all files, they need not ask. Modules import each other by relative names, and so stay in a version.

    Args:
        joined: files that are sent as one, in this order, with fewer bytes: its name → their names.
    """

    def __init__(self, folder: Path, joined: dict[str, list[str]] | None = None) -> None:
        self._files: dict[str, tuple[Path, ...]] = {
            path.relative_to(folder).as_posix(): (path,)
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
        for name, parts in (joined or {}).items():
            self._files[name] = tuple(folder / part for part in parts)
        self._read: dict[str, Asset] = {}
        self._version = ""

    def version(self) -> str:
        """Of the files as they are on the disk now: who works on the page need not restart the lab."""
        states = [
            (name, _state(paths))
            for name, paths in self._files.items()
            if all(path.exists() for path in paths)
        ]
        self._version = hashlib.sha256(repr(states).encode()).hexdigest()[:16]
        return self._version

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(405, headers={"Allow": "GET, HEAD"})
        name = route_path(scope).lstrip("/")
        version = None
        if versioned := _VERSIONED.fullmatch(name):
            version, name = versioned.groups()
        asset = self._asset(name)
        # a page that has been open since an earlier version gets the file that there is
        answers = asset.kept if version == self._version else asset.asked_for
        headers = Headers(scope=scope)
        if asset.etag in headers.get("if-none-match", ""):
            response = answers.unchanged
        elif "gzip" in headers.get("accept-encoding", ""):
            response = answers.zipped
        else:
            response = answers.plain
        await response(scope, receive, send)

    def _asset(self, name: str) -> Asset:
        paths = self._files.get(name)
        try:
            if paths is None:
                raise FileNotFoundError
            asset = self._read.get(name)
            if asset is None or asset.state != _state(paths):
                asset = self._read[name] = _read(paths, _state(paths))
        except FileNotFoundError:
            raise HTTPException(404) from None
        return asset


def _state(paths: tuple[Path, ...]) -> tuple[tuple[int, int], ...]:
    """When each of the files was changed, and its size."""
    return tuple((stat.st_mtime_ns, stat.st_size) for stat in (path.stat() for path in paths))


def shortened(script: bytes) -> bytes:
    """A script without its comments that have whole lines to themselves, and without what its lines are indented by.

    Comments hold the types for `tsc`: nearly a third of what a page loads at its start. The lines stay, if empty, so
    that an error in a browser names the line of the file. No text of a script may go over several lines.
    """
    bare = _COMMENT.sub(lambda comment: b"\n" * comment[0].count(b"\n"), script)
    return _INDENT.sub(b"", bare)


@lru_cache(maxsize=1024)
def _read(paths: tuple[Path, ...], state: tuple[tuple[int, int], ...]) -> Asset:
    path = paths[0]
    content = b"".join(path.read_bytes() for path in paths)
    if path.suffix == ".js":
        content = shortened(content)
    elif path.suffix == ".css":
        content = _STYLE_COMMENT.sub(b"", content)
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    short = gzip.compress(content, 9, mtime=0) if len(content) >= MIN_ZIPPED_BYTES else None

    def answers(keep: str) -> Answers:
        headers = {"ETag": etag, "Cache-Control": keep, "Vary": "Accept-Encoding"}
        plain = zipped = Response(content, media_type=media_type, headers=headers)
        if short is not None:
            zipped = Response(short, media_type=media_type, headers={**headers, "Content-Encoding": "gzip"})
        return Answers(plain, zipped, Response(status_code=304, headers=headers))

    return Asset(state, etag, kept=answers(FOREVER), asked_for=answers("no-cache"))
