"""A drawer of odd files, each with its exact answer, and damaged files of every kind: always a preview or a reason."""

import gzip
import io
import random
import struct
import tarfile
import zipfile

import numpy as np
import pytest
from PIL import Image

from app.i18n import Messages
from app.own_data.limits import Limits
from app.own_data.reasons import TEXTS
from engine.errors import DatasetError
from tests.support.own_files import bring, zipped

TABLE = b"size,width,kind\n" + b"".join(
    b"%d.5,%d,%s\n" % (n % 9, n % 4, b"ab"[n % 2 :][:1]) for n in range(40)
)
SIDE = 8


def png(level):
    buffer = io.BytesIO()
    Image.new("L", (SIDE, SIDE), level).save(buffer, "PNG")
    return buffer.getvalue()


def npz():
    buffer = io.BytesIO()
    images = (np.arange(20 * SIDE * SIDE) % 256).astype(np.uint8).reshape(20, SIDE, SIDE)
    np.savez(buffer, images=images, labels=np.arange(20) % 2)
    return buffer.getvalue()


def idx(values):
    return bytes((0, 0, 8, values.ndim)) + struct.pack(f">{values.ndim}I", *values.shape) + values.tobytes()


PICTURES = {f"{name}/{number}.png": png(20 * number) for name in "ab" for number in range(4)}
PAIR = {
    "images": idx((np.arange(20 * SIDE * SIDE) % 256).astype(np.uint8).reshape(20, SIDE, SIDE)),
    "labels": idx((np.arange(20) % 2).astype(np.uint8)),
}
RECORDS = b"".join(bytes([number % 3]) + bytes(3072) for number in range(9))


def crowd(members):
    """The beginning and the directory of a ZIP file with this many members."""
    entry = b"PK\x01\x02" + bytes(42)
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 0xFFFF, 0xFFFF, members * len(entry), 4, 0)
    return b"PK\x03\x04" + entry * members + end


def headers(count):
    """A TAR file with this many headers that describe the next member, and no member."""
    header = tarfile.TarInfo("header")
    header.type = tarfile.XHDTYPE
    return header.tobuf() * count


