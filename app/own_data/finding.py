"""Finds out what kind of file a person brought, from its content more than from its name, and has it read."""

from __future__ import annotations

from app.own_data.choices import Choices
from app.own_data.cifar import batches_in, read_cifar
from app.own_data.contents import Contents
from app.own_data.dropping import Dropping
from app.own_data.idx import MAGIC, has_idx, read_idx
from app.own_data.limits import Limits
from app.own_data.material import Material
from app.own_data.members import leave_out
from app.own_data.npz import has_arrays, read_npz
from app.own_data.pictures import ENDINGS, has_pictures, images_in, read_pictures
from app.own_data.reasons import join_names, refusal, shorten
from app.own_data.table import read_table

_TABLES = (".csv", ".tsv", ".tab", ".dat", ".data")
#: First bytes of image files.
_IMAGES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*")
#: First bytes of files of kinds that are not read.
_STRANGE = (
    b"%PDF",
    b"\x7fELF",
    b"7z\xbc\xaf",
    b"Rar!",
    b"\xfd7zXZ",
    b"BZh",
    b"\x80\x04",
    b"\x80\x05",
    b"\x89HDF",
    b"\x93NUMPY",
)
#: What the ZIP files that are workbooks hold.
_WORKBOOKS = ("xl/workbook.xml", "content.xml", "word/document.xml", "Index/Document.iwa")
#: First bytes of an old workbook.
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
_SHOWN_BYTES = 8


def material_of(contents: Contents, choices: Choices, limits: Limits, dropping: Dropping) -> Material:
    """Read a file by its kind.

    Raises:
        DatasetError: it is of none, or its reader refuses it.
    """
    if contents.container == "file":
        return _of_file(contents, choices, limits, dropping)
    return _of_archive(contents, choices, limits, dropping)


def _of_file(contents: Contents, choices: Choices, limits: Limits, dropping: Dropping) -> Material:
    member = contents.members[0]
    head = member.head()
    if not head:
        raise refusal("read_empty", file=contents.file)
    if head.startswith(_OLD_WORKBOOK):
        raise refusal("read_workbook", file=contents.file)
    if (head.startswith(_IMAGES) and b"\0" in head) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP"):
        raise refusal("read_one_image", file=contents.file)
    if head.startswith(MAGIC):
        return read_idx(contents, choices, limits, dropping)
    if member.ends(".bin"):
        return read_cifar(contents, choices, limits, dropping)
    if head.startswith(_STRANGE) or member.ends(".zip", ".npz", ".tar", ".tgz", *ENDINGS):
        raise refusal("read_unknown", file=contents.file, there=_first_bytes(head))
    return read_table(member, choices, limits, dropping)


def _of_archive(contents: Contents, choices: Choices, limits: Limits, dropping: Dropping) -> Material:
    members = contents.members
    names = {member.name for member in members}
    if names & set(_WORKBOOKS):
        raise refusal("read_workbook", file=contents.file)
    if has_arrays(members):
        return read_npz(contents, choices, limits, dropping)
    if has_pictures(members):
        return read_pictures(contents, choices, limits, dropping)
    if has_idx(members):
        return read_idx(contents, choices, limits, dropping)
    tables = [member for member in members if member.ends(*_TABLES)]
    if not tables:  # what follows may also lie beside a table
        if images_in(members):
            return read_pictures(contents, choices, limits, dropping)
        if any(member.ends(".npy") for member in members):
            return read_npz(contents, choices, limits, dropping)
        if batches_in(members):
            return read_cifar(contents, choices, limits, dropping)
        tables = [member for member in members if member.ends(".txt")]
    if len(tables) > 1:
        raise refusal("read_tables", file=contents.file, there=join_names([member.name for member in tables]))
    if not tables:
        raise refusal("read_nothing", file=contents.file, there=contents.names)
    leave_out([member for member in members if member is not tables[0]], dropping)
    return read_table(tables[0], choices, limits, dropping)


def _first_bytes(head: bytes) -> str:
    """The begin of a file as text, or in hexadecimal digits."""
    begin = head[:_SHOWN_BYTES]
    return (
        shorten(begin.decode("ascii")) if begin.isascii() and begin.decode().isprintable() else begin.hex(" ")
    )
