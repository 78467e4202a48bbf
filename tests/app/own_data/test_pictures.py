"""Images in one folder for each class: of every kind, in archives and folders, and what of them is left out."""

import io
import struct
import tarfile
import zipfile
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of
from PIL import Image

from app.own_data.limits import Limits
from tests.support.own_files import Brought, bring, rows_of, zipped


def encoded(values, kind="PNG", mode=None, **options):
    buffer = io.BytesIO()
    image = Image.fromarray(values)
    (image.convert(mode) if mode else image).save(buffer, kind, **options)
    return buffer.getvalue()


GREY = (np.arange(64) * 4).astype(np.uint8).reshape(8, 8)


@settings(max_examples=20, deadline=None)
@given(
    arrays_of.arrays(
        np.uint8, st.tuples(st.integers(4, 9), st.just(10), st.just(10), st.sampled_from([1, 3]))
    ),
    st.sampled_from(["PNG", "BMP", "WEBP", "GIF"]),
    st.sampled_from(["zip", "tar", "folder"]),
)
def test_images_are_read_back_equal(tmp_path_factory, images, kind, container):
    folder = tmp_path_factory.mktemp("images")
    grey = images.shape[3] == 1 or kind == "GIF"
    images = images[..., :1] if grey else images
    options = {"lossless": True, "exact": True} if kind == "WEBP" else {}
    members = {
        f"leaves/{'oak' if index % 2 else '樫'}/{index}.{kind.lower()}": encoded(
            image[..., 0] if grey else image, kind, **options
        )
        for index, image in enumerate(images)
    }
    brought = packed(folder, members, container)
    about, arrays = brought.keep(colour=not grey)
    wanted = [
        ("oak" if index % 2 else "樫", tuple(image.transpose(2, 0, 1).ravel().tolist()))
        for index, image in enumerate(images)
    ]
    assert about.class_names == ("oak", "樫")
    assert rows_of(about, arrays) == sorted(wanted)


def packed(folder, members, container, **of_tar):
    """The members as a file, or as a folder on this machine."""
    if container == "zip":
        return bring(folder, "leaves.zip", zipped(members))
    if container == "tar":
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w", **of_tar) as archive:
            for name, data in members.items():
                info = tarfile.TarInfo(name)
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
        return bring(folder, "leaves.tar", buffer.getvalue())
    for name, data in members.items():
        (folder / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "in" / name).write_bytes(data)
    (folder / "out").mkdir()
    return Brought(folder / "in", "leaves", folder / "out")


def read_one(tmp_path, data, **choices):
    """One image as it becomes, beside others: (C, H, W)."""
    members = {"a/1": data, "a/2": data, "b/1": data, "b/2": data}
    ending = {b"\x89P": "png", b"\xff\xd8": "jpg"}.get(data[:2], "gif")
    members = {f"{name}.{ending}": data for name, data in members.items()}
    brought = bring(tmp_path, "f.zip", zipped(members))
    _, arrays = brought.keep(**choices)
    return arrays["train_images"][0], brought.preview(**choices)


def test_an_image_of_16_bits_has_its_256_levels(tmp_path):
    values, preview = read_one(tmp_path, encoded(GREY.astype(np.uint16) * 257))
    assert np.array_equal(values[0], GREY)
    assert preview["notes"][0]["code"] == "read_note_deep"


def test_an_image_of_16_bits_and_in_colours_is_noted_too(tmp_path):
    header = struct.pack(">IIBBBBB", 8, 8, 16, 2, 0, 0, 0)  # 16 bits, red, green and blue
    lines = b"".join(b"\0" + (row.astype(">u2") * 257).repeat(3).tobytes() for row in GREY)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(lines)), (b"IEND", b""))
    chunks = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    ]
    values, preview = read_one(tmp_path, b"\x89PNG\r\n\x1a\n" + b"".join(chunks))
    assert np.array_equal(values[0], GREY)
    assert "read_note_deep" in [note["code"] for note in preview["notes"]]


def photograph(width, height, **options):
    return encoded(np.full((height, width), 100, np.uint8), "JPEG", **options)


