"""CIFAR-10: its files as they are read, missing or damaged."""

from typing import Any

import numpy as np
import pytest

from engine import DatasetError, ExperimentConfig, Trainer, datasets, load_dataset
from engine.datasets.cifar import HUNDRED, TEN

FOLDER, RECORD = TEN.folder, TEN.record


def write(folder, *names, count=30):
    folder.mkdir(parents=True, exist_ok=True)
    for seed, name in enumerate(names):
        records = np.random.default_rng(seed).integers(0, 256, (count, RECORD), dtype=np.uint8)
        records[:, 0] %= 10
        (folder / f"{name}.bin").write_bytes(records.tobytes())


def test_all_batches_that_are_there_are_read(tmp_path):
    write(tmp_path / FOLDER, "data_batch_1", "data_batch_3", "test_batch")
    data = load_dataset("cifar10", data_dir=tmp_path)
    assert data.train_images.shape == (60, 3, 32, 32)
    assert data.test_images.shape == (30, 3, 32, 32)
    record = np.fromfile(tmp_path / FOLDER / "data_batch_1.bin", np.uint8)[:RECORD]
    assert data.train_labels[0] == record[0]
    np.testing.assert_allclose(data.train_images[0].reshape(-1), record[1:] / 255, rtol=1e-6)


def test_a_cache_of_two_batches_is_not_one_of_three(tmp_path):
    write(tmp_path / FOLDER, "data_batch_1", "data_batch_2", "test_batch")
    first = load_dataset("cifar10", data_dir=tmp_path, cache_dir=tmp_path / "cache")
    write(tmp_path / FOLDER, "data_batch_3")
    second = load_dataset("cifar10", data_dir=tmp_path, cache_dir=tmp_path / "cache")
    assert (len(first.train_images), len(second.train_images)) == (60, 90)


@pytest.mark.parametrize("damage", [lambda d: d[:-1], lambda d: b"", lambda d: b"\xff" * RECORD])
def test_damaged_files_are_named(tmp_path, damage):
    write(tmp_path / FOLDER, "data_batch_1", "test_batch")
    path = tmp_path / FOLDER / "data_batch_1.bin"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(DatasetError, match="data_batch_1"):
        load_dataset("cifar10", data_dir=tmp_path)


def test_it_is_not_there_without_its_test_images(tmp_path):
    write(tmp_path / FOLDER, "data_batch_1")
    assert not datasets.status("cifar10", tmp_path)["available"]
    with pytest.raises(DatasetError, match="test_batch"):
        load_dataset("cifar10", data_dir=tmp_path)


def test_epochs_are_epochs_of_the_images_that_are_there(tmp_path):
    write(tmp_path / FOLDER, "data_batch_1", "data_batch_2", "test_batch")
    document: dict[str, Any] = {
        "dataset": {"name": "cifar10"},
        "network": {"preset": "mlp", "hidden": [8]},
        "training": {"epochs": 2, "batch_size": 20, "sampling": "epochs"},
    }
    trainer = Trainer(ExperimentConfig.from_dict(document), data_dir=tmp_path)
    assert trainer.iterations == 6
    assert [e.iteration for e in trainer.run() if e.stream == "evaluation"] == [3, 6]

    document["dataset"]["train_size"] = 1000
    with pytest.raises(DatasetError, match="1,000 are requested"):
        Trainer(ExperimentConfig.from_dict(document), data_dir=tmp_path)


def test_in_a_file_of_a_hundred_classes_the_second_byte_is_the_class(tmp_path):
    folder = tmp_path / HUNDRED.folder
    folder.mkdir()
    for name, count in (("train", 40), ("test", 20)):
        records = np.random.default_rng(count).integers(0, 256, (count, HUNDRED.record), dtype=np.uint8)
        records[:, 0], records[:, 1] = np.arange(count) % 20, np.arange(count) + 60
        (folder / f"{name}.bin").write_bytes(records.tobytes())
    data = load_dataset("cifar100", data_dir=tmp_path)
    assert data.train_labels.tolist() == list(range(60, 100))
    assert data.class_names[60] == "plain"
    assert len(set(data.class_names)) == 100
    record = np.fromfile(folder / "train.bin", np.uint8)[: HUNDRED.record]
    np.testing.assert_allclose(data.train_images[0].reshape(-1), record[2:] / 255, rtol=1e-6)
