"""Data sets: the digits, points in the plane, the files of MNIST, and the cache of decoded images."""

import gzip
import hashlib
import multiprocessing
import struct
import sys
from pathlib import Path

import numpy as np
import pytest

from engine import DatasetError, datasets, load_dataset
from engine.datasets.idx import read_idx
from engine.levels import as_numbers


def idx(array):
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    return header + array.astype(np.uint8).tobytes()


def write_mnist(folder, *, train=60, test=20, suffix=""):
    folder.mkdir(parents=True)
    generator = np.random.default_rng(0)
    for prefix, count in (("train", train), ("t10k", test)):
        images = idx(generator.integers(0, 256, (count, 28, 28)))
        labels = idx(generator.integers(0, 10, count))
        for name, data in ((f"{prefix}-images-idx3-ubyte", images), (f"{prefix}-labels-idx1-ubyte", labels)):
            (folder / (name + suffix)).write_bytes(gzip.compress(data) if suffix else data)


def test_the_digits_are_always_there():
    digits = load_dataset("digits")
    assert digits.train_images.shape == (1437, 1, 8, 8)
    assert digits.test_images.shape == (360, 1, 8, 8)
    assert digits.train_images.dtype == np.float32
    assert digits.train_images.min() == 0
    assert digits.train_images.max() == 1
    assert np.bincount(digits.test_labels, minlength=10).min() >= 20
    np.testing.assert_array_equal(digits.train_images, load_dataset("digits").train_images)


def test_the_digits_are_those_that_every_recorded_curve_was_trained_on():
    """Hashes of the arrays as they were read from scikit-learn's package, which the lab needed before."""
    digits = load_dataset("digits")
    hashes = {
        name: hashlib.sha256(np.ascontiguousarray(getattr(digits, name)).tobytes()).hexdigest()
        for name in ("train_images", "train_labels", "test_images", "test_labels")
    }
    assert hashes == {
        "train_images": "d744fdd26993e97ce4a9611402b6982645ed08ee70f9fffee3b26b672299bbea",
        "train_labels": "4eff0212706bb8e9a1f77ff9d0c01fa430bf58b40d0b03543b1b66149a8dd19d",
        "test_images": "7f694ac6c0a0792de687f4bd2ed2d8501bd846e5803dd4311d5a0c54b46ba01f",
        "test_labels": "ae7b281ffc70a0459e617e92bd567ebe92c33cd846e3baf75099d1a550405fbd",
    }


def test_authors_and_licence_of_the_digits_come_with_them():
    folder = Path(datasets.__file__).parent
    text = (folder / "digits.csv.gz.license").read_text("utf-8")
    assert (folder / "digits.csv.gz").stat().st_size < 60_000
    assert all(word in text for word in ("Alpaydin", "Kaynak", "UCI Machine Learning", "CC-BY-4.0"))


@pytest.mark.parametrize("name", ["spirals", "circles", "moons", "xor", "blobs"])
def test_points_have_all_their_classes_and_are_the_same_each_time(name):
    points = load_dataset(name)
    assert points.shape == (2,)
    assert set(points.train_labels) == set(range(len(points.class_names)))
    assert np.abs(points.train_images).max() < 2
    np.testing.assert_array_equal(points.train_images, load_dataset(name).train_images)
    assert not np.array_equal(points.train_images[:50], points.test_images[:50])


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_idx_files_are_read_plain_or_gzipped(tmp_path, suffix):
    array = np.arange(2 * 3 * 4).reshape(2, 3, 4)
    data = gzip.compress(idx(array)) if suffix else idx(array)
    path = tmp_path / f"numbers{suffix}"
    path.write_bytes(data)
    np.testing.assert_array_equal(read_idx(path), array)


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:100],
        lambda data: data[:7],
        lambda data: b"",
        lambda data: b"<html>not found</html>",
        lambda data: data + b"more",
        lambda data: data[:2] + b"\x0d" + data[3:],
    ],
)
@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_damaged_files_are_named(tmp_path, damage, suffix):
    path = tmp_path / f"images{suffix}"
    data = damage(idx(np.zeros((5, 28, 28))))
    path.write_bytes(gzip.compress(data) if suffix else data)
    with pytest.raises(DatasetError, match="images"):
        read_idx(path)


