"""Finds out what kind of file a person brought, from its content more than from its name, and has it read."""

from __future__ import annotations

from app.own_data.choices import Choices
from app.own_data.cifar import batches_in, read_cifar
from app.own_data.contents import Contents
from app.own_data.dropping import Dropping
from app.own_data.idx import MAGIC, is_idx, read_idx
from app.own_data.limits import Limits
from app.own_data.material import Material
from app.own_data.members import ARCHIVES, Member
from app.own_data.npz import read_npz
from app.own_data.pictures import ENDINGS, read_pictures
from app.own_data.reasons import join_names, make_reason, refusal, shorten
from app.own_data.table import read_table

TABLES = (".csv", ".tsv", ".txt", ".tab", ".dat", ".data")
#: First bytes of image files.
_IMAGES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"RIFF", b"II*\x00", b"MM\x00*")
#: First bytes of files that are something else, whatever else they hold.
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
#: Members of which the first bytes are looked at.
_LOOKED_AT = 50
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
    if head.startswith(_IMAGES) and b"\0" in head:
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
    if any(member.ends(*ENDINGS) for member in members):
        return read_pictures(contents, choices, limits, dropping)
    if any(member.name.endswith(".npy") for member in members):
        return read_npz(contents, choices, limits, dropping)
    if batches_in(members):
        return read_cifar(contents, choices, limits, dropping)
    if any(is_idx(member) for member in members[:_LOOKED_AT]):
        return read_idx(contents, choices, limits, dropping)
    tables = [member for member in members if member.ends(*TABLES)]
    if len(tables) > 1:
        raise refusal("read_tables", file=contents.file, there=join_names([member.name for member in tables]))
    if not tables:
        raise refusal("read_nothing", file=contents.file, there=contents.names)
    for member in members:
        if member is not tables[0]:
            _leave_out(member, dropping)
    return read_table(tables[0], choices, limits, dropping)


def _leave_out(member: Member, dropping: Dropping) -> None:
    is_archive = member.name.lower().endswith(ARCHIVES)
    dropping.add(make_reason("read_drop_archive" if is_archive else "read_drop_other"), member.name)


def _first_bytes(head: bytes) -> str:
    """The begin of a file as text, or in hexadecimal digits."""
    begin = head[:_SHOWN_BYTES]
    return (
        shorten(begin.decode("ascii")) if begin.isascii() and begin.decode().isprintable() else begin.hex(" ")
    )
