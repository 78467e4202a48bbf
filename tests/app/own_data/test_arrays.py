"""Arrays of images and rows: NPZ, IDX, CIFAR and drawings."""

import gzip
import io
import struct
import tarfile
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from app.own_data import drawings
from app.own_data.limits import Limits
from engine.datasets import own
from tests.support.own_files import bring, rows_of, zipped


def npz(**arrays):
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def idx(values):
    values = np.asarray(values, np.uint8)
    return bytes((0, 0, 8, values.ndim)) + struct.pack(f">{values.ndim}I", *values.shape) + values.tobytes()


def tar(members):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def as_sorted(images, labels):
    return sorted(
        (str(label), tuple(image.ravel().tolist())) for image, label in zip(images, labels, strict=True)
    )


LAYOUTS = {
    "(N, H, W)": lambda images: images[:, 0],
    "(N, H, W, 1)": lambda images: images.transpose(0, 2, 3, 1),
    "(N, 1, H, W)": lambda images: images,
    "(N, H * W)": lambda images: images.reshape(len(images), -1),
}
KINDS = {
    "bytes": lambda images: images,
    "0 to 1": lambda images: (images / 255).astype(np.float32),
    "0 to 255": lambda images: images.astype(np.float64),
    "whole numbers": lambda images: images.astype(np.int64),
    "turned in memory": lambda images: np.asfortranarray(images),
}
LABELS = {
    "whole numbers": lambda labels: labels,
    "one column": lambda labels: labels[:, np.newaxis].astype(np.uint8),
    "a column for each class": lambda labels: np.eye(4)[labels],
    "texts": lambda labels: labels.astype(str),
    "bytes": lambda labels: labels.astype("S2"),
    "decimal": lambda labels: labels.astype(np.float32),
}
NAMES = (("x", "y"), ("X", "Y"), ("images", "labels"), ("data", "target"), ("x_train", "y_train"))


@st.composite
def stacks(draw):
    """Random images with classes 0 to 3, two or more of each that comes."""
    side = draw(st.integers(8, 10))
    classes = draw(st.lists(st.integers(0, 3), min_size=2, max_size=4, unique=True))
    labels = np.array([*classes, *classes, *draw(st.lists(st.sampled_from(classes), max_size=6))])
    images = draw(arrays_of.arrays(np.uint8, (len(labels), 1, side, side)))
    images[0, 0, 0, :2] = (0, 255)
    return images, labels


@settings(max_examples=30, deadline=None)
@given(stacks(), *map(st.sampled_from, (list(LAYOUTS), list(KINDS), list(LABELS), NAMES)))
def test_images_in_an_npz_file_are_read_back_equal_in_every_layout(
    tmp_path_factory, stack, layout, kind, label, names
):
    images, labels = stack
    written = {names[0]: KINDS[kind](LAYOUTS[layout](images)), names[1]: LABELS[label](labels)}
    about, arrays = bring(tmp_path_factory.mktemp("npz"), "images.npz", npz(**written)).keep()
    assert about.shape == images.shape[1:]
    assert about.class_names == tuple(sorted({str(label) for label in labels}))
    assert rows_of(about, arrays) == as_sorted(images, labels)


def colours(count=12, side=8):
    values = np.arange(count * 3 * side * side) * 7919 % 256
    return values.astype(np.uint8).reshape(count, 3, side, side)


def test_images_in_colour_may_have_their_channels_first_or_last_and_their_opacity(tmp_path):
    images, labels = colours(), np.arange(12) % 2
    last = images.transpose(0, 2, 3, 1)
    opaque = np.concatenate([last, np.full((12, 8, 8, 1), 255, np.uint8)], axis=3)
    for layout in (images, last, opaque):
        about, arrays = bring(tmp_path, "f.npz", npz(x=layout, y=labels)).keep()
        assert about.shape == (3, 8, 8)
        assert rows_of(about, arrays) == as_sorted(images, labels)
    brought = bring(tmp_path, "f.npz", npz(x=images, y=labels))
    assert brought.keep(colour=False)[0].shape == (1, 8, 8)
    assert brought.keep(size=16, fit="pad")[0].shape == (3, 16, 16)
    turned, arrays = brought.keep(transpose=True)
    assert rows_of(turned, arrays) == as_sorted(images.swapaxes(2, 3), labels)