REFUSED = {
    "nothing.csv": (b"", "nothing.csv is empty"),
    "nothing.gz": (gzip.compress(b""), "nothing.gz is empty"),
    "claims.zip": (b"not a zip at all", "claims.zip is none of the kinds of files that can be read"),
    "report.pdf": (b"%PDF-1.7", "It begins with %PDF-1.7"),
    "model.pkl": (b"\x80\x04\x95abc", "It begins with 80 04 95 61 62 63"),
    "array.npy": (b"\x93NUMPY\x01\x00v", "It begins with 93 4e 55 4d 50 59 01 00"),
    "old.xls": (b"\xd0\xcf\x11\xe0\xa1\xb1", "old.xls is a workbook. Save the sheet as CSV, and bring that"),
    "leaf.png": (
        png(3),
        "leaf.png is a single image. Put images into a ZIP file with one folder for each class",
    ),
    "leaf.webp": (b"RIFF\x10\0\0\0WEBPVP8 ", "leaf.webp is a single image"),
    "sound.wav": (b"RIFF\x24\0\0\0WAVEfmt ", "sound.wav is not text: byte 5 is 0"),
    "100001 files.zip": (crowd(100_001), "100001 files.zip holds more than 100,000 files"),
    "headers.tar": (headers(3000), "headers.tar is damaged or cut short"),
    "one to a thousand.zip": (
        zipped({"a/1.png": bytes(20_000_000)}),
        "one to a thousand.zip becomes more than 200 times as large when it is unpacked; such files are not read",
    ),
    "one to a thousand.csv.gz": (
        gzip.compress(b"a,b\n" + b"1,2\n" * 5_000_000),
        "one to a thousand.csv.gz becomes more than 200 times as large when it is unpacked",
    ),
    "zip in zip.zip": (
        zipped({"inner.zip": zipped(PICTURES)}),
        "nothing in zip in zip.zip can be read. Expected: one folder for each class with images in it, one table, NPZ,"
        " or IDX files. It holds inner.zip",
    ),
    "same.csv": (b"a,label\n" + b"1,x\n2,y\n" * 10, None),
    "nan.csv": (
        b"a,label\n" + b"nan,x\nNaN,y\n" * 9,
        "nan.csv has no column of numbers beside the class label",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_an_odd_file_has_its_exact_answer(tmp_path, name):
    data, text = REFUSED[name]
    brought = bring(tmp_path, name, data)
    if text is None:
        assert brought.preview()["notes"] == []
    else:
        assert text in brought.refusal()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "out"]


def array(values):
    buffer = io.BytesIO()
    np.save(buffer, values)
    return buffer.getvalue()


ARRAYS = {"x.npy": array(np.arange(80.0).reshape(20, 4)), "y.npy": array(np.arange(20) % 2)}
BESIDE = {
    "a table, words about it": ({"data.csv": TABLE, "README.txt": b"Leaves\n"}, "csv"),
    "a table, one figure": ({"data.csv": TABLE, "figures/plot.png": png(9)}, "csv"),
    "a table, arrays": ({"data.csv": TABLE, "means.npy": array(np.arange(3))}, "csv"),
    "a table, other bytes": ({"data.csv": TABLE, "weights.bin": bytes(99)}, "csv"),
    "a table that ends with txt": ({"data.txt": TABLE, "notes.md": b"Leaves\n"}, "csv"),
    "arrays, one figure": ({**ARRAYS, "preview.png": png(9)}, "npz"),
    "arrays, a table": ({**ARRAYS, "data.csv": TABLE}, "npz"),
    "images, a table": ({**PICTURES, "labels.csv": TABLE}, "zip"),
    "images, arrays": ({**PICTURES, "means.npy": array(np.arange(3))}, "zip"),
    "images, words": ({**PICTURES, "README.txt": b"Leaves\n"}, "zip"),
    "records, words": ({"data_batch_1.bin": RECORDS, "readme.txt": b"Images\n"}, "cifar"),
    "a pair, other bytes": ({**PAIR, "weights.bin": bytes(99)}, "idx"),
}


@pytest.mark.parametrize("name", BESIDE)
def test_what_lies_beside_a_data_set_does_not_hide_it(tmp_path, name):
    members, kind = BESIDE[name]
    assert bring(tmp_path, "f.zip", zipped(members)).preview()["format"] == kind


def test_gzipped_members_may_together_become_no_larger_than_one_file(tmp_path):
    members = {f"{name}.gz": gzip.compress(data + bytes(50_000)) for name, data in PICTURES.items()}
    brought = bring(tmp_path, "f.zip", zipped(members))
    assert brought.preview()["train_size"] > 0
    assert brought.refusal(Limits(unpacked_bytes=60_000)).code == "read_unpacked"
    assert brought.refusal(Limits(free_bytes=60_000, ratio=10)).code == "read_ratio"


CUT = {
    "table.csv.gz": (gzip.compress(TABLE), "table.csv.gz is damaged or cut short"),
    "pictures.zip": (zipped(PICTURES), "pictures.zip is damaged or cut short"),
    "arrays.npz": (npz(), "arrays.npz is damaged or cut short"),
    "pair.zip": (zipped(PAIR), "pair.zip is damaged or cut short"),
    "batch.bin": (
        RECORDS,
        "batch.bin should hold records of 3,073 bytes (CIFAR-10) or 3,074 bytes (CIFAR-100), but holds 18,437 bytes",
    ),
}


@pytest.mark.parametrize("name", CUT)
def test_a_file_that_is_cut_short_is_refused_and_whole_it_is_read(tmp_path, name):
    data, text = CUT[name]
    assert bring(tmp_path, name, data[: len(data) * 2 // 3 - 1]).refusal() == text
    assert bring(tmp_path, name, data).preview()["train_size"] > 0


def damaged(chance, data):
    """Some bytes changed, removed, inserted or repeated."""
    data = bytearray(data)
    for _ in range(chance.choice([1, 1, 3, 9])):
        offset = chance.randrange(len(data))
        match chance.randrange(5):
            case 0:
                data[offset] = chance.randrange(256)
            case 1:
                data[offset] ^= 1 << chance.randrange(8)
            case 2:
                del data[offset : offset + chance.choice([1, 2, 8, 100])]
            case 3:
                data[offset:offset] = chance.randbytes(4)
            case 4:
                data[offset:offset] = data[chance.randrange(len(data)) :][:30]
        if not data:
            return b"x"
    return bytes(data)


def repacked(chance, data):
    """An archive one of whose members is damaged, with the right checksum."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    name = chance.choice(list(members))
    return zipped(members | {name: damaged(chance, members[name])}, zipfile.ZIP_STORED)


KINDS = {"table.csv": TABLE} | {name: data for name, (data, _) in CUT.items()}


@pytest.mark.parametrize("name", KINDS)
def test_a_damaged_file_has_a_preview_or_a_reason_and_never_another_error(tmp_path, name):
    chance = random.Random(name)
    reasons = []
    for turn in range(40):
        is_archive = name.endswith((".zip", ".npz")) and turn % 2
        data = (repacked if is_archive else damaged)(chance, KINDS[name])
        try:
            bring(tmp_path, name, data).preview()
        except DatasetError as error:
            reasons.append(error.args[0].code)
    assert reasons
    assert all(code.startswith("read_") for code in reasons)


def test_texts_in_an_array_that_are_no_characters_are_refused(tmp_path):
    """NumPy would make them, and with them end the process."""
    buffer = io.BytesIO()
    np.savez(buffer, x=np.zeros((4, 8, 8)), y=np.full(8, 0x7FFFFFFF, np.uint32).view("<U2"))
    assert bring(tmp_path, "f.npz", buffer.getvalue()).refusal() == "y.npy is damaged or cut short"


def test_the_sentences_of_the_catalog_are_those_of_the_reader():
    catalog = Messages().catalog("en")
    assert {code: catalog[f"why.{code}"] for code in TEXTS} == TEXTS