def test_the_sizes_of_photographs_are_those_in_their_files_however_small_they_are_decoded(tmp_path_factory):
    exif = Image.Exif()
    exif[0x0112] = 6
    for data in (photograph(400, 300), photograph(300, 400, exif=exif)):
        _, preview = read_one(tmp_path_factory.mktemp("photographs"), data)
        assert preview["notes"][0]["text"].startswith(
            "images have different sizes, from 400 × 300 to 400 × 300 pixels"
        )


def test_photographs_of_512_pixels_become_as_large_as_other_images_of_512_pixels(tmp_path_factory):
    shapes = [
        read_one(tmp_path_factory.mktemp(kind), encoded(np.full((512, 512), 100, np.uint8), kind))[0].shape
        for kind in ("JPEG", "PNG")
    ]
    assert shapes[0] == shapes[1]


def test_transparency_lies_over_white(tmp_path):
    pixels = np.zeros((8, 8, 4), np.uint8)
    pixels[:4] = (200, 0, 0, 255)
    values, _ = read_one(tmp_path, encoded(pixels))
    assert values[:, 0, 0].tolist() == [200, 0, 0]
    assert values[:, 7, 0].tolist() == [255, 255, 255]
    palette = Image.fromarray(GREY).convert("P")
    buffer = io.BytesIO()
    palette.save(buffer, "PNG", transparency=int(np.asarray(palette)[0, 0]))
    values, _ = read_one(tmp_path, buffer.getvalue())
    assert values[0, 0, 0] == 255
    assert values[0, 7, 7] == GREY[7, 7]


def test_an_image_is_turned_as_its_camera_says(tmp_path):
    pixels = np.zeros((16, 16), np.uint8)
    pixels[:8, :8] = 255
    exif = Image.Exif()
    exif[0x0112] = 6  # turn a quarter to the right
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=95, exif=exif)
    values, _ = read_one(tmp_path, buffer.getvalue())
    assert values[0, 2, 13] > 200
    assert values[0, 2, 2] < 50


def test_a_photograph_for_print_becomes_red_green_and_blue(tmp_path):
    pixels = np.zeros((16, 16, 4), np.uint8)
    pixels[..., 1:3] = 255  # magenta and yellow: red
    buffer = io.BytesIO()
    Image.frombytes("CMYK", (16, 16), pixels.tobytes()).save(buffer, "JPEG")
    values, _ = read_one(tmp_path, buffer.getvalue(), size=16)
    assert values.shape == (3, 16, 16)
    red, green, blue = values.reshape(3, -1).mean(axis=1)
    assert red > 200 > 100 > max(green, blue)


def test_images_of_other_shapes_are_cropped_or_padded_to_a_square(tmp_path):
    wide = np.full((8, 16), 100, np.uint8)
    wide[:, 4:12] = 200
    values, preview = read_one(tmp_path, encoded(wide), size=8)
    assert (values == 200).all()
    assert preview["notes"][0]["text"].startswith("images have different sizes, from 16 × 8 to 16 × 8 pixels")
    values, _ = read_one(tmp_path, encoded(wide), size=16, fit="pad")
    assert values.shape == (1, 16, 16)
    assert set(values[0, 0]) == {100}
    assert values[0, 8, 8] == 200


def test_colours_and_size_are_found_and_may_be_chosen(tmp_path):
    large = np.zeros((100, 100, 3), np.uint8)
    values, _ = read_one(tmp_path, encoded(large))
    assert values.shape == (1, 32, 32)
    large[..., 0] = 255
    assert read_one(tmp_path, encoded(large))[0].shape == (3, 32, 32)
    assert read_one(tmp_path, encoded(large), colour=False, size=64)[0].shape == (1, 64, 64)