def test_the_parts_of_a_file_are_kept_and_its_training_part_ends_with_every_class(tmp_path):
    images, labels = colours(40), np.sort(np.arange(40) % 2)
    data = npz(x_train=images[:30], y_train=labels[:30], x_test=images[30:], y_test=labels[30:])
    brought = bring(tmp_path, "f.npz", data)
    about, arrays = brought.keep(validation_share=0.2)
    assert np.array_equal(arrays["test_images"], images[30:])
    assert np.bincount(arrays["train_labels"][-about.validation_size :]).tolist() == [4, 2]
    assert as_sorted(arrays["train_images"], arrays["train_labels"]) == as_sorted(images[:30], labels[:30])
    mixed, _ = brought.keep(own_test=False, test_share=0.5)
    assert (mixed.train_size, mixed.test_size) == (20, 20)
    assert brought.preview()["choices"]["own_test"] is True
    assert bring(tmp_path, "f.npz", npz(x=images, y=labels)).preview()["choices"]["own_test"] is None


def test_a_file_whose_test_examples_are_all_left_out_is_divided_as_one_without_a_test_part(tmp_path):
    images = colours(50)[:, :1]
    train, test = images[:40], images[40:]
    data = npz(x_train=train, y_train=np.arange(40) % 2, x_test=test, y_test=np.full(10, 7))
    untrained = bring(tmp_path, "f.npz", data)
    assert untrained.preview()["choices"]["own_test"] is None
    assert untrained.keep()[0].class_names == ("0", "1", "7")
    apart = npz(x_train=train, y_train=np.zeros(40, int), x_test=test, y_test=np.ones(10, int))
    assert bring(tmp_path, "f.npz", apart).keep(own_test=False)[0].class_names == ("0", "1")
    data = npz(x_train=train, y_train=np.arange(40) % 4, x_test=test, y_test=np.full(10, 3))
    brought = bring(tmp_path, "f.npz", data)
    about, arrays = brought.keep(classes={"3": ""})
    assert about.train_size + about.test_size == 30
    assert set(arrays["test_labels"]) == {0, 1, 2}
    dropped = brought.preview(classes={"3": ""})["dropped"]
    assert [entry["count"] for entry in dropped] == [20]


def saved(about, arrays):
    """A data set as the lab gives it away."""
    more = {"units": np.array(about.units)} if about.units else {}
    return npz(
        x_train=arrays["train_images"],
        y_train=arrays["train_labels"],
        x_test=arrays["test_images"],
        y_test=arrays["test_labels"],
        class_names=np.array(about.class_names),
        validation_size=np.array(about.validation_size),
        flippable=np.array(about.flippable),
        **({"columns": np.array(about.columns)} if about.columns else {}),
        **more,
    )


def test_a_data_set_that_is_saved_and_brought_again_is_the_same(tmp_path):
    dark = (colours(20) % 2)[:, :1]
    files = {
        "dark.npz": npz(
            x_train=dark[:15], y_train=np.arange(15) % 3, x_test=dark[15:], y_test=np.arange(5) % 3
        ),
        "colour.npz": npz(x=colours(20), y=np.array(["b", "a"] * 10)),
        "table.csv": b"size,weight,kind\n"
        + b"".join(b"%d.5,%d,%s\n" % (n, n % 4, b"xy"[n % 2 :][:1]) for n in range(30)),
    }
    for name, data in files.items():
        about, arrays = bring(tmp_path, name, data).keep(
            validation_share=0.3, seed=3, flippable=not name.endswith(".csv")
        )
        again, others = bring(tmp_path, "again.npz", saved(about, arrays)).keep()
        assert own.name_of(again) == own.name_of(about)
        assert all(np.array_equal(arrays[part], others[part]) for part in own.ARRAYS)
        assert (again.units, again.validation_size) == (about.units, about.validation_size)
        assert again.flippable == about.flippable


def test_of_a_file_with_fewer_classes_only_its_own_validation_examples_are_for_validation(tmp_path):
    images = colours(100)[:, :1]
    data = npz(
        x_train=images[:80],
        y_train=np.arange(80) % 10,
        x_test=images[80:],
        y_test=np.arange(20) % 10,
        validation_size=np.array(20),
    )
    about, arrays = bring(tmp_path, "f.npz", data).keep(classes={str(name): "" for name in range(2, 10)})
    assert (about.train_size, about.validation_size) == (16, 4)
    assert np.array_equal(arrays["train_images"][-4:], images[[60, 61, 70, 71]])