def test_a_gzip_file_that_is_cut_short_is_named(tmp_path):
    path = tmp_path / "images.gz"
    path.write_bytes(gzip.compress(np.random.default_rng(0).bytes(5000))[:2000])
    with pytest.raises(DatasetError, match=r"images\.gz"):
        read_idx(path)


def test_a_missing_data_set_is_reported(tmp_path):
    assert not datasets.status("mnist", tmp_path)["available"]
    with pytest.raises(DatasetError, match="mnist"):
        load_dataset("mnist", data_dir=tmp_path)
    with pytest.raises(DatasetError):
        datasets.prepare("mnist", tmp_path, tmp_path / "cache")
    with pytest.raises(DatasetError, match="there is no data set"):
        load_dataset("nothing")


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_mnist_comes_from_the_data_folder_and_is_mapped_from_the_cache(tmp_path, suffix):
    write_mnist(tmp_path / "data" / "mnist", suffix=suffix)
    assert datasets.status("mnist", tmp_path / "data")["available"]

    decoded = load_dataset("mnist", data_dir=tmp_path / "data")
    mapped = load_dataset("mnist", data_dir=tmp_path / "data", cache_dir=tmp_path / "cache")

    assert isinstance(mapped.train_images, np.memmap)
    assert decoded.train_images.shape == (60, 1, 28, 28)
    np.testing.assert_array_equal(decoded.train_images, as_numbers(mapped.train_images, np.float32))
    np.testing.assert_array_equal(decoded.test_labels, mapped.test_labels)
    assert 0.9 < decoded.train_images.max() <= 1


@pytest.mark.parametrize(
    "spoil",
    [
        lambda file: file.write_bytes(b"nonsense"),
        lambda file: file.write_bytes(file.read_bytes()[:-1]),
        lambda file: file.write_bytes(b""),
        lambda file: file.unlink(),
    ],
    ids=["nonsense", "cut short", "empty", "deleted"],
)
@pytest.mark.parametrize("name", ["train_images.npy", "test_labels.npy", "about.json"])
def test_a_damaged_cache_is_made_again(tmp_path, name, spoil):
    folder = datasets.prepare("digits", None, tmp_path)
    spoil(folder / name)

    found, whole = load_dataset("digits", cache_dir=tmp_path), load_dataset("digits")

    np.testing.assert_array_equal(as_numbers(found.train_images, np.float32), whole.train_images)
    np.testing.assert_array_equal(found.test_labels, whole.test_labels)
    assert found.class_names == whole.class_names


@pytest.mark.skipif(sys.platform == "win32", reason="a file in the place of a folder is another error there")
def test_a_cache_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(DatasetError, match=r"file/cache cannot be written") as refused:
        load_dataset("digits", cache_dir=tmp_path / "file" / "cache")
    assert refused.value.args[0].code == "folder_unwritable"


def _prepare(barrier, data, cache, results):
    barrier.wait()
    images = load_dataset("mnist", data_dir=data, cache_dir=cache).train_images
    results.put(float(images.sum()))


def test_processes_that_prepare_data_at_the_same_time_all_get_the_same(tmp_path):
    write_mnist(tmp_path / "mnist", train=2000)
    context = multiprocessing.get_context("fork")
    barrier, results = context.Barrier(4), context.Queue()
    workers = [
        context.Process(target=_prepare, args=(barrier, tmp_path, tmp_path / "cache", results))
        for _ in range(4)
    ]
    for worker in workers:
        worker.start()
    sums = {results.get(timeout=30) for _ in workers}
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0
    assert len(sums) == 1
    (folder,) = (tmp_path / "cache").iterdir()
    assert folder == datasets.prepare("mnist", tmp_path, tmp_path / "cache")


def test_label_noise_makes_the_asked_share_wrong():
    labels = np.arange(1000) % 10
    noisy = datasets.noisy_labels(labels, 10, 0.3, np.random.default_rng(0))
    assert np.count_nonzero(noisy != labels) == 300
    assert noisy.min() >= 0
    assert noisy.max() <= 9
