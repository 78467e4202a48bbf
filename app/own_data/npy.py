"""Arrays as NumPy writes them (.npy), read in blocks. The header is checked first, so that a small file cannot ask for
much memory, and Python objects are never made. IDX files are read in the same way, see `app.own_data.idx`."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
from numpy.lib import format as npy_format
from numpy.typing import NDArray

from app.own_data.limits import Limits
from app.own_data.members import Member
from app.own_data.reasons import refusal, shorten
from engine.datasets.files import PIECE

#: Bytes that are read at a time.
_BLOCK = 4 << 20
_MAX_AXES = 4
_LAST_CHARACTER = 0x10FFFF
#: One item of an array, such as an image, has at most this many bytes.
_MAX_ITEM = 64 << 20
#: No axis is longer: a product of lengths can be written as text.
_MAX_LENGTH = 1 << 40


@dataclass(frozen=True, slots=True)
class Npy:
    """One array in a file.

    Attributes:
        member: the part of the file that holds the array.
        file: the name of the file for messages.
        shape: a single value has the shape (1,).
        dtype: a type of numbers, texts or truth values.
        is_fortran: whether the first axis varies fastest.
        begin: the number of bytes before the values.
    """

    member: Member
    file: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    is_fortran: bool
    begin: int

    @property
    def name(self) -> str:
        return self.member.base.removesuffix(".npy")

    @property
    def count(self) -> int:
        return self.shape[0]

    def blocks(self) -> Iterator[NDArray[Any]]:
        """The array in parts along its first axis.

        Raises:
            DatasetError: the file ends before the array does.
        """
        item = self.shape[1:]
        size = max(1, math.prod(item) * self.dtype.itemsize)
        block_items = max(1, _BLOCK // size)
        with self.member.open() as stream:
            stream.read(self.begin)
            if self.is_fortran and item:
                yield from self._fortran_blocks(stream, block_items)
                return
            for start in range(0, self.count, block_items):
                count = min(block_items, self.count - start)
                data = self._exactly(stream, count * size, start * size)
                yield np.frombuffer(data, self.dtype, count * math.prod(item)).reshape(count, *item)

    def whole(self) -> NDArray[Any]:
        """The whole array, for a small one."""
        return np.concatenate([*self.blocks()]) if self.count else np.empty(self.shape, self.dtype)

    def _fortran_blocks(self, stream: BinaryIO, block_items: int) -> Iterator[NDArray[Any]]:
        """Blocks of an array whose first axis varies fastest. Each has values from the whole array, so its bytes are
        copied to a temporary file first."""
        with tempfile.TemporaryFile() as copy:
            size = math.prod(self.shape) * self.dtype.itemsize
            for start in range(0, size, PIECE):
                copy.write(self._exactly(stream, min(size - start, PIECE), start))
            copy.flush()
            values: NDArray[Any] = np.memmap(copy, self.dtype, "r", shape=self.shape, order="F")
            for start in range(0, self.count, block_items):
                yield np.array(values[start : start + block_items], order="C")

    def _exactly(self, stream: BinaryIO, wanted: int, before: int) -> bytes:
        """The next `wanted` bytes; `before` is how many of the values were read already.

        Raises:
            DatasetError: there are fewer, or texts that are none.
        """
        data = stream.read(wanted)
        if len(data) != wanted:
            size = math.prod(self.shape) * self.dtype.itemsize
            there = self.begin + before + len(data)
            raise refusal(
                "read_cut_short", file=shorten(self.member.name), wanted=self.begin + size, there=there
            )
        if self.dtype.kind == "U":
            points = np.frombuffer(data, np.dtype(np.uint32).newbyteorder(self.dtype.byteorder))
            # no character has such a number, and making a text of it would crash Python
            if (points > _LAST_CHARACTER).any():
                raise refusal("read_damaged", file=shorten(self.member.name))
        return data


def read_header(member: Member, file: str, limits: Limits) -> Npy:
    """What an array is, from its first bytes.

    Raises:
        DatasetError: it is not an array, holds Python objects, or the file is shorter than its values.
    """
    values = {"file": file, "member": shorten(member.name)}
    with member.open() as stream:
        try:
            version = npy_format.read_magic(stream)
            read = {(1, 0): npy_format.read_array_header_1_0, (2, 0): npy_format.read_array_header_2_0}
            shape, is_fortran, dtype = read[version](stream)
        except Exception:  # NumPy lets Python parse the header, which can raise nearly every exception
            raise refusal("read_header", **values) from None
        begin = stream.tell()
    if dtype.hasobject:
        raise refusal("read_pickled", **values)
    if dtype.kind not in "biufUS" or dtype.subdtype is not None or not dtype.itemsize:
        raise refusal("read_array_kind", **values, there=shorten(str(dtype), 30))
    if len(shape) > _MAX_AXES or any(
        type(length) is not int or not 0 <= length <= _MAX_LENGTH for length in shape
    ):
        raise refusal("read_header", **values)
    if math.prod(shape[1:]) * dtype.itemsize > _MAX_ITEM:
        raise refusal("read_array_shape", **values, there=str(shape))
    wanted = math.prod(shape) * dtype.itemsize
    held = None if member.size is None else member.size - begin
    if held is not None and held < wanted:
        raise refusal("read_cut_short", file=shorten(member.name), wanted=begin + wanted, there=begin + held)
    if wanted > limits.unpacked_bytes:
        most = limits.unpacked_bytes >> 20
        raise refusal("read_unpacked", file=file, megabytes=-(-wanted >> 20), most=most)
    return Npy(member, file, shape or (1,), dtype, is_fortran, begin)
