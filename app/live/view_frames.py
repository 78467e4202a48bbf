"""The binary frame of a view: the run that it is of, and the view as the worker or the replaying process encoded it.

    u32 header length, little endian | JSON header | a view (see `app.jobs.view_bytes`)

The header `{"v", "run", "view", "options"}` is padded with spaces so that the view begins at a multiple of four. The
options are the text that `key_of` makes of them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from app.live.frames import padded

VERSION = 1


class Key(NamedTuple):
    """What a page watches: a view of a run. The options are JSON with sorted keys."""

    run: str
    view: str
    options: str


def key_of(run_id: str, view: str, options: Mapping[str, Any]) -> Key:
    """The key of a view with these options, whatever their order."""
    return Key(run_id, view, json.dumps(options, sort_keys=True, separators=(",", ":")))


def encode(key: Key, view: bytes) -> bytes:
    """The frame of a view for those who watch it in a run."""
    header = json.dumps({"v": VERSION, **key._asdict()}, separators=(",", ":")).encode()
    return b"".join((*padded(header), view))


def encode_refusal(key: Key, error: Mapping[str, Any]) -> str:
    """The message that a view cannot be made. `error`: the body of an error, as the HTTP API answers it."""
    return json.dumps({"type": "view", **key._asdict(), **error})