def test_rows_of_an_npz_file_are_a_table(tmp_path):
    rows = np.random.default_rng(0).normal(size=(40, 5)) * [1, 2, 3, 4, 0] + 7
    rows[3, 1] = np.nan
    brought = bring(tmp_path, "f.npz", npz(X=rows, y=np.arange(40) % 2))
    preview = brought.preview()
    assert preview["kind"] == "table"
    assert preview["choices"]["columns"] == ["x1", "x2", "x3", "x4"]
    assert [(reason["why"]["text"], reason["examples"]) for reason in preview["dropped"]] == [
        ("a value is missing in x2", ["X[3]"])
    ]
    about, arrays = brought.keep(standardize=False, columns=["x2", "x1"])
    wanted = np.delete(rows, 3, axis=0)[:, [1, 0]].astype(np.float32)
    assert rows_of(about, arrays) == as_sorted(wanted, np.delete(np.arange(40) % 2, 3))


def test_the_choices_of_a_preview_fit_also_where_a_column_has_the_name_of_the_labels(tmp_path):
    rows = np.random.default_rng(0).normal(size=(40, 3)).round(2)
    brought = bring(tmp_path, "f.npz", npz(x=rows, y=np.arange(40) % 2, columns=np.array(["x", "y", "z"])))
    preview = brought.preview()
    assert [column["name"] for column in preview["columns"]] == ["x", "y", "z", "y (2)"]
    assert brought.preview(**preview["choices"]) == preview
    wanted = as_sorted(rows[:, [2, 1]].astype(np.float32), np.arange(40) % 2)
    assert rows_of(*brought.keep(standardize=False, columns=["z", "y"])) == wanted


def test_columns_of_a_saved_table_keep_their_units_in_any_choice_and_are_shown_as_they_were(tmp_path):
    table = b"size,weight,kind\n" + b"".join(
        b"%d,%d,%s\n" % (n % 9 + 1, n % 4, b"xy"[n % 2 :][:1]) for n in range(30)
    )
    about, arrays = bring(tmp_path, "table.csv", table).keep()
    brought = bring(tmp_path, "again.npz", saved(about, arrays))
    preview = brought.preview()
    assert brought.preview(**preview["choices"]) == preview
    assert {size for size, _ in preview["samples"]["rows"]} <= set("123456789")
    assert brought.keep(**preview["choices"])[0].units == about.units
    one, values = brought.keep(columns=["weight"])
    assert one.units == about.units[1:]
    assert np.array_equal(values["train_images"], arrays["train_images"][:, 1:])


def test_images_stay_images_beside_an_array_called_columns(tmp_path):
    images, labels = colours(12)[:, 0], np.arange(12) % 2
    brought = bring(tmp_path, "f.npz", npz(x=images, y=labels, columns=np.array(list("abcdefgh"))))
    assert rows_of(*brought.keep()) == as_sorted(images, labels)


def test_a_row_that_is_dropped_is_named_by_its_position_in_its_own_array(tmp_path):
    rows = np.random.default_rng(0).normal(size=(60, 2))
    rows[45, 0] = np.nan
    labels = np.arange(60) % 2
    data = npz(x_train=rows[:40], y_train=labels[:40], x_test=rows[40:], y_test=labels[40:])
    assert bring(tmp_path, "f.npz", data).preview()["dropped"][0]["examples"] == ["x_test[5]"]


@pytest.mark.parametrize("kind", ["rows", "images"])
def test_a_preview_shows_no_test_examples(tmp_path, kind):
    values = colours(44)[:, 0] if kind == "images" else np.random.default_rng(0).normal(size=(44, 3))
    labels = np.arange(44) % 2
    data = npz(x_train=values[:30], y_train=labels[:30], x_test=values[30:], y_test=labels[30:])
    preview = bring(tmp_path, "f.npz", data).preview()
    assert len(preview["samples"]["labels"]) == 30


