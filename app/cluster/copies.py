"""Copies of data sets on a worker that does not have the lab's folders: each is pulled from the server once, checked,
and kept.

    copies/mnist-0123456789abcdef/mnist-v3/about.json, train_images.npy …    as in the cache of decoded data sets
                                  sums.json                                  the SHA-256 of each file
    cache/                                                                   what is decoded here
    checkpoints/                                                             where the lab has no store for them

Lives in the event loop of a Dask worker; what takes long is done in threads.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import logging
import os
import shutil
import socket
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import app.errors  # noqa: F401  # declares the reasons
from app import lab_name
from app.cluster.giving import key_of, sha256_of
from app.cluster.messages import FILES, Data, Message
from app.jobs import checkpoints
from app.jobs.checkpoint_store import FolderStore, is_address
from app.jobs.messages import Job
from engine.datasets import own
from engine.datasets.cache import LEFT_BEHIND_SECONDS, folder_of
from engine.errors import DatasetError, unwritable
from engine.reasons import Reason

log = logging.getLogger(__name__)

#: The most bytes of all copies together. Copies that were used within `UNUSED_SECONDS` stay even above this.
COPIES_BYTES = 20 << 30
UNUSED_SECONDS = 3600.0
#: A piece that has not come within this time is asked for again, and then each time after twice as long, up to a bound:
#: on a slow line, pieces that were asked for too often would delay the next ones.
RETRY_SECONDS = 2.0
MAX_RETRY_SECONDS = 60.0
#: How many checkpoints of a training stay on the worker. The server remembers two, and hears of newer ones later.
CHECKPOINTS = 6
#: Checkpoints that are older than this are removed: of trainings that went on elsewhere, or were killed.
CHECKPOINT_SECONDS = 7 * 86_400.0


class Copies:
    """The data sets that this worker keeps.

    Args:
        folder: where they are kept. Several workers of one machine can share it.
        may_share: whether to use the lab's own folders, if this machine has them at the same path.
        send: sends a message to the server.
        most_bytes: the bound of all copies. Above it, those that were not used for longest are removed first.
    """

    def __init__(
        self,
        folder: Path,
        *,
        may_share: bool,
        send: Callable[[Message], None],
        most_bytes: int = COPIES_BYTES,
    ) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        self._may_share = may_share
        self._send = send
        # by the key of a data set: two trainings do not pull the same one
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._transfer = asyncio.Lock()  # one data set comes at a time
        self._wanted: tuple[str, str, int] | None = None  # the piece that is asked for: key, file, offset
        self._answer: asyncio.Future[Message] | None = None  # gets the message with it
        # how long the next piece is waited for: as long as was enough for the last one
        self._patience = RETRY_SECONDS

    async def prepare(self, job: Job, data: Data | None, lab: str) -> Job:
        """The job with folders of this machine, where the training finds its data set.

        Args:
            lab: the name of the lab, which is in its state folder.

        Raises:
            DatasetError: the server does not have the data set any more, it arrived damaged, or it cannot be written.
        """
        if self._may_share and await asyncio.to_thread(_is_shared, job, data, lab):
            return job
        cache = self._folder / "cache"
        if data is not None:
            cache = self._folder / "copies" / f"{data['name']}-{data['key'][:16]}"
            async with self._locks[data["key"]]:
                # noted before the copy is checked: another worker of this machine may be removing unused ones
                self.note_used([cache])
                if not await asyncio.to_thread(self._is_whole, cache, data):
                    async with self._transfer:
                        await self._pull(cache, data)
                        await asyncio.to_thread(_drop_unused, cache.parent, self._most_bytes)
        folder = str(cache)
        job = replace(job, data_dir=folder, cache_dir=folder, own_dir=folder)
        if is_address(job.checkpoint_place):
            return job
        await asyncio.to_thread(_remove_old, self._checkpoints, CHECKPOINT_SECONDS, job.training)
        # moments are replayed on the server, which would not find what is kept here
        return replace(job, checkpoint_place=str(self._checkpoints), kept_bytes=0)

    def take(self, message: Message) -> None:
        """Receive what the server has sent: the piece that is wanted, or that there is none. Repeated messages are
        dropped."""
        if self._answer is None or self._answer.done() or self._wanted is None:
            return
        is_piece = message["kind"] == "piece"
        sent = (message["key"], message["file"], message["offset"]) if is_piece else (message["key"],)
        if sent == self._wanted[: len(sent)]:
            self._answer.set_result(message)

    def note_used(self, folders: Iterable[Path]) -> None:
        """These copies are used now; a folder that is no copy of ours is left alone."""
        for folder in folders:
            if folder.parent == self._folder / "copies":
                with contextlib.suppress(OSError):  # it is not there yet
                    os.utime(folder)

    def forget_older(self, training_id: str) -> None:
        """Remove the checkpoints of a training but the newest. Called from any thread."""
        checkpoints.remove_older(FolderStore(self._checkpoints), training_id, but=CHECKPOINTS)

    def forget(self, training_id: str) -> None:
        """Remove the checkpoints of a training that has come to its end."""
        checkpoints.remove_all(FolderStore(self._checkpoints), training_id)

    @property
    def _checkpoints(self) -> Path:
        return self._folder / "checkpoints"

    def _is_whole(self, cache: Path, data: Data) -> bool:
        """Whether there is an undamaged copy; a damaged one is removed. Files are read once, and again when they
        have changed."""
        folder = _inner(cache, data)
        if not cache.is_dir():
            return False
        try:
            sums = json.loads((cache / "sums.json").read_text("utf-8"))
            states = {name: own.file_state(folder / name) for name in FILES}
            if key_of(folder) == data["key"] and all(
                state is not None and sha256_of(folder / name, state) == sums[name]
                for name, state in states.items()
            ):
                return True
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.warning("the copy in %s cannot be read: %s", cache, error)
        log.warning("the copy of %s in %s is damaged, and is pulled again", data["name"], cache)
        _remove(cache)
        return False

    async def _pull(self, cache: Path, data: Data) -> None:
        """Get a data set from the server: all of it, or nothing."""
        log.info("pulling the data set %s from the lab", data["name"])
        self._patience = RETRY_SECONDS
        try:
            cache.parent.mkdir(parents=True, exist_ok=True)
            _remove_leftovers(cache.parent)
            temporary = Path(tempfile.mkdtemp(prefix=".new-", dir=cache.parent))
            try:
                folder = _inner(temporary, data)
                folder.mkdir()
                sums = {}
                for name in FILES:
                    with (folder / name).open("wb") as file:
                        sums[name] = await self._pull_file(file, name, data)
                if key_of(folder) != data["key"]:
                    raise _damaged(data)
                (temporary / "sums.json").write_text(json.dumps(sums), "utf-8")
                _rename(temporary, cache)
            finally:
                await asyncio.to_thread(shutil.rmtree, temporary, ignore_errors=True)
        except OSError as error:
            raise unwritable(cache.parent, error) from error
        log.info("the data set %s is in %s", data["name"], cache)

    async def _pull_file(self, file: BinaryIO, name: str, data: Data) -> str:
        """Get one file; returns its SHA-256, which has been checked."""
        received = hashlib.sha256()
        while True:
            piece = await self._pull_piece((data["key"], name, file.tell()))
            if piece["kind"] == "missing":
                text = f"the lab does not have the data set {data['title']} any more"
                raise DatasetError(Reason("data_not_here", text, dataset=data["title"]))
            file.write(piece["data"])
            received.update(piece["data"])
            if file.tell() >= piece["size"] or not piece["data"]:
                break
        if received.hexdigest() != piece["sha256"]:
            raise _damaged(data)
        return received.hexdigest()

    async def _pull_piece(self, wanted: tuple[str, str, int]) -> Message:
        """Ask for a piece, and ask again until it comes, as the connection may break. If it stays broken, the attendant
        gives the training up and cancels this."""
        self._wanted = wanted
        self._answer = asyncio.get_running_loop().create_future()
        key, file, offset = wanted
        while True:
            self._send({"kind": "want", "key": key, "file": file, "offset": offset})
            with contextlib.suppress(TimeoutError):
                return await asyncio.wait_for(asyncio.shield(self._answer), self._patience)
            self._patience = min(2 * self._patience, MAX_RETRY_SECONDS)


def _is_shared(job: Job, data: Data | None, lab: str) -> bool:
    """Whether this machine has the lab's folders at the same path, with the same content."""
    place = job.checkpoint_place
    return (
        (is_address(place) or _is_of(lab, Path(place).parent))
        and Path(job.data_dir).is_dir()
        and (data is None or key_of(Path(data["folder"])) == data["key"])
    )


