"""Uploads: files that were sent and are not kept yet. Each is in a folder of its own, and none outlives an hour or the
lab."""

from __future__ import annotations

import asyncio
import secrets
import shutil
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from app.errors import Invalid, LabError, NotFound, StoreUnavailable
from app.folders import PRIVATE_FOLDER, demand_disk
from app.own_data import process
from app.own_data.choices import Choices
from app.own_data.library import OwnData
from app.own_data.limits import Limits
from app.own_data.preview import Preview
from app.own_data.refusals import UploadsFull
from app.people.person import Person
from app.work import write_parts
from engine.datasets import own
from engine.errors import DatasetError
from engine.reasons import Reason, reason_of

#: Uploads at one time, of all people; of a class each person has one at most.
MAX_UPLOADS = 500
#: All of them together take at most as much room as this many files of the largest size.
MAX_LARGEST_FILES = 16
#: An upload is removed when it has not been used for this many seconds.
SECONDS = 3600.0
#: Files that are received, and that are read, at a time; the others wait.
RECEIVED, READ = 8, 2

T = TypeVar("T")


@dataclass(eq=False, slots=True)
class Upload:
    """A file of a person. `file_name` is what it was called there: text, which never becomes a path.

    `lock` is held while something is done with the file; `is_gone` is whether it was removed meanwhile.
    """

    id: str
    person: str
    folder: Path
    file_name: str
    bytes: int = 0
    used_at: float = field(default_factory=time.monotonic)
    is_gone: bool = False
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def file(self) -> Path:
        return self.folder / "file"