NPZ_REFUSALS: dict[str, tuple[dict[str, Any], str]] = {
    "names": ({"a": np.zeros(3), "b": np.zeros(3)}, "read_no_arrays"),
    "lengths": ({"x": np.zeros((3, 8, 8)), "y": np.zeros(4)}, "read_lengths"),
    "labels": ({"x": np.zeros((3, 8, 8)), "y": np.zeros((3, 2, 2))}, "read_label_kind"),
    "measurements": ({"x": np.zeros((3, 8, 8)), "y": np.array([0.5, 1, 2])}, "read_label_kind"),
    "objects": ({"x": np.array([{}, []], object), "y": np.arange(2)}, "read_pickled"),
    "complex": ({"x": np.zeros((3, 8, 8), complex), "y": np.zeros(3)}, "read_array_kind"),
    "shape": ({"x": np.zeros((3, 8, 8, 7)), "y": np.zeros(3)}, "read_array_shape"),
    "infinite": ({"x": np.full((4, 8, 8), np.inf), "y": np.arange(4) % 2}, "read_infinite"),
    "no image": ({"x": np.zeros((0, 8, 8)), "y": np.zeros(0)}, "read_array_shape"),
    "parts": (
        {
            "x_train": np.ones((4, 8, 8)),
            "y_train": np.arange(4) % 2,
            "x_test": np.ones((4, 9, 9)),
            "y_test": np.arange(4),
        },
        "read_shapes",
    ),
    "scales": (
        {
            "x_train": np.full((4, 8, 8), 255, np.uint8),
            "y_train": np.arange(4) % 2,
            "x_test": np.ones((4, 8, 8), np.float32),
            "y_test": np.arange(4) % 2,
        },
        "read_scales",
    ),
    "one class": ({"x": np.ones((4, 8, 8)), "y": np.ones(4)}, "read_one_class"),
    "classes": ({"x": np.ones((1200, 1)), "y": np.arange(1200)}, "read_many_classes"),
}


@pytest.mark.parametrize("name", NPZ_REFUSALS)
def test_arrays_that_do_not_fit_are_refused(tmp_path, name):
    arrays, code = NPZ_REFUSALS[name]
    assert bring(tmp_path, "f.npz", npz(**arrays)).refusal().code == code


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        ("(1000000, 1000, 1000)", "x.npy should hold 1,000,000,000,128 bytes but holds 228"),
        (f"({'9' * 4300}, 10)", "x.npy in f.npz is no array, or its first bytes are damaged"),
        (f"(10, {'9' * 4000})", "x.npy in f.npz is no array, or its first bytes are damaged"),
    ],
    ids=["much", "without end", "one large item"],
)
def test_a_small_file_cannot_ask_for_much_memory(tmp_path, shape, text):
    header = b"{'descr': '|u1', 'fortran_order': False, 'shape': %s, }" % shape.encode()
    header += b" " * (128 - 10 - len(header) - 1) + b"\n"
    large = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + bytes(100)
    labels = io.BytesIO()
    np.save(labels, np.arange(10))
    data = zipped({"x.npy": large, "y.npy": labels.getvalue()})
    assert bring(tmp_path, "f.npz", data).refusal() == text


IMAGES = (np.arange(30 * 12 * 12) * 31 % 256).astype(np.uint8).reshape(30, 12, 12)
LETTERS = np.arange(30) % 15 + 1


@pytest.mark.parametrize("archive", [zipped, tar])
def test_pairs_of_idx_files_are_read_back_equal_also_gzipped_and_beyond_ten_classes(tmp_path, archive):
    data = archive(
        {
            "raw/train-images-idx3-ubyte.gz": gzip.compress(idx(IMAGES[:25])),
            "raw/train-labels-idx1-ubyte": idx(LETTERS[:25]),
            "raw/t10k-images-idx3-ubyte": idx(IMAGES[25:]),
            "raw/t10k-labels-idx1-ubyte.gz": gzip.compress(idx(LETTERS[25:])),
        }
    )
    about, arrays = bring(tmp_path, "letters", data).keep()
    assert about.class_names == tuple("ABCDEFGHIJKLMNO")
    assert (about.origin, about.train_size, about.test_size) == ("idx", 25, 5)
    assert rows_of(about, arrays) == as_sorted(IMAGES, [chr(64 + number) for number in LETTERS])


def test_the_images_of_emnist_are_turned_and_named_by_their_characters(tmp_path):
    members = {
        "emnist-x-images-idx3-ubyte": idx(IMAGES),
        "emnist-x-labels-idx1-ubyte": idx(LETTERS),
        "emnist-x-mapping.txt": b"".join(b"%d %d %d\n" % (n, 96 + n, 64 + n) for n in range(1, 16)),
    }
    brought = bring(tmp_path, "f.zip", zipped(members))
    about, arrays = brought.keep()
    letters = [chr(96 + number) for number in LETTERS]
    assert rows_of(about, arrays) == as_sorted(IMAGES.swapaxes(1, 2), letters)
    assert brought.preview()["notes"][0]["code"] == "read_note_transposed"
    about, arrays = brought.keep(transpose=False)
    assert rows_of(about, arrays) == as_sorted(IMAGES, letters)


