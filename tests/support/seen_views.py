"""Views as a page reads them."""

from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

_TYPES = {"float32": "<f4", "int32": "<i4", "uint8": "u1"}


def decode_frame(frame: bytes) -> tuple[dict[str, Any], bytes]:
    """The header of a frame, and the view in it."""
    (length,) = struct.unpack_from("<I", frame)
    return json.loads(frame[4 : 4 + length]), frame[4 + length :]


def decode_view(data: bytes) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """The header of a view, and its arrays by name."""
    (length,) = struct.unpack_from("<I", data)
    header = json.loads(data[4 : 4 + length])
    assert (4 + length) % 4 == 0, "the arrays must be aligned"
    at, arrays = 4 + length, {}
    for described in header["arrays"]:
        kind = np.dtype(_TYPES[described["type"]])
        count = int(np.prod(described["shape"]))
        arrays[described["name"]] = np.frombuffer(data, kind, count, at).reshape(described["shape"])
        at += -(-count * kind.itemsize // 4) * 4
    assert at == len(data)
    return header, arrays