class Uploads:
    """Lives in the event loop.

    Args:
        limits: of a file, and of reading it.
    """

    def __init__(self, own_data: OwnData, limits: Limits) -> None:
        self._own_data = own_data
        self._folder = own_data.folder / "uploads"
        self._limits = limits
        self._uploads: dict[str, Upload] = {}
        self._receiving = asyncio.Semaphore(RECEIVED)
        self._reading = asyncio.Semaphore(READ)

    async def open(self) -> None:
        """Remove what an earlier lab left."""
        await asyncio.to_thread(self._clear)

    def _clear(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(PRIVATE_FOLDER, parents=True, exist_ok=True)

    async def expire(self) -> None:
        """Remove what has not been used for an hour."""
        late = time.monotonic() - SECONDS
        for upload in [old for old in self._uploads.values() if old.used_at < late]:
            await self.drop(upload)

    # -- a file comes ----------------------------------------------------------------------------------

    async def receive(self, person: Person, file_name: str, parts: AsyncIterator[bytes]) -> Upload:
        """Store a file as it comes. A person of a class has one upload: a new one replaces it.

        Args:
            parts: its bytes; whoever gives them bounds them.

        Raises:
            LabError: there is no room, or whatever `parts` raises; then nothing of it stays.
        """
        self._own_data.demand_room(person, 0)

        async def write(upload: Upload) -> None:
            def demand(size: int) -> None:
                if upload.is_gone:  # the person has sent another one
                    raise _gone()
                upload.bytes += size
                self._demand_disk()

            with upload.file.open("xb") as file:
                await write_parts(parts, file, demand)

        return await self._add(person, file_name, write)

    async def make(self, person: Person, file_name: str, write: Callable[[Path], Any]) -> Upload:
        """An upload that the lab writes itself: `write` gets the path of its file, in a thread."""

        async def written(upload: Upload) -> None:
            await asyncio.to_thread(write, upload.file)
            upload.bytes = upload.file.stat().st_size

        return await self._add(person, file_name, written)

    async def _add(
        self, person: Person, file_name: str, write: Callable[[Upload], Coroutine[Any, Any, None]]
    ) -> Upload:
        if person.id:
            # several may be sent at the same time: look again after each that was dropped
            while before := next(
                (upload for upload in self._uploads.values() if upload.person == person.id), None
            ):
                await self.drop(before)
        if len(self._uploads) >= MAX_UPLOADS:
            raise _busy()
        upload_id = secrets.token_hex(8)
        upload = Upload(upload_id, person.id, self._folder / upload_id, _text_of(file_name))
        self._uploads[upload_id] = upload
        try:
            async with upload.lock, self._receiving:
                await asyncio.to_thread(upload.folder.mkdir, PRIVATE_FOLDER, parents=True)
                await write(upload)
        except BaseException as error:
            await asyncio.shield(self.drop(upload))
            if isinstance(error, OSError):
                text = f"the lab cannot write to its disk: {error}"
                raise StoreUnavailable(Reason("store_unavailable", text, why=reason_of(error))) from None
            raise
        return upload

    def _demand_disk(self) -> None:
        """Refuse a file for which there is no room: uploads are not to fill the disk of the database."""
        if sum(upload.bytes for upload in self._uploads.values()) > MAX_LARGEST_FILES * self._limits.bytes:
            raise _busy()
        demand_disk(self._folder)

    def of(self, person: Person, upload_id: str) -> Upload:
        """A person's upload, or `NotFound`."""
        upload = self._uploads.get(upload_id)
        if upload is None or upload.person != person.id:
            raise _gone()
        return upload

    async def drop(self, upload: Upload) -> None:
        """Remove an upload, when what is done with it has ended."""
        self._uploads.pop(upload.id, None)
        upload.is_gone = True
        async with upload.lock:
            await asyncio.to_thread(shutil.rmtree, upload.folder, ignore_errors=True)

    # -- a file is read --------------------------------------------------------------------------------

    async def first_preview(self, upload: Upload) -> Preview:
        """What a file holds; nothing of one that is refused stays."""
        try:
            return await self.preview(upload, Choices())
        except BaseException:
            await asyncio.shield(self.drop(upload))
            raise

    async def preview(self, upload: Upload, choices: Choices) -> Preview:
        """What a file is when it is read so.

        Raises:
            Invalid: it cannot be read so.
            NotFound: the upload was removed meanwhile.
        """
        return await self._read(
            upload, lambda: process.preview(upload.file, upload.file_name, choices, self._limits)
        )

    async def keep(self, upload: Upload, person: Person, choices: Choices) -> str:
        """Make a data set of a file, and remove the upload; returns its name.

        Raises:
            Invalid: it cannot be read so, or has no title.
            LabError: there is no room for it.
        """
        title = choices.title
        if title is None:
            raise Invalid(
                "title is missing: what is the data set to be called?", code="missing", field="title"
            )
        written = upload.folder / "made"

        async def decode_and_keep() -> str:
            try:
                about = await process.decode(upload.file, upload.file_name, choices, self._limits, written)
                return await self._own_data.keep(written / own.name_of(about), person, title)
            finally:
                await asyncio.shield(asyncio.to_thread(shutil.rmtree, written, ignore_errors=True))

        name = await self._read(upload, decode_and_keep)  # all of it before the upload can be dropped
        await self.drop(upload)
        return name

    async def _read(self, upload: Upload, read: Callable[[], Coroutine[Any, Any, T]]) -> T:
        async with upload.lock:
            if upload.is_gone:
                raise _gone()
            upload.used_at = time.monotonic()
            try:
                async with self._reading:
                    return await read()
            except DatasetError as error:
                raise Invalid(reason_of(error), code="unreadable", field="file") from error
            finally:
                upload.used_at = time.monotonic()


def _text_of(file_name: str) -> str:
    """What a file was called, without its folder."""
    name = file_name.replace("\\", "/").rpartition("/")[2]
    return "".join(character for character in name if character.isprintable())[:200] or "file"


def _busy() -> LabError:
    text = "too many files are being looked at; try again in some minutes"
    return UploadsFull(Reason("upload_busy", text))


def _gone() -> NotFound:
    text = "this file is not here any more: it was kept, given up or replaced, or an hour has passed"
    return NotFound(Reason("upload_gone", text), field="upload_id")