def _is_of(lab: str, state_dir: Path) -> bool:
    """Whether this is the state folder of the lab; another lab may have one at the same path on this machine."""
    try:
        return (state_dir / lab_name.FILE).read_text("utf-8").strip() == lab
    except (OSError, ValueError):
        return False


def _inner(cache: Path, data: Data) -> Path:
    """Where the process that trains looks for a decoded data set."""
    name = data["name"]
    return cache / name if own.is_name(name) else folder_of(name, cache)


def _rename(new: Path, copy: Path) -> None:
    try:
        new.chmod(0o755)
        new.rename(copy)
    except OSError:  # another worker of this machine may have been faster
        if not copy.is_dir():
            raise


def _drop_unused(folder: Path, most_bytes: int) -> None:
    """Remove the copies that were not used for longest until the others are within the bound."""
    copies: list[tuple[float, int, Path]] = []
    for path in folder.iterdir():
        with contextlib.suppress(OSError):  # another worker of this machine may be removing it
            if not path.name.startswith("."):
                size = sum(file.stat().st_size for file in path.rglob("*"))
                copies.append((path.stat().st_mtime, size, path))
    total = sum(size for _, size, _ in copies)
    for _, size, path in sorted(copies):
        with contextlib.suppress(OSError):
            if total > most_bytes and time.time() - path.stat().st_mtime > UNUSED_SECONDS:
                log.info("the copy in %s was not used for longest, and is removed", path)
                _remove(path)
                total -= size


def _remove(copy: Path) -> None:
    """Remove a copy; at no moment a part of it has its name."""
    with (
        contextlib.suppress(FileNotFoundError),  # another worker of this machine was faster
        tempfile.TemporaryDirectory(prefix=".old-", dir=copy.parent, ignore_cleanup_errors=True) as old,
    ):
        copy.rename(Path(old) / "copy")


def _remove_leftovers(folder: Path) -> None:
    """Remove what killed workers left unfinished."""
    for path in folder.glob(".*-*"):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > LEFT_BEHIND_SECONDS:
                shutil.rmtree(path, ignore_errors=True)


def _remove_old(folder: Path, seconds: float, training_id: str) -> None:
    """Remove checkpoints that were written longer ago than this, but those of one training."""
    for path in folder.glob("*"):
        if path.name.startswith(f"{training_id}."):
            continue
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > seconds:
                path.unlink()


def _damaged(data: Data) -> DatasetError:
    host = socket.gethostname()
    text = f"the data set {data['title']} arrived damaged on {host}; launch the run again"
    return DatasetError(Reason("data_damaged", text, dataset=data["title"], host=host))
