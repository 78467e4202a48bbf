"""The members of ZIP files."""

from __future__ import annotations

import stat
import zipfile
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from app.own_data.dropping import Dropping
from app.own_data.members import DAMAGES, Bounds, Member, clean, decoded, unpacked
from app.own_data.reasons import make_reason, refusal, shorten
from engine.datasets.files import PIECE

ZIPS = (b"PK\x03\x04", b"PK\x05\x06")
#: Stands before each entry of a ZIP file's directory.
_ENTRY = b"PK\x01\x02"
_ENCRYPTED = 0x1
_UTF8 = 0x800


def zip_members(stack: ExitStack, path: Path, bounds: Bounds, dropping: Dropping) -> list[Member]:
    """The members of a ZIP file, which stays open in `stack`.

    Raises:
        DatasetError: it is damaged, encrypted, or has too many or too large members.
    """
    file, limits = bounds.file, bounds.limits
    if _entries(path) > limits.members:
        raise refusal("read_many_members", file=file, most=limits.members)
    try:
        archive = stack.enter_context(zipfile.ZipFile(path))
    except DAMAGES as error:
        raise refusal("read_damaged", file=file) from error
    infos = [info for info in archive.infolist() if info.filename and not info.is_dir()]
    bounds.demand(sum(info.file_size for info in infos))
    members = []
    for number, info in enumerate(infos):
        written = info.orig_filename
        is_utf8 = info.flag_bits & _UTF8
        name = clean(written if is_utf8 else decoded(written.encode("cp437", "replace")), dropping)
        if name is None:
            continue
        if stat.S_ISLNK(info.external_attr >> 16):
            dropping.add(make_reason("read_drop_link"), name)
            continue
        if info.flag_bits & _ENCRYPTED:
            raise refusal("read_locked", file=file, member=shorten(name))
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise refusal("read_method", file=file, member=shorten(name))

        def begin(info: zipfile.ZipInfo = info, number: int = number) -> IO[bytes]:
            return unpacked(archive.open(info), number, bounds)

        members.append(Member(name, info.file_size, begin))
    return members


def _entries(path: Path) -> int:
    """An upper bound of the entries in a ZIP file's directory, counted before `zipfile` makes an object of each. The
    same bytes may also stand in the content."""
    count, last = 0, b""
    with path.open("rb") as stream:
        while piece := stream.read(PIECE):
            count += (last + piece).count(_ENTRY)
            last = piece[-len(_ENTRY) + 1 :]
    return count
