"""Data files as people have them: other names and folders, gzipped or not, replaced, and damaged in any way."""

import gzip
import os
import shutil
import subprocess
import sys
import time
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import DatasetError, ExperimentConfig, Trainer, datasets, load_dataset
from engine.datasets import cifar
from engine.datasets.idx import read_idx
from tests.engine.test_cifar import write as write_cifar
from tests.engine.test_datasets import idx, write_mnist

HYPHEN, DOT = "train-images-idx3-ubyte", "train-images.idx3-ubyte"


def rename(folder, spell):
    for path in list(folder.iterdir()):
        path.rename(folder / spell(path.name))


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("spell", [str, lambda name: name.replace("-idx", ".idx")])
@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("mnist", "mnist"),
        ("mnist", "MNIST/raw"),
        ("fashion_mnist", "fashion-mnist"),
        ("fashion_mnist", "FashionMNIST/raw"),
        ("kmnist", "kmnist"),
        ("kmnist", "KMNIST/raw"),
    ],
)
def test_the_four_files_are_found_by_any_of_their_names(tmp_path, name, folder, spell, suffix):
    write_mnist(tmp_path / folder, suffix=suffix)
    rename(tmp_path / folder, spell)
    assert datasets.status(name, tmp_path)["available"]
    assert len(load_dataset(name, data_dir=tmp_path).train_images) == 60


def test_the_labs_own_folder_comes_first_if_it_is_whole(tmp_path):
    write_mnist(tmp_path / "MNIST" / "raw", train=30)
    write_mnist(tmp_path / "mnist", train=60)
    assert len(load_dataset("mnist", data_dir=tmp_path).train_images) == 60
    (tmp_path / "mnist" / HYPHEN).unlink()
    assert len(load_dataset("mnist", data_dir=tmp_path).train_images) == 30
    (tmp_path / "MNIST" / "raw" / HYPHEN).unlink()
    with pytest.raises(DatasetError, match=f"no {HYPHEN}"):
        load_dataset("mnist", data_dir=tmp_path)


def test_a_name_with_a_hyphen_comes_before_one_with_a_dot_and_a_plain_one_before_gz(tmp_path):
    folder = tmp_path / "mnist"
    write_mnist(folder, train=60)
    shutil.move(folder / HYPHEN, folder / DOT)
    shutil.move(folder / "train-labels-idx1-ubyte", folder / "train-labels.idx1-ubyte")
    write_mnist(tmp_path / "other", train=40, suffix=".gz")
    for name in (f"{HYPHEN}.gz", "train-labels-idx1-ubyte.gz"):
        shutil.copy(tmp_path / "other" / name, folder / name)
    assert len(load_dataset("mnist", data_dir=tmp_path).train_images) == 40


@pytest.mark.parametrize("compressed", [True, False])
@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_gzip_is_recognized_by_its_first_bytes_and_not_by_the_name(tmp_path, suffix, compressed):
    def store(path, data):
        path.write_bytes(gzip.compress(data) if compressed else data)

    array = np.arange(2 * 3 * 4).reshape(2, 3, 4)
    store(tmp_path / f"numbers{suffix}", idx(array))
    np.testing.assert_array_equal(read_idx(tmp_path / f"numbers{suffix}"), array)

    folder = tmp_path / cifar.TEN.folder
    write_cifar(folder, "data_batch_1", "test_batch")
    plain = load_dataset("cifar10", data_dir=tmp_path)
    for path in list(folder.iterdir()):
        data = path.read_bytes()
        path.unlink()
        store(path.with_name(path.name + suffix), data)
    found = load_dataset("cifar10", data_dir=tmp_path)
    np.testing.assert_array_equal(found.train_images, plain.train_images)
    np.testing.assert_array_equal(found.test_labels, plain.test_labels)


# -- files that are replaced -------------------------------------------------------------------------


