"""Files that the lab makes for one answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from app.work import in_thread

#: Bytes of a file that are read at a time.
PART = 1 << 20


class SentOnce(StreamingResponse):
    """A response with a file, which is deleted when it has been sent, and also when sending it fails."""

    def __init__(self, file: Path, headers: dict[str, str]) -> None:
        self.file = file
        super().__init__(self._parts(), media_type="application/octet-stream", headers=headers)

    def delete(self) -> None:
        self.file.unlink(missing_ok=True)

    async def _parts(self) -> AsyncIterator[bytes]:
        with self.file.open("rb") as file:
            while part := await in_thread(file.read, PART):
                yield part

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.headers["content-length"] = str(self.file.stat().st_size)
        try:
            await super().__call__(scope, receive, send)
        finally:
            self.delete()
