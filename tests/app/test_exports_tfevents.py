"""TensorBoard's event file, read by a small reader of the documented format."""

import struct

import numpy as np
import pytest

from app.exports.tfevents import masked_crc
from tests.support.experiments import QUICK


def test_the_checksum_agrees_with_the_examples_of_the_standard():
    """RFC 3720, B.4: CRC-32C of 32 zero bytes, of 32 bytes 0xFF, of 0 to 31, of "123456789"."""
    known = {
        bytes(32): 0x8A9136AA,
        b"\xff" * 32: 0x62A8AB43,
        bytes(range(32)): 0x46DD794E,
        b"123456789": 0xE3069283,
    }
    for data, crc in known.items():
        masked = (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF
        assert int(masked_crc(np.frombuffer(data, np.uint8)[None])[0]) == masked


def records(data):
    offset = 0
    while offset < len(data):
        (length,) = struct.unpack_from("<Q", data, offset)
        for start, size in ((offset, 8), (offset + 12, length)):
            (crc,) = struct.unpack_from("<I", data, start + size)
            assert crc == int(masked_crc(np.frombuffer(data, np.uint8, size, start)[None])[0])
        yield data[offset + 12 : offset + 12 + length]
        offset += length + 16


def varint(data, at):
    value = shift = 0
    while True:
        value |= (data[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if data[at - 1] < 0x80:
            return value, at


def fields(data):
    """(number, value) of a protocol buffer message."""
    offset = 0
    while offset < len(data):
        key, offset = varint(data, offset)
        match key & 7:
            case 0:
                value, offset = varint(data, offset)
            case 1:
                value, offset = data[offset : offset + 8], offset + 8
            case 2:
                length, offset = varint(data, offset)
                value, offset = data[offset : offset + length], offset + length
            case 5:
                value, offset = data[offset : offset + 4], offset + 4
        yield key >> 3, value


def scalars(data):
    """tag → [(step, wall time, value)]"""
    found: dict[str, list[tuple[int, float, float]]] = {}
    for event in list(records(data))[1:]:
        parts = dict(fields(event))
        (when,) = struct.unpack("<d", parts[1])
        for _, value in fields(parts[5]):
            inner = dict(fields(value))
            (number,) = struct.unpack("<f", inner[2])
            found.setdefault(inner[1].decode(), []).append((parts[2], when, number))
    return found


@pytest.mark.parametrize("iterations", [200, 1])
def test_every_value_is_a_scalar_at_its_step(lab, iterations):
    dataset = {"name": "digits", "validation_size": 100}
    run = lab.launch(dataset=dataset, training={**QUICK["training"], "iterations": iterations})
    done = lab.wait_for(run["id"], "completed")

    answer = lab.http.get(f"/api/runs/{run['id']}/export.tfevents")

    assert "tfevents" in answer.headers["content-disposition"]
    found = scalars(answer.content)
    tags = {
        "train": {"loss": "loss/batch", "accuracy": "accuracy/batch"},
        "evaluation": {
            "test_accuracy": "accuracy/test",
            "validation_accuracy": "accuracy/validation",
            "validation_loss": "loss/validation",
        },
    }
    for stream, names in tags.items():
        columns, rows = lab.stored_rows(run["id"], stream)
        for column, tag in names.items():
            steps, times, values = zip(*found[tag], strict=True)
            np.testing.assert_array_equal(steps, rows[:, 0])
            np.testing.assert_array_equal(np.array(values, np.float32), rows[:, columns.index(column)])
            assert list(times) == sorted(times)
            assert done["created_at"] - 1 <= times[0] <= times[-1] <= done["finished_at"] + 5
    assert "weight_norm/1" in found
