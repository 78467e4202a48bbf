"""The messages between the server, the relay in Dask's scheduler, and Dask's workers.

Dask carries dictionaries, as MessagePack. None of ours holds an object that would have to be unpickled.

Server to relay, on the connection that it opens with `SERVE`:
    to: `workers` (addresses), `message`: pass this on to these workers
    alive: answer with the same
Relay to server:
    workers: `workers`: all that can train now, each as a `Member`
    from: `worker`, `message`: this came from a worker
    refused: `lab`: another lab uses this cluster
    alive
Server to worker, in `to`; each also has `server`, an id that is new at each start of the server:
    begin: `ticket`, `job` as JSON, `data` as a `Data` or None: start on this training
    piece: `key`, `file`, `offset`, `data`, and of the whole file `size` and `sha256`: a piece of a data set
    missing: `key`: this data set is not here any more
    down: `ticket`, `numbered`, `taken`: commands as JSON; the number of the last report that was taken
    sync: `tickets`: these are all that the server knows; send again what was not acknowledged
    alive
Worker to relay:
    ready: `member`: what it says of itself
    leaving: it takes no more trainings
Worker to server, in `from`:
    up: `ticket`, `numbered`, `taken`: reports; the number of the last command that was taken
    unknown: `tickets`: no such training is here
    want: `key`, `file`, `offset`: send a piece of this file of a data set, from here on
A report is a list: the name of a method of `Listener`, then its arguments without the training's id. An event is sent
as JSON. `exited` has one more: the reason as JSON.

A ticket stands for one start of a training. It is new for each, so a message of an earlier start is never
taken for one of a later, whatever restarts in between.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypedDict

from app.jobs.checkpoint_store import is_address
from app.jobs.messages import Job
from engine.datasets.cache import ARRAYS
from engine.live import Change

#: The operation by which a server opens its connection to the relay.
SERVE = "lossroom-serve"
#: The operations on the streams between Dask's scheduler and its workers.
UP, DOWN = "lossroom-up", "lossroom-down"

Message = dict[str, Any]

#: Server and relay greet each other, and the server each worker that trains, this often.
BEAT_SECONDS = 1.0
#: After this time without a message, the server closes its connection and opens a new one.
SILENCE_SECONDS = 5.0
#: A worker that hears nothing of its server for this time gives its trainings up; the server then counts them as lost.
LEASE_SECONDS = 10.0
#: At most this many reports of a training, and this many bytes of them, are on their way; then its process waits.
WINDOW = 64
WINDOW_BYTES = 8 << 20
#: The files of a data set that is decoded: those that workers may ask for. They are sent in pieces of
#: at most this size.
FILES = ("about.json", *(f"{name}.npy" for name in ARRAYS))
PIECE_BYTES = 1 << 20


class Member(TypedDict):
    """A Dask worker that can train.

    Attributes:
        id: of this start of the worker: it is another one after a restart, while its address may be the same.
        slots: how many trainings it takes at a time; 0: it is about to end.
        version: of Lossroom.
        processor: the model of its processor, for people.
        arithmetic: how it computes; see `engine.fingerprint.of_arithmetic`.
    """

    address: str
    id: str
    name: str
    host: str
    slots: int
    version: str
    processor: str
    arithmetic: str


class Data(TypedDict):
    """The data set of a training, decoded, as the server has it. Data sets that every Lossroom has are not sent.

    Attributes:
        title: for people.
        key: of the content: the SHA-256 of its `about.json`, which holds a digest of its arrays.
        folder: where its files are on the server.
    """

    name: str
    title: str
    key: str
    folder: str


def encode_job(job: Job) -> bytes:
    """A job as JSON, with its folders as other machines find them."""
    fields = asdict(job)
    for name in ("data_dir", "cache_dir", "own_dir", "checkpoint_place"):
        if not is_address(fields[name]):
            fields[name] = str(Path(fields[name]).absolute())
    return json.dumps(fields, allow_nan=False).encode()


def decode_job(data: bytes) -> Job:
    fields = json.loads(data)
    fields["changes"] = [Change(**change) for change in fields["changes"]]
    return Job(**fields)
