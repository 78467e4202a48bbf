"""A view as bytes, as it goes from the process that made it to the page. The server does not read it.

    u32 header length, little endian | JSON header | arrays, each padded to a multiple of four bytes

The header `{"v", "view", "iteration", "facts", "arrays": [{"name", "type", "shape"}]}` is padded with spaces so that
the arrays begin at a multiple of four; the types are float32, int32 and uint8, little endian. Numbers in the facts that
are not finite are null. Imports the engine and the standard library only.
"""

from __future__ import annotations

import json
import math
import struct
from typing import Any

import numpy as np

from engine.views import View

VERSION = 1
_LENGTH = struct.Struct("<I")
_TYPES = {"float32": "<f4", "int32": "<i4", "uint8": "u1"}


def encode(name: str, iteration: int, view: View) -> bytes:
    """The bytes of a view that was made after `iteration` iterations."""
    arrays = {key: np.ascontiguousarray(array) for key, array in view.arrays.items()}
    header = {
        "v": VERSION,
        "view": name,
        "iteration": iteration,
        "facts": _finite(dict(view.facts)),
        "arrays": [
            {"name": key, "type": array.dtype.name, "shape": array.shape} for key, array in arrays.items()
        ],
    }
    text = json.dumps(header, separators=(",", ":"), allow_nan=False).encode()
    text += b" " * (-(len(text) + _LENGTH.size) % 4)
    parts = [_LENGTH.pack(len(text)), text]
    for array in arrays.values():
        data = array.astype(_TYPES[array.dtype.name], copy=False).tobytes()
        parts += [data, bytes(-len(data) % 4)]
    return b"".join(parts)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    return int(value) if isinstance(value, np.integer) else value
