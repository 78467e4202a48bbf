"""TensorBoard's event file: every recorded value as a scalar.

A file of records, each `u64 length | u32 masked CRC-32C of the length | data | u32 masked CRC-32C of the data`, little
endian (TensorFlow's record format, tensorflow/core/lib/io/record_writer.h). The data is an `Event` message
(tensorflow/core/util/event.proto), written here by hand: only four of its fields are needed.

    Event:  1 wall_time (double), 2 step (int64), 3 file_version (string), 5 summary (message)
    Summary: 1 value (repeated message)      Value: 1 tag (string), 2 simple_value (float)

All records of a stream have the same bytes but for their time, step and values, so a page of rows is one array of
bytes, and its checksums are computed for all rows together, column by column.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from app.exports.recording import Recording
from app.rows import Times

Bytes = NDArray[np.uint8]

#: Every step fits into a varint of this many bytes. Smaller numbers are padded to it, which is valid.
_STEP_BYTES = 4
_TRAIN_TAGS = {"loss": "loss/batch", "accuracy": "accuracy/batch"}
_EVALUATION_TAGS = {
    "train_accuracy": "accuracy/train",
    "test_accuracy": "accuracy/test",
    "validation_accuracy": "accuracy/validation",
    "train_loss": "loss/train",
    "test_loss": "loss/test",
    "validation_loss": "loss/validation",
}
TAGS = {"train": _TRAIN_TAGS, "evaluation": _EVALUATION_TAGS}


def _crc_table() -> NDArray[np.uint32]:
    """CRC-32C (Castagnoli, reflected polynomial 0x82F63B78) of each byte."""
    crc = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        crc = np.where(crc & 1, (crc >> 1) ^ np.uint32(0x82F63B78), crc >> 1).astype(np.uint32)
    return crc


_CRC_TABLE = _crc_table()


def masked_crc(data: Bytes) -> NDArray[np.uint32]:
    """Masked CRC-32C of each row of bytes (rows, length), as the record format has it."""
    crc = np.full(len(data), 0xFFFFFFFF, np.uint32)
    for column in data.T:
        crc = _CRC_TABLE[(crc ^ column) & 0xFF] ^ (crc >> np.uint32(8))
    crc ^= np.uint32(0xFFFFFFFF)
    return ((crc >> np.uint32(15)) | (crc << np.uint32(17))) + np.uint32(0xA282EAD8)


def tfevents(recording: Recording) -> Iterator[bytes]:
    """The bytes of the file in order: the record of the version, then one piece for each page of rows."""
    started_at = recording.run["started_at"] or recording.run["created_at"]
    version = b"brain.Event:2"
    yield _records(
        np.frombuffer(
            b"\x09" + struct.pack("<d", started_at) + b"\x1a" + _length_prefixed(version), np.uint8
        )[None]
    )
    for stream in TAGS:
        last_time = started_at
        for page in recording.pages(stream):
            steps = page.values[0].astype(np.int64)
            times = _times(page.first, page.count, page.times, last_time)
            last_time = float(times[-1])
            yield _events(steps, times, page.values[1:], [tag(stream, name) for name in page.columns[1:]])


def tag(stream: str, column: str) -> str:
    """The name of a column in TensorBoard; the part before the slash is the group."""
    return TAGS[stream].get(column, column)


def _times(first: int, count: int, times: Times, before: float) -> NDArray[np.float64]:
    """Unix seconds of each row, interpolated between known times. If none is known, all get `before`, the time of the
    last earlier row. They never decrease, even if the clock was set back.
    """
    if not times:
        return np.full(count, before)
    row_counts, unix_seconds, _ = np.array(times, np.float64).T
    ascending = np.maximum.accumulate(np.maximum(unix_seconds, before))
    interpolated: NDArray[np.float64] = np.interp(
        np.arange(first + 1, first + count + 1), row_counts, ascending
    )
    return interpolated


def _events(
    steps: NDArray[np.int64],
    times: NDArray[np.float64],
    values: NDArray[np.float32],
    tags: list[str],
) -> bytes:
    """Records of rows: `values` is (tags, rows)."""
    # a field begins with (its number << 3) | wire type: 0x09 wall_time, 0x10 step, 0x2a summary; 0x0a value and tag,
    # 0x15 simple_value
    template = bytearray(b"\x09" + bytes(8) + b"\x10" + bytes(_STEP_BYTES))
    summary = bytearray()
    value_offsets = []
    for name in tags:
        value = b"\x0a" + _length_prefixed(name.encode()) + b"\x15"
        summary += b"\x0a" + _varint(len(value) + 4) + value
        value_offsets.append(len(summary))
        summary += bytes(4)
    template += b"\x2a" + _varint(len(summary))
    base = len(template)
    template += summary
    data = np.tile(np.frombuffer(bytes(template), np.uint8), (len(steps), 1))
    data[:, 1:9] = times.astype("<f8").view(np.uint8).reshape(-1, 8)
    for byte in range(_STEP_BYTES):
        continuation_bit = 0x80 if byte < _STEP_BYTES - 1 else 0
        data[:, 10 + byte] = ((steps >> (7 * byte)) & 0x7F) | continuation_bit
    for offset, column in zip(value_offsets, values, strict=True):
        at = base + offset
        data[:, at : at + 4] = np.ascontiguousarray(column, "<f4").view(np.uint8).reshape(-1, 4)
    return _records(data)


def _records(data: Bytes) -> bytes:
    """One record for each row of `data` (rows, length)."""
    rows, length = data.shape
    header = np.frombuffer(struct.pack("<Q", length), np.uint8)
    records = np.empty((rows, length + 16), np.uint8)
    records[:, :8] = header
    records[:, 8:12] = masked_crc(header[None]).astype("<u4").view(np.uint8)
    records[:, 12:-4] = data
    records[:, -4:] = masked_crc(data).astype("<u4").view(np.uint8).reshape(-1, 4)
    return records.tobytes()


def _length_prefixed(data: bytes) -> bytes:
    return _varint(len(data)) + data


def _varint(number: int) -> bytes:
    parts = []
    while number > 0x7F:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*parts, number])