def brighten(path, by):
    """Other images in a file of the same size."""
    data = bytearray(path.read_bytes())
    data[16:] = (np.frombuffer(data, np.uint8, offset=16) // 2 + by).tobytes()
    return bytes(data)


def rewritten(path, data):
    path.write_bytes(data)


def swapped(path, data):
    """As `cp` to a new file and `mv` over the old one."""
    (path.parent / "new").write_bytes(data)
    (path.parent / "new").replace(path)


def restored(path, data):
    """As from an archive: an old time of writing, to the nanosecond that of the file before."""
    before = path.stat()
    swapped(path, data)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def restored_in_place(path, data):
    before = path.stat()
    path.write_bytes(data)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.mark.parametrize("replace", [rewritten, swapped, restored, restored_in_place])
def test_files_of_the_same_size_that_are_replaced_are_decoded_anew(tmp_path, replace):
    write_mnist(tmp_path / "mnist")
    path, cache = tmp_path / "mnist" / HYPHEN, tmp_path / "cache"
    before = load_dataset("mnist", data_dir=tmp_path, cache_dir=cache)
    kept = np.array(before.train_images)
    size = path.stat().st_size

    replace(path, brighten(path, 90))
    after = load_dataset("mnist", data_dir=tmp_path, cache_dir=cache)

    assert path.stat().st_size == size
    np.testing.assert_array_equal(after.train_images, kept // 2 + 90)
    np.testing.assert_array_equal(before.train_images, kept)  # a run that maps the old ones goes on with them
    assert before.digest != after.digest


def test_there_are_as_many_images_as_the_files_hold_now(tmp_path):
    write_mnist(tmp_path / "mnist", train=200)
    document = {"dataset": {"name": "mnist", "train_size": 400, "test_size": 20}}
    config = ExperimentConfig.from_dict(document)
    with pytest.raises(DatasetError, match="200 train examples"):
        Trainer(config, data_dir=tmp_path, cache_dir=tmp_path / "cache")
    shutil.rmtree(tmp_path / "mnist")
    write_mnist(tmp_path / "mnist", train=400)
    Trainer(config, data_dir=tmp_path, cache_dir=tmp_path / "cache").step()


def test_old_caches_are_removed(tmp_path):
    write_mnist(tmp_path / "mnist")
    cache = tmp_path / "cache"
    (cache / "mnist-v2").mkdir(parents=True)
    (cache / "fashion_mnist-v3-1").mkdir()
    left, fresh = cache / ".mnist-left", cache / ".mnist-fresh"
    for folder in (left, fresh):
        folder.mkdir()
    os.utime(left, (1e9, 1e9))
    path = tmp_path / "mnist" / HYPHEN
    for by in range(5):
        path.write_bytes(brighten(path, by))
        folder = datasets.prepare("mnist", tmp_path, cache)
    assert set(cache.iterdir()) == {folder, fresh, cache / "fashion_mnist-v3-1"}


READER = """
import sys
from pathlib import Path
import numpy as np
from engine import DatasetError, load_dataset

folder = Path(sys.argv[1])
seen = set()
for _ in range(2000):
    try:
        data = load_dataset("mnist", data_dir=folder, cache_dir=folder / "cache")
    except DatasetError as error:
        assert "again and again" in str(error), error
        continue
    levels = [np.unique(images).tolist() for images in (data.train_images, data.test_images)]
    assert len(levels[0]) == 1 and levels[1] == [0], levels  # each part is whole
    seen.add(levels[0][0])
    if len(seen) == 10:
        break
assert len(seen) == 10
"""


def test_processes_that_load_while_files_are_replaced_all_get_whole_sets(tmp_path):
    write_mnist(tmp_path / "mnist")
    path = tmp_path / "mnist" / HYPHEN
    test = path.with_name("t10k-images-idx3-ubyte")
    test.write_bytes(idx(np.zeros((20, 28, 28))))
    path.write_bytes(idx(np.ones((60, 28, 28))))
    readers = [subprocess.Popen([sys.executable, "-c", READER, str(tmp_path)]) for _ in range(2)]
    for turn in range(2000):
        swapped(path, idx(np.full((60, 28, 28), 1 + turn % 200)))
        if all(reader.poll() is not None for reader in readers):
            break
        time.sleep(0.03)
    assert [reader.wait(timeout=60) for reader in readers] == [0, 0]
    assert len([folder for folder in (tmp_path / "cache").iterdir() if folder.name[0] != "."]) <= 3


def test_a_cache_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "cache").write_text("a file where a folder should be")
    with pytest.raises(DatasetError, match="cannot be written"):
        load_dataset("digits", cache_dir=tmp_path / "cache")


# -- a run and the images that it began with ---------------------------------------------------------


@pytest.mark.parametrize("cached", [True, False])
def test_a_checkpoint_does_not_go_on_with_fewer_images(tmp_path, cached):
    write_mnist(tmp_path / "mnist", train=60)
    folders = {"data_dir": tmp_path, "cache_dir": tmp_path / "cache" if cached else None}
    document = {"dataset": {"name": "mnist"}, "training": {"batch_size": 7, "iterations": 50}}
    trainer = Trainer(ExperimentConfig.from_dict(document), **folders)
    trainer.step()
    saved = trainer.checkpoint()
    assert Trainer.restore(saved, **folders).iteration == 1
    shutil.rmtree(tmp_path / "mnist")
    write_mnist(tmp_path / "mnist", train=50)
    with pytest.raises(DatasetError, match="have changed since this run began"):
        Trainer.restore(saved, **folders)


def test_a_checkpoint_does_not_go_on_with_other_images(tmp_path):
    write_mnist(tmp_path / "mnist")
    folders = {"data_dir": tmp_path, "cache_dir": tmp_path / "cache"}
    trainer = Trainer(ExperimentConfig.from_dict({"dataset": {"name": "mnist"}}), **folders)
    trainer.step()
    saved = trainer.checkpoint()
    path = tmp_path / "mnist" / HYPHEN
    data = path.read_bytes()
    path.write_bytes(data)  # written again, and the same
    assert Trainer.restore(saved, **folders).iteration == 1
    path.write_bytes(brighten(path, 7))
    with pytest.raises(DatasetError, match="have changed since this run began"):
        Trainer.restore(saved, **folders)


# -- damage ------------------------------------------------------------------------------------------


@st.composite
def damages(draw):
    """A function that changes bytes: some overwritten, mostly in the header, or cut off, or more at the end."""
    changes = draw(
        st.lists(st.tuples(st.integers(0, 20) | st.integers(0, 5000), st.integers(0, 255)), max_size=6)
    )
    end = draw(st.none() | st.integers(0, 5000))
    more = draw(st.binary(max_size=20))

    def damage(data):
        data = bytearray(data)
        for offset, value in changes:
            if offset < len(data):
                data[offset] = value
        return bytes(data[:end] + more)

    return damage


IMAGES = idx(np.arange(5 * 28 * 28).reshape(5, 28, 28) % 251)
#: more than bytes can say: every length 2³² - 1; many axes; axes of none
STRANGE = [
    b"\0\0\x08\x03" + b"\xff" * 12,
    b"\0\0\x08\xff" + b"\0\0\0\x01" * 255 + b"x",
    b"\0\0\x08\x03" + b"\0" * 4 + b"\xff" * 8,
    b"\0\0\x08\x00x",
    b"\0\0\x08\x01\xff\xff\xff\xff",
]


def read_or_refuse(read, path):
    """What is read, or None where it is refused as it should be; without setting aside much for what is not there."""
    found, said = None, ""
    tracemalloc.start()
    try:
        found = read(path)
    except DatasetError as error:
        said = str(error)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000
    assert found is not None or path.name in said
    return found


@settings(max_examples=300)
@given(damage=damages(), around=damages(), kind=st.sampled_from(["plain", "gzip", "gzip, damaged"]))
def test_any_damage_to_an_idx_file_is_the_declared_error(tmp_path_factory, damage, around, kind):
    path = tmp_path_factory.getbasetemp() / "images"
    data = damage(IMAGES)
    if kind != "plain":
        data = gzip.compress(data)
    path.write_bytes(around(data) if kind.endswith("damaged") else data)
    read_or_refuse(read_idx, path)


@settings(max_examples=150)
@given(damage=damages(), around=damages(), kind=st.sampled_from(["plain", "gzip", "gzip, damaged"]))
def test_any_damage_to_a_cifar_file_is_the_declared_error(tmp_path_factory, damage, around, kind):
    path = tmp_path_factory.getbasetemp() / "data_batch_1.bin"
    data = damage(bytes(cifar.TEN.record) * 2)
    if kind != "plain":
        data = gzip.compress(data)
    path.write_bytes(around(data) if kind.endswith("damaged") else data)
    read_or_refuse(cifar.TEN.read_records, path)


@pytest.mark.parametrize("data", STRANGE)
@pytest.mark.parametrize("compress", [bytes, gzip.compress])
def test_a_header_that_promises_too_much_is_the_declared_error(tmp_path, data, compress):
    write_mnist(tmp_path / "mnist")
    path = tmp_path / "mnist" / HYPHEN
    path.write_bytes(compress(data))
    assert datasets.status("mnist", tmp_path)["available"]
    assert read_or_refuse(lambda _: load_dataset("mnist", data_dir=tmp_path), path) is None


def test_what_a_small_file_unpacks_to_is_not_all_kept(tmp_path):
    path = tmp_path / "images"
    path.write_bytes(gzip.compress(IMAGES + bytes(200_000_000)))
    assert read_or_refuse(read_idx, path) is None
