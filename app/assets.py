"""Assets: the files that a page is made of, read, shortened and compressed once, and kept by browsers.

When a class opens the page, each browser asks for ninety files, all at the same moment. To read and compress them for
each request, in threads, would take a quarter of a second of a core for each browser. The addresses in a page change
when one of the files changes, so that a browser that has them all asks for none.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.security.prefix import route_path

#: Files with fewer bytes are not compressed: they would hardly become smaller.
MIN_ZIPPED_BYTES = 300

#: The browser may keep a file forever: its address changes when its content does.
FOREVER = "public, max-age=31536000, immutable"

#: The types of files by the ends of their names. On Windows, what `mimetypes` says of scripts can be another type.
_TYPES = {
    ".css": "text/css",
    ".gif": "image/gif",
    ".js": "text/javascript",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
}
#: The version of all files, then the name of a file.
_VERSIONED = re.compile(r"([0-9a-f]{16})/(.+)")


#: What is left out of a script: comments that have whole lines to themselves, comments after code, if they have no
#: quotation mark (with one, they may be part of a text in the code), and the indentation of lines.
_COMMENT = re.compile(rb"^[ \t]*(?:/\*\*(?:[^*]|\*(?!/))*\*/[ \t]*|//[^\n]*)$", re.MULTILINE)
_COMMENT_AFTER_CODE = re.compile(rb"[ \t]+// [^\n\"'`]*$", re.MULTILINE)
_INDENT = re.compile(rb"^[ \t]+", re.MULTILINE)
#: A comment in a style sheet.
_STYLE_COMMENT = re.compile(rb"/\*(?:[^*]|\*(?!/))*\*/")


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers for one file, all with the same Cache-Control."""

    plain: Response
    zipped: Response
    unchanged: Response


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it was read."""

    state: tuple[tuple[int, int], ...]
    etag: str
    forever: Answers
    revalidated: Answers


class Assets:
    """An ASGI application that serves the files of a folder, those that are there when it is made.

    As `js/lab.js` browsers keep a file, but ask whether it has changed. As `0123456789abcdef/js/lab.js`, after the
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
        """The version of the files as they are on the disk now. Changed files need no restart of the lab."""
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
        answers = asset.forever if version == self._version else asset.revalidated
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
    """A script without its comments and without the indentation of its lines.

    Comments hold the types for `tsc`: nearly a third of what a page loads at its start. Lines that become
    empty stay, so that an error in a browser names the line of the file. No text in a script may go over several lines.
    """
    bare = _COMMENT.sub(lambda comment: b"\n" * comment[0].count(b"\n"), script)
    return _INDENT.sub(b"", _COMMENT_AFTER_CODE.sub(b"", bare))


@lru_cache(maxsize=1024)
def _read(paths: tuple[Path, ...], state: tuple[tuple[int, int], ...]) -> Asset:
    path = paths[0]
    content = b"".join(path.read_bytes() for path in paths)
    if path.suffix == ".js":
        content = shortened(content)
    elif path.suffix == ".css":
        content = _STYLE_COMMENT.sub(b"", content)
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    media_type = _TYPES.get(path.suffix, "application/octet-stream")
    short = gzip.compress(content, 9, mtime=0) if len(content) >= MIN_ZIPPED_BYTES else None

    def answers(keep: str) -> Answers:
        headers = {"ETag": etag, "Cache-Control": keep, "Vary": "Accept-Encoding"}
        plain = zipped = Response(content, media_type=media_type, headers=headers)
        if short is not None:
            zipped = Response(short, media_type=media_type, headers={**headers, "Content-Encoding": "gzip"})
        return Answers(plain, zipped, Response(status_code=304, headers=headers))

    return Asset(state, etag, forever=answers(FOREVER), revalidated=answers("no-cache"))