def test_folders_of_parts_are_the_parts(tmp_path):
    members = {
        f"{part}/{name}/{number}.png": encoded(np.full((8, 8), number, np.uint8))
        for part, count in (("train", 10), ("test", 3))
        for name in ("cat", "dog")
        for number in range(count)
    }
    about, arrays = bring(tmp_path, "f.zip", zipped(members)).keep()
    assert (about.train_size, about.test_size, about.class_names) == (20, 6, ("cat", "dog"))
    assert sorted(arrays["test_images"][:, 0, 0, 0].tolist()) == [0, 0, 1, 1, 2, 2]
    assert bring(tmp_path, "f.zip", zipped(members)).keep(own_test=False, test_share=0.5)[0].test_size == 12


@pytest.mark.parametrize("stray", ["all.png", "train/all.png", "data/all.png", "data/train/all.png"])
@pytest.mark.parametrize("parts", [("train",), ("train", "test")])
def test_an_image_beside_the_folders_of_classes_or_parts_makes_no_other_classes_of_them(
    tmp_path, stray, parts
):
    above = "data/" if stray.startswith("data/") else ""
    members = {
        f"{above}{part}/{name}/{number}.png": encoded(GREY)
        for part in parts
        for name in ("cat", "dog")
        for number in range(3)
    }
    preview = bring(tmp_path, "f.zip", zipped({**members, stray: encoded(GREY)})).preview()
    assert [each["name"] for each in preview["classes"]] == ["cat", "dog"]
    assert [(reason["why"]["code"], reason["examples"]) for reason in preview["dropped"]] == [
        ("read_drop_no_folder", [stray])
    ]
    assert bool(preview["choices"].get("own_test")) == ("test" in parts)


def test_test_images_without_classes_are_left_out_by_name(tmp_path):
    members = {f"train/{name}/{number}.png": encoded(GREY) for name in ("a", "b") for number in range(3)}
    members |= {f"test/{number}.png": encoded(GREY) for number in range(3)}
    preview = bring(tmp_path, "f.zip", zipped(members)).preview()
    assert [each["name"] for each in preview["classes"]] == ["a", "b"]
    assert preview["dropped"][0]["examples"] == ["test/0.png", "test/1.png", "test/2.png"]


def test_what_is_no_image_of_a_class_is_left_out_by_name(tmp_path):
    good = {f"{name}/{number}.png": encoded(GREY) for name in ("a", "b") for number in range(3)}
    good |= {"a/.hidden.png": b"", "__MACOSX/a/._1.png": b"\0", "b/Thumbs.db": b"\0", "a/.DS_Store": b"\0"}
    odd = {
        "a/broken.png": encoded(GREY)[:45],
        "a/text.jpg": b"no image",
        "a/photo.heic": b"\0\0\0\x18ftypheic",
        "b/more.zip": zipped({"x": b"y"}),
        "b/notes.txt": b"notes",
        "alone.png": encoded(GREY),
        "../../etc/evil.png": encoded(GREY),
        "/etc/evil.png": encoded(GREY),
        "C:\\evil.png": encoded(GREY),
        "b/large.png": encoded(np.zeros((300, 300), np.uint8)),
    }
    buffer = io.BytesIO(zipped(good | odd))
    with zipfile.ZipFile(buffer, "a") as archive:
        link = zipfile.ZipInfo("b/link.png")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    brought = bring(tmp_path, "f.zip", buffer.getvalue())
    preview = brought.preview(Limits(pixels=10_000))
    dropped = {reason["why"]["code"]: reason["examples"] for reason in preview["dropped"]}
    assert dropped == {
        "read_drop_path": ["../../etc/evil.png", "/etc/evil.png", "C:/evil.png"],
        "read_drop_broken": ["a/broken.png", "a/photo.heic", "a/text.jpg"],
        "read_drop_link": ["b/link.png"],
        "read_drop_archive": ["b/more.zip"],
        "read_drop_other": ["b/notes.txt"],
        "read_drop_no_folder": ["alone.png"],
        "read_drop_pixels": ["b/large.png"],
    }
    assert preview["train_size"] + preview["test_size"] == 6
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "out"]


