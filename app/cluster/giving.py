"""Data sets for workers that do not have the lab's folders: what a training needs, and its files piece by piece."""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

from app.cluster.messages import FILES, PIECE_BYTES, Data, Message
from app.jobs.messages import Job
from engine import datasets
from engine.datasets import own

log = logging.getLogger(__name__)


def data_of(job: Job) -> Data | None:
    """The data set of a training, decoded if it is not yet; None: it is one that every Lossroom has.

    Raises:
        DatasetError: it is not there, or its files are damaged.
    """
    own.look_in(Path(job.own_dir))
    source = datasets.source(job.config["dataset"]["name"])
    if source.about is None and source.is_available(None):
        return None
    folder = datasets.prepare(source.name, Path(job.data_dir), Path(job.cache_dir)).absolute()
    return Data(name=source.name, title=source.title, key=key_of(folder), folder=str(folder))


def key_of(folder: Path) -> str:
    """Identifies the content of a decoded data set; empty if there is none in this folder."""
    try:
        return hashlib.sha256((folder / "about.json").read_bytes()).hexdigest()
    except OSError:
        return ""


@lru_cache(maxsize=256)
def sha256_of(path: Path, state: tuple[int, int, int]) -> str:
    """The SHA-256 of a file in its present state (see `own.file_state`).

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Giver:
    """Reads in a thread of its own what workers want. One piece at a time for each worker: what it asks for meanwhile
    is dropped, and it will ask again.

    Args:
        send: takes a worker's address and a message for it.
    """

    def __init__(self, send: Callable[[str, Message], None]) -> None:
        self._send = send
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="cluster-data")
        self._lock = threading.Lock()
        self._asking: set[str] = set()

    def give(self, worker: str, want: Message, data: Data | None) -> None:
        """Send a worker the piece that it wants of a data set; None: no training of this lab has such a data set."""
        with self._lock:
            if worker not in self._asking:
                self._asking.add(worker)
                self._pool.submit(self._give, worker, want, data)

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _give(self, worker: str, want: Message, data: Data | None) -> None:
        message: Message = {"kind": "missing", "key": want["key"]}
        try:
            if data is not None and want["file"] in FILES:
                message = _piece(data, want["file"], want["offset"])
        except (OSError, ValueError) as error:
            log.warning("the data set %s cannot be sent to a worker: %s", want["key"], error)
        finally:
            with self._lock:
                self._asking.discard(worker)
            self._send(worker, message)


def _piece(data: Data, name: str, offset: int) -> Message:
    path = Path(data["folder"]) / name
    state = own.file_state(path)
    if state is None:
        raise FileNotFoundError(path)
    with path.open("rb") as file:
        file.seek(offset)
        content = file.read(PIECE_BYTES)
    return {
        "kind": "piece",
        "key": data["key"],
        "file": name,
        "offset": offset,
        "data": content,
        "size": state[1],
        "sha256": sha256_of(path, state),
    }
