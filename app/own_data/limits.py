"""Bounds for the files that people bring."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a file may hold, and what reading it may take.

    Attributes:
        bytes: of the file as it was sent.
        unpacked_bytes: of everything in an archive, or of a compressed file, when it is unpacked.
        ratio: how many times as large as its archive the unpacked content may be. Content smaller than `free_bytes` is
            not checked, as blank images compress well.
        members: files in an archive; files and folders in a folder.
        rows, columns, classes: of a table; classes of images as well.
        pixels: of one image in a file.
        decoded_bytes: of the arrays that become the data set.
        seconds: for reading it once.
        memory_bytes: for reading it, in addition to what Python and NumPy take: three times the decoded arrays.
    """

    bytes: int = 256 << 20
    unpacked_bytes: int = 2 << 30
    ratio: int = 200
    free_bytes: int = 16 << 20
    members: int = 100_000
    rows: int = 1_000_000
    columns: int = 1_000
    classes: int = 1_000
    pixels: int = 40_000_000
    decoded_bytes: int = 512 << 20
    seconds: float = 60.0
    memory_bytes: int = 3 * (512 << 20)
