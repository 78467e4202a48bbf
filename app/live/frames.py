"""The binary frame: how metric rows travel to the page.

    u32 header length, little endian | JSON header | float32 little endian, column after column

The header `{"v", "run", "stream", "first", "rows", "columns", "times"}` is padded with spaces so that the floats start
at a multiple of four: the page reads them in place as a Float32Array, without a copy. `first` is the number of the
frame's first row in its stream, and `times` is `[[rows so far, Unix seconds, seconds of training], ...]`.

A frame with `"overview": rows so far` in its header holds no rows. It holds two values for each bin of the rows so far,
the lowest and the highest of each column; the rows follow from the first one on.
"""

from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.rows import Rows

VERSION = 1
_LENGTH = struct.Struct("<I")


def encode(run_id: str, stream: str, rows: Rows, *, overview: int = 0) -> bytes:
    """One frame of rows. With `overview` above 0, the rows are an overview of that number of rows."""
    head = {
        "v": VERSION,
        "run": run_id,
        "stream": stream,
        "first": rows.first,
        "rows": rows.count,
        "columns": rows.columns,
        "times": rows.times,
    }
    if overview:
        head["overview"] = overview
    header = json.dumps(head, separators=(",", ":")).encode()
    return b"".join((*padded(header), np.ascontiguousarray(rows.values, "<f4").tobytes()))


def readdressed(frame: bytes, run_id: str) -> bytes:
    """The same frame for another run: its rows are not encoded again."""
    (length,) = _LENGTH.unpack_from(frame)
    end = _LENGTH.size + length
    rest = frame[_LENGTH.size : end].partition(b',"stream":')[2].rstrip(b" ")
    header = b'{"v":%d,"run":%b,"stream":%b' % (VERSION, json.dumps(run_id).encode(), rest)
    return b"".join((*padded(header), memoryview(frame)[end:]))


def decode(frame: bytes) -> tuple[dict[str, Any], NDArray[np.float32]]:
    """Header and values (columns, rows) of a frame.

    Raises:
        ValueError: the bytes are not a whole frame of a known version.
    """
    if len(frame) < _LENGTH.size:
        raise ValueError(f"a frame has at least {_LENGTH.size} bytes, not {len(frame)}")
    (length,) = _LENGTH.unpack_from(frame)
    header = json.loads(frame[_LENGTH.size : _LENGTH.size + length])
    if header["v"] != VERSION:
        raise ValueError(f"frame version {header['v']}; this version reads {VERSION}")
    values = np.frombuffer(frame, "<f4", offset=_LENGTH.size + length)
    return header, values.reshape(len(header["columns"]), header["rows"])


def padded(header: bytes) -> tuple[bytes, bytes]:
    """The header with its spaces, and its length before it."""
    header += b" " * (-(len(header) + _LENGTH.size) % 4)
    return _LENGTH.pack(len(header)), header
