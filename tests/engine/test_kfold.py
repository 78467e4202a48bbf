"""Cross-validation: which images each fold tests on, and the experiments of its runs."""

import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import ConfigError, ExperimentConfig, Trainer, load_dataset
from engine.kfold import fold_configs, split


@given(st.lists(st.integers(0, 4), min_size=7, max_size=80), st.integers(2, 7))
def test_every_image_is_a_test_image_of_one_fold_and_each_class_is_spread_evenly(labels, folds):
    labels = np.array(labels)
    tested: list[int] = []
    counts = []
    for index in range(folds):
        train, test = split(labels, folds, index)
        assert sorted([*train, *test]) == list(range(len(labels)))
        tested.extend(test)
        counts.append(np.bincount(labels[test], minlength=5))
    assert sorted(tested) == list(range(len(labels)))
    assert (np.ptp(counts, axis=0) <= 1).all()


def test_the_folds_of_the_digits_are_those_of_earlier_runs():
    # a stored run is repeated bit for bit only if its fold has the same images in the same order
    labels = load_dataset("digits").train_labels
    folds = [np.concatenate(split(labels, 5, index)).astype(np.int64) for index in range(5)]
    assert [hashlib.sha256(fold.tobytes()).hexdigest()[:16] for fold in folds] == [
        "1e64dcb638d9a730",
        "aef6c94f773fc6ea",
        "146a595610563af4",
        "45d2d1a20902e947",
        "31d82b0b76464d20",
    ]


@pytest.mark.parametrize("size", [300, 301, 304])
def test_the_trainers_of_a_cross_validation_have_as_many_images_as_their_configs_state(size):
    configs = fold_configs(ExperimentConfig.from_dict({"name": "mine", "dataset": {"train_size": size}}), 5)
    assert [config.name for config in configs] == [f"mine fold {n} of 5" for n in range(1, 6)]
    for config in configs:
        trainer = Trainer(config)
        assert len(trainer._images) == config.dataset.train_images
        assert len(trainer.evaluations.evaluators["test"]._labels) == config.dataset.test_images
    assert sum(config.dataset.test_images for config in configs) == size


@pytest.mark.parametrize(
    ("fold", "field"), [({"index": 5}, "index"), ({"folds": 1}, "folds"), ({"folds": 50}, "folds")]
)
def test_impossible_folds_are_refused(fold, field):
    with pytest.raises(ConfigError) as caught:
        ExperimentConfig.from_dict({"dataset": {"train_size": 20, "fold": fold}})
    assert caught.value.field == f"dataset.fold.{field}"


def test_a_fold_may_be_the_validation_images_and_the_test_images_stay_closed_or_what_they_are():
    dataset = {"train_size": 300, "fold": {"folds": 3, "index": 1, "part": "validation"}}
    closed = ExperimentConfig.from_dict({"dataset": {**dataset, "test_size": 0}})
    assert (closed.dataset.train_images, closed.dataset.validation_images, closed.dataset.test_images) == (
        200,
        100,
        0,
    )
    tested = ExperimentConfig.from_dict(
        {"dataset": {**dataset, "test_size": 50}, "training": {"iterations": 2}}
    )
    trainer = Trainer(tested)
    evaluators = trainer.evaluations.evaluators
    _, held_out = split(load_dataset("digits").train_labels[:300], 3, 1)
    assert (evaluators["validation"]._labels == load_dataset("digits").train_labels[:300][held_out]).all()
    assert len(evaluators["test"]._labels) == 50
    assert ExperimentConfig.from_dict(tested.to_dict()) == tested


def test_a_fold_that_is_tested_on_is_written_and_named_as_before_there_was_a_choice():
    fold = {"folds": 3, "index": 1}
    before, after = (
        ExperimentConfig.from_dict({"dataset": {"train_size": 300, "fold": section}})
        for section in (fold, {**fold, "part": "test"})
    )
    assert before.to_dict() == after.to_dict()
    assert before.to_dict()["dataset"]["fold"] == fold


def test_a_fold_for_validation_and_other_validation_images_are_refused():
    with pytest.raises(ConfigError) as caught:
        ExperimentConfig.from_dict(
            {"dataset": {"validation_size": 10, "fold": {"folds": 3, "part": "validation"}}}
        )
    assert caught.value.field == "dataset.validation_size"
