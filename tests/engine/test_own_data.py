"""Own data sets: written, found, deleted, brought back, and what an import may not hold."""

import json
import os
import shutil
from dataclasses import replace

import numpy as np
import pytest

from engine import ConfigError, DatasetError, ExperimentConfig, Trainer, datasets
from engine.datasets import own, own_npz


@pytest.fixture(autouse=True)
def no_folders(monkeypatch):
    monkeypatch.setattr(own, "_folders", [])
    monkeypatch.setattr(own, "_read", {})
    monkeypatch.setattr(own, "_given", {})


def images(seed=0, *, class_names=("cat", "dog"), **others):
    """60 training and 20 test images of two classes, and what they are."""
    generator = np.random.default_rng(seed)
    parts = {}
    for part, size in (("train", 60), ("test", 20)):
        parts[f"{part}_images"] = generator.integers(0, 256, (size, 1, 8, 8), np.uint8)
        parts[f"{part}_labels"] = (np.arange(size) % 2).astype(np.intp)
    arrays = own.Arrays(**parts)
    about = {"shape": (1, 8, 8), "class_names": class_names, "train_size": 60, "test_size": 20}
    about |= {"origin": "images", "digest": own.digest_of(arrays, class_names)}
    return own.About(**about, **others), arrays


def config(name, **dataset):
    return {
        "dataset": {"name": name, **dataset},
        "network": {"layers": [{"type": "dense", "units": 2}]},
        "training": {"iterations": 5, "batch_size": 10},
    }


def kept(folder, *, title="Pets", **others):
    about, arrays = images(**others)
    made = own.write(folder, about, arrays)
    own.write_card(made, own.Card(title=title, made_at=1.0))
    return about, arrays, made


def test_an_own_data_set_is_trained_on_as_one_of_the_catalog(tmp_path):
    own.look_in(tmp_path)
    about, arrays, made = kept(tmp_path, validation_size=6)
    name = own.name_of(about)
    assert made == tmp_path / name
    assert datasets.names()[-1] == name
    assert datasets.status(name)["title"] == "Pets"
    assert datasets.status(name)["validation_size"] == 6
    trainer = Trainer(ExperimentConfig.from_dict(config(name)), cache_dir=tmp_path / "cache")
    while trainer.advance():
        pass
    assert trainer.data == {"train": 60, "test": 20, "digest": about.digest}
    assert not (tmp_path / "cache").exists()
    loaded = datasets.load_dataset(name, cache_dir=tmp_path / "cache")
    np.testing.assert_array_equal(loaded.test_images, arrays.test_images)
    as_numbers = datasets.load_dataset(name)
    np.testing.assert_allclose(as_numbers.test_images, arrays.test_images / 255, rtol=1e-6)


def test_all_of_an_own_data_set_is_on_the_disk_when_it_is_written(tmp_path, monkeypatch):
    """A power cut afterwards costs none of it."""
    synced = set()
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.add(os.fstat(descriptor).st_ino))
    _, _, made = kept(tmp_path)
    assert {path.stat().st_ino for path in (*made.iterdir(), made, tmp_path)} <= synced


def test_the_same_content_has_one_name_and_any_difference_another():
    one, _ = images()
    assert own.name_of(images()[0]) == own.name_of(one)
    others = [images(1)[0], images(class_names=("dog", "cat"))[0]]
    assert len({own.name_of(about) for about in (one, *others)}) == 3


def test_a_deleted_data_set_leaves_its_experiments_readable_and_comes_back_with_the_same_content(tmp_path):
    own.look_in(tmp_path)
    about, arrays, made = kept(tmp_path)
    name = own.name_of(about)
    own.remove_arrays(made)
    assert name not in datasets.names()
    assert not datasets.status(name)["available"]
    experiment = ExperimentConfig.from_dict(config(name))
    with pytest.raises(DatasetError, match="Pets is deleted") as refused:
        Trainer(experiment, cache_dir=tmp_path / "cache")
    assert refused.value.args[0].code == "own_data_deleted"
    own.write(tmp_path, about, arrays)
    assert name in datasets.names()
    assert own.read_card(made).title == "Pets"


def test_a_name_that_never_was_is_refused_without_naming_those_that_are(tmp_path):
    own.look_in(tmp_path)
    kept(tmp_path)
    for wrong in ("own-0123456789abcdef", "own-../../../etc", "own-", "own-0123456789ABCDEF"):
        with pytest.raises(ConfigError) as refused:
            ExperimentConfig.from_dict(config(wrong))
        assert refused.value.field == "dataset.name"
        assert own.names()[0] not in str(refused.value)
    with pytest.raises(DatasetError):
        datasets.load_dataset("own-0123456789abcdef")


def test_sizes_and_flips_are_checked_against_the_own_data_set(tmp_path):
    own.look_in(tmp_path)
    about, arrays, _ = kept(tmp_path)
    name = own.name_of(about)
    with pytest.raises(ConfigError, match="at most 60"):
        ExperimentConfig.from_dict(config(name, train_size=61))
    flips = config(name, augment={"flip": True})
    with pytest.raises(ConfigError, match="flip"):
        ExperimentConfig.from_dict(flips)
    own.write(tmp_path, images(flippable=True)[0], arrays)
    assert ExperimentConfig.from_dict(flips).dataset.augment["flip"]