@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_images_are_found_however_deep_they_lie(tmp_path, kind):
    deep = "x/" * 12
    members = {f"{deep}{name}/{number}.png": encoded(GREY) for name in ("a", "b") for number in range(3)}
    about, _ = packed(tmp_path, members, kind).keep()
    assert (about.class_names, about.train_size + about.test_size) == (("a", "b"), 6)


def test_links_in_a_folder_lead_nowhere(tmp_path):
    members = {f"{name}/{number}.png": encoded(GREY) for name in ("a", "b") for number in range(3)}
    brought = packed(tmp_path, members, "folder")
    (tmp_path / "elsewhere.png").write_bytes(encoded(GREY))
    (brought.path / "a" / "link.png").symlink_to(tmp_path / "elsewhere.png")
    (brought.path / "loop").symlink_to(brought.path)
    preview = brought.preview()
    assert preview["format"] == "folder"
    assert preview["dropped"][0]["examples"] == ["loop", "a/link.png"]


def test_names_in_shift_jis_are_read(tmp_path):
    members = {f"{name}/{number}.png": encoded(GREY) for name in ("ｱ", "ﾂ") for number in range(3)}
    placed = {name.replace("ｱ", "LA").replace("ﾂ", "MO"): data for name, data in members.items()}
    data = zipped(placed)
    data = data.replace(b"LA/", "表/".encode("cp932")[:2] + b"/").replace(b"MO/", "木/".encode("cp932"))
    about, _ = bring(tmp_path, "f.zip", data).keep()
    assert about.class_names == ("木", "表")
    japanese = {name.replace("ｱ", "表").replace("ﾂ", "木"): data for name, data in members.items()}
    about, _ = packed(tmp_path, japanese, "tar", encoding="cp932", format=tarfile.GNU_FORMAT).keep()
    assert about.class_names == ("木", "表")


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"a/1.png": encoded(GREY), "a/2.png": encoded(GREY)}, "read_one_class"),
        ({"1.png": encoded(GREY)}, "read_nothing"),
        ({"a/1.png": b"x", "b/1.png": b"y"}, "read_nothing"),
        ({"readme.md": b"# hi"}, "read_nothing"),
        ({"inner.zip": zipped({"a/1.png": b"x"})}, "read_nothing"),
        ({}, "read_nothing"),
        ({"a.csv": b"1,2", "b.csv": b"1,2"}, "read_tables"),
        ({"xl/workbook.xml": b"<x/>", "[Content_Types].xml": b"<x/>"}, "read_workbook"),
    ],
)
def test_an_archive_without_images_of_two_classes_is_refused(tmp_path, members, code):
    assert bring(tmp_path, "f.zip", zipped(members)).refusal().code == code


def test_an_archive_has_bounds_and_no_password(tmp_path):
    many = zipped({f"a/{number}.png": b"" for number in range(30)}, zipfile.ZIP_STORED)
    brought = bring(tmp_path, "f.zip", many)
    assert brought.refusal(Limits(members=29)) == "f.zip holds more than 29 files"
    blank = bring(tmp_path, "f.zip", zipped({"a/1.png": bytes(3_000_000)}))
    assert blank.refusal(Limits(free_bytes=1000)) == (
        "f.zip becomes more than 200 times as large when it is unpacked; such files are not read"
    )
    assert blank.refusal(Limits(unpacked_bytes=1 << 20)).code == "read_unpacked"
    squeezed = bring(tmp_path, "f.zip", zipped({"a/1.png": b"x"}, zipfile.ZIP_BZIP2))
    assert squeezed.refusal().code == "read_method"
    locked = bytearray(zipped({"a/1.png": encoded(GREY)}))
    for sign, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        locked[locked.index(sign) + offset] |= 1
    assert bring(tmp_path, "f.zip", bytes(locked)).refusal() == (
        "a/1.png in f.zip is encrypted. Make the file again without a password"
    )
    damaged = bytearray(zipped({f"{name}/1.png": encoded(GREY) for name in "ab"}, zipfile.ZIP_STORED))
    damaged[damaged.index(b"IDAT") + 8] ^= 1
    assert bring(tmp_path, "f.zip", bytes(damaged)).refusal() == "a/1.png is damaged or cut short"