def test_idx_files_that_do_not_belong_together_are_refused(tmp_path):
    pair = {"images": idx(IMAGES), "labels": idx(LETTERS)}
    for members, code in (
        (pair | {"labels": idx(LETTERS[:9])}, "read_lengths"),
        (pair | {"images": idx(IMAGES)[:-1]}, "read_cut_short"),
        (pair | {"more-images": idx(IMAGES)}, "read_idx_pairs"),
        (pair | {"images": b"\0\0\x08\x09"}, "read_idx_header"),
        ({"images": idx(IMAGES)}, "read_images_only"),
    ):
        assert bring(tmp_path, "f.zip", zipped(members)).refusal().code == code
    assert bring(tmp_path, "train-images-idx3-ubyte", idx(IMAGES)).refusal().code == "read_images_only"
    assert bring(tmp_path, "f.gz", gzip.compress(idx(IMAGES))).refusal().code == "read_images_only"


def test_the_binary_files_of_cifar_are_read_back_equal(tmp_path):
    images = colours(30, 32)
    fine, coarse = np.arange(30) % 6, np.arange(30) % 2
    labels = np.stack([coarse, fine], axis=1).astype(np.uint8)
    records = np.concatenate([labels, images.reshape(30, -1)], axis=1)
    names = b"\n".join(b"fish%d" % number for number in range(100))
    data = tar(
        {
            "cifar-100-binary/train.bin": records[:24].tobytes(),
            "cifar-100-binary/test.bin": records[24:].tobytes(),
            "cifar-100-binary/fine_label_names.txt": names,
        }
    )
    about, arrays = bring(tmp_path, "cifar-100-binary.tar.gz", data).keep()
    assert about.class_names == tuple(f"fish{number}" for number in range(6))
    assert (about.shape, about.train_size, about.test_size) == ((3, 32, 32), 24, 6)
    assert rows_of(about, arrays) == as_sorted(images, [f"fish{number}" for number in fine])
    ten, _ = bring(tmp_path, "data_batch_1.bin", records[:, 1:].tobytes()).keep()
    assert ten.class_names == ("airplane", "automobile", "bird", "cat", "deer", "dog")
    cut = bring(tmp_path, "train.bin", records.tobytes()[:-1]).refusal()
    assert cut.why["values"]["there"] == 30 * 3074 - 1


def test_records_have_the_classes_that_lie_beside_them_one_a_line_and_no_label_beyond_these(tmp_path):
    labels = np.arange(36, dtype=np.uint8)[:, None] % 12
    records = np.concatenate([labels, colours(36, 32).reshape(36, -1)], axis=1)
    names = ["polar bear", "fire truck", *(f"fish {number}" for number in range(10))]
    members = {
        "batch.bin": records.tobytes(),
        "batches.meta.txt": "\n".join(names).encode(),
        "readme.html": b"Images",
        "more.zip": b"",
    }
    preview = bring(tmp_path, "f.zip", zipped(members)).preview()
    assert [shown["name"] for shown in preview["classes"]] == names
    left_out = {reason["why"]["code"]: reason["examples"] for reason in preview["dropped"]}
    assert left_out == {"read_drop_other": ["readme.html"], "read_drop_archive": ["more.zip"]}
    refused = bring(tmp_path, "f.bin", records.tobytes()).refusal()
    assert (refused.code, refused.why["values"]["label"], refused.why["values"]["classes"]) == (
        "read_label",
        11,
        10,
    )
    cut = {"first.bin": records.tobytes(), "last.bin": records.tobytes()[:-1]}
    refused = bring(tmp_path, "f.zip", zipped(cut)).refusal()
    assert (refused.code, refused.why["values"]["file"]) == ("read_records", "last.bin")


def test_drawings_of_the_lab_are_read_back_equal(tmp_path):
    images = (np.arange(20 * 28 * 28) % 256).astype(np.uint8).reshape(20, 28, 28)
    drawings.write(tmp_path / "drawings", images, np.arange(20) % 10)
    brought = bring(tmp_path, "our handwriting", (tmp_path / "drawings").read_bytes())
    assert brought.preview()["format"] == "drawings"
    about, arrays = brought.keep()
    assert about.origin == "drawings"
    assert rows_of(about, arrays) == as_sorted(images, np.arange(20) % 10)
    with pytest.raises(ValueError, match="0 to 9"):
        drawings.write(tmp_path / "drawings", images, np.arange(20))


def test_images_are_bounded_before_they_are_read(tmp_path):
    data = npz(x=colours(40), y=np.arange(40) % 2)
    brought = bring(tmp_path, "f.npz", data)
    assert brought.refusal(Limits(decoded_bytes=5000)).code == "read_decoded"
    assert brought.refusal(Limits(rows=39)).code == "read_many_rows"
    assert brought.refusal(Limits(unpacked_bytes=5000)).code == "read_unpacked"