def test_a_title_is_read_again_when_it_has_changed(tmp_path):
    own.look_in(tmp_path)
    about, _, made = kept(tmp_path)
    assert datasets.source(own.name_of(about)).title == "Pets"
    own.write_card(made, own.Card(title="Our animals"))
    assert datasets.source(own.name_of(about)).title == "Our animals"
    for damaged in (
        "[]",
        f'{{"title": "Cats", "made_at": 1{400 * "0"}}}',
        '{"title": "Cats", "made_at": NaN}',
    ):
        (made / "card.json").write_text(damaged)
        assert own.read_card(made).title == own.name_of(about)


def test_damaged_or_foreign_files_are_an_error_in_words(tmp_path):
    own.look_in(tmp_path)
    about, _, made = kept(tmp_path)
    (made / "train_images.npy").write_bytes(b"\x93NUMPY")
    with pytest.raises(DatasetError, match="Pets"):
        datasets.load_dataset(own.name_of(about), cache_dir=tmp_path)
    np.save(made / "train_images.npy", np.zeros((60, 1, 9, 9), np.uint8))
    with pytest.raises(DatasetError, match="train_images must be of shape"):
        datasets.load_dataset(own.name_of(about), cache_dir=tmp_path)
    shutil.copytree(made, tmp_path / "own-0123456789abcdef")
    assert datasets.find("own-0123456789abcdef") is None


def test_nothing_is_written_that_does_not_match_and_leftovers_are_removed(tmp_path):
    about, arrays = images()
    other = images(1)[1]
    with pytest.raises(ValueError, match="digest"):
        own.write(tmp_path, about, other)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / ".own-abc").mkdir()
    os.utime(tmp_path / ".own-abc", (0, 0))
    (tmp_path / ".own-new").mkdir()
    made = own.write(tmp_path, about, arrays)
    own.remove_leftovers(tmp_path)
    assert set(tmp_path.iterdir()) == {made, tmp_path / ".own-new"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("shape", []),
        ("shape", [1, 8]),
        ("shape", [2, 8, 8]),
        ("shape", [1, 8, 8.0]),
        ("shape", [1, 8, 100_000]),
        ("class_names", ["one"]),
        ("class_names", ["a", "a"]),
        ("class_names", ["a", "b\n"]),
        ("class_names", "ab"),
        ("columns", ["x"]),
        ("units", [[0, 1]]),
        ("units", [[0, float("inf")]]),
        ("units", [[10**400, 1]]),
        ("train_size", 0),
        ("train_size", True),
        ("validation_size", 60),
        ("flippable", 1),
        ("origin", "pickle"),
        ("digest", "abc"),
        ("digest", "../" + "0" * 61),
    ],
)
def test_what_is_known_of_a_data_set_is_checked_as_an_import_may_hold_anything(name, value):
    right = images()[0].to_dict()
    assert own.About.from_dict(json.loads(json.dumps(right))) == images()[0]
    with pytest.raises(ValueError, match=name):
        own.About.from_dict({**right, name: value})
    with pytest.raises(ValueError, match="an own data set has"):
        own.About.from_dict({**right, "path": "/etc"})


def test_a_table_has_a_column_for_each_feature():
    about = own.About(
        shape=(2,),
        class_names=("a", "b"),
        columns=("x", "y"),
        units=((0.0, 1.0), (2.5, 0.1)),
        train_size=5,
        test_size=5,
        origin="csv",
        digest="0" * 64,
    )
    assert own.About.from_dict(json.loads(json.dumps(about.to_dict()))) == about
    with pytest.raises(ValueError, match="columns"):
        replace(about, columns=("x",))


def test_a_file_makes_the_same_data_set_known_to_a_process_that_has_no_folder(tmp_path):
    own.look_in(tmp_path / "there")
    about, _, _ = kept(tmp_path / "there", title="Pets", validation_size=5)
    dataset = datasets.load_dataset(own.name_of(about), cache_dir=tmp_path)
    with (tmp_path / "Pets.npz").open("wb") as file:
        own_npz.write(file, dataset, about)
    own._folders.clear()
    assert datasets.find(own.name_of(about)) is None
    again = own_npz.load(tmp_path / "Pets.npz")
    assert (again.name, again.digest) == (own.name_of(about), about.digest)
    trainer = Trainer(ExperimentConfig.from_dict(config(again.name)), data_dir=tmp_path)
    assert trainer.advance()
    (tmp_path / "Other.npz").write_bytes(b"PK")
    for wrong in ("Other.npz", "missing.npz"):
        with pytest.raises(DatasetError, match=wrong):
            own_npz.load(tmp_path / wrong)


def test_what_a_document_says_of_a_data_set_is_known_only_while_it_is_read():
    about = images()[0]
    source = own.described(about, "Pets")
    with own.mentioned({source.name: source}):
        experiment = ExperimentConfig.from_dict(config(source.name))
        assert not source.is_available(None)
        with pytest.raises(DatasetError, match="Pets is deleted"):
            Trainer(experiment)
    assert datasets.find(source.name) is None
