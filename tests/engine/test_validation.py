"""Validation images: kept back from training, measured apart, and what early stopping looks at."""

import hashlib
import json
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import ConfigError, DatasetError, ExperimentConfig, Trainer, load_dataset
from engine.kfold import fold_configs
from engine.memory import arrays
from engine.parts import parts_of
from tests.engine.test_memory import drawings
from tests.support.events import evaluations_of
from tests.support.reasons import reason_in

DIGITS = load_dataset("digits")
NETWORKS = (
    {"preset": "mlp", "hidden": [12], "dropout": 0.2},
    {"preset": "mlp", "hidden": [8], "batch_norm": True},
    {"layers": [{"type": "conv2d", "filters": 3, "kernel_size": 3}, {"type": "dense", "units": 10}]},
)


def experiment(dataset, **sections):
    training = {"iterations": 20, "batch_size": 16, "evaluate_every": 7, **sections.pop("training", {})}
    network = sections.pop("network", NETWORKS[0])
    document = {"network": network, "dataset": dataset, "training": training, **sections}
    return ExperimentConfig.from_dict(document, stored=True)  # also where the last batch has one image


def refused(document):
    with pytest.raises(ConfigError) as caught:
        ExperimentConfig.from_dict(document)
    return caught.value


# -- without validation images all is as before there were any -------------------------------------------


@pytest.mark.parametrize(
    ("document", "digest"),
    [
        ({}, "abada5c8b678a3e4"),
        ({"dataset": {"name": "mnist", "train_size": 300, "test_size": 200}}, "34e848d880c32d12"),
        (
            {"dataset": {"train_size": 300, "fold": {"folds": 5, "index": 2}, "label_noise": 0.2}},
            "8fcda304e0da68cc",
        ),
        (
            {
                "dataset": {"name": "mnist", "augment": {"shift": 2}},
                "training": {"epochs": 3, "early_stopping": {"patience": 4}},
            },
            "0e45f275b124d52c",
        ),
    ],
)
def test_an_experiment_without_validation_images_is_written_as_before_there_were_any(document, digest):
    without_size = {**document, "dataset": {**document.get("dataset", {}), "validation_size": None}}
    for equal in (document, without_size):
        written = json.dumps(ExperimentConfig.from_dict(equal).to_dict())
        assert hashlib.sha256(written.encode()).hexdigest()[:16] == digest


@settings(max_examples=25, deadline=None)
@given(
    network=st.sampled_from(NETWORKS),
    dataset=st.fixed_dictionaries(
        {
            "train_size": st.integers(30, 400),
            "test_size": st.none() | st.integers(1, 300),
            "label_noise": st.sampled_from([0.0, 0.3]),
            "augment": st.none() | st.just({"noise": 0.1}),
            "fold": st.none() | st.just({"folds": 3, "index": 1}),
        }
    ),
    more=st.fixed_dictionaries(
        {
            "dtype": st.sampled_from(["float32", "float64"]),
            "regularization": st.sampled_from([{}, {"l1": 0.001}]),
            "seed": st.integers(0, 5),
        }
    ),
    training=st.fixed_dictionaries(
        {
            "sampling": st.sampled_from(["epochs", "with_replacement"]),
            "evaluate_train_size": st.sampled_from([10, 2000]),
            "early_stopping": st.none() | st.just({"metric": "test_loss", "patience": 1}),
        }
    ),
    size=st.integers(1, 700),
)
def test_validation_images_change_no_bit_of_the_other_measurements(network, dataset, more, training, size):
    def rows(**kept_back):
        config = experiment({**dataset, **kept_back}, network=network, training=training, **more)
        return [event.values for event in Trainer(config, DIGITS).run()], config

    (plain, _), (validated, config) = rows(), rows(validation_size=size)
    assert [values[: len(before)] for values, before in zip(validated, plain, strict=True)] == plain
    columns = Trainer(config, DIGITS).columns
    assert columns["evaluation"][-2:] == ("validation_accuracy", "validation_loss")
    assert {len(values) for values in validated} == {len(columns["train"]), len(columns["evaluation"])}


def test_without_a_validation_set_there_are_no_columns_of_one():
    trainer = Trainer(experiment({"train_size": 40}), DIGITS)
    assert not any("validation" in name for names in trainer.columns.values() for name in names)
    assert trainer.evaluate().validation_accuracy is None


# -- which images -------------------------------------------------------------------------------------


@given(train=st.none() | st.integers(1, 1400), size=st.integers(1, 1436), test=st.integers(1, 360))
def test_the_images_follow_those_trained_on_or_are_the_last_ones(train, size, test):
    document = {"train_size": train, "validation_size": size, "test_size": test}
    if size > 1437 - (train or 1):
        error = refused({"dataset": document})
        assert (error.code, error.field) == ("range", "dataset.validation_size")
        assert error.bounds == {"minimum": 1, "maximum": 1437 - (train or 1)}
        assert f"{error.bounds['maximum']:,}" in error.message
        assert f"not {size:,}" in error.message
        return
    config = ExperimentConfig.from_dict({"dataset": document, "training": {"batch_size": 1}}).dataset
    parts = parts_of(DIGITS, config, np.float32)
    first = train or 1437 - size
    np.testing.assert_array_equal(parts.train.images, DIGITS.train_images[:first].reshape(first, -1))
    expected = slice(first, first + size)
    assert parts.validation is not None
    np.testing.assert_array_equal(parts.validation.labels, DIGITS.train_labels[expected])
    np.testing.assert_array_equal(parts.validation.images, DIGITS.train_images[expected].reshape(size, -1))
    assert len(parts.test.labels) == test
    assert (config.train_images, config.validation_images, config.test_images) == (first, size, test)


@pytest.mark.parametrize(
    ("dataset", "field", "bounds"),
    [
        ({"train_size": 999_999}, "train_size", {"minimum": 1, "maximum": 1437}),
        ({"test_size": 999_999}, "test_size", {"minimum": 0, "maximum": 360}),
        ({"train_size": 1437, "validation_size": 100}, "train_size", {"minimum": 1, "maximum": 1337}),
        ({"train_size": 1437, "validation_size": 1437}, "validation_size", {"minimum": 1, "maximum": 1436}),
        ({"train_size": 3, "fold": {"folds": 4}}, "fold.folds", {"minimum": 2, "maximum": 3}),
        ({"validation_size": 1436, "fold": {}}, "fold", None),
    ],
)
def test_a_refused_number_of_images_comes_with_the_field_and_the_bounds_that_can_be_met(
    dataset, field, bounds
):
    error = refused({"dataset": dataset})
    assert (error.code, error.field, error.bounds) == ("range", f"dataset.{field}", bounds)


@pytest.mark.parametrize("train", [None, 300])
def test_folds_split_the_training_images_only(train):
    config = experiment({"train_size": train, "validation_size": 137})
    kept = DIGITS.train_images[slice(train, train + 137) if train else slice(1300, None)].reshape(137, -1)
    tested = []
    for fold in fold_configs(config, 4):
        trainer = Trainer(fold, DIGITS)
        parts = parts_of(DIGITS, fold.dataset, np.float32)
        assert parts.validation is not None
        np.testing.assert_array_equal(parts.validation.images, kept)
        assert len(trainer._images) == fold.dataset.train_images
        assert len(parts.test.labels) == fold.dataset.test_images
        tested.append(parts.test.images)
    learnt = DIGITS.train_images[: train or 1300].reshape(train or 1300, -1)
    assert sorted(map(bytes, np.concatenate(tested))) == sorted(map(bytes, learnt))


def test_validation_images_that_this_machine_does_not_have_are_an_error():
    source = ExperimentConfig.from_dict({"dataset": {"name": "mnist"}}).dataset.source
    here = drawings(source, 500)

    def parts(**sizes):
        config = ExperimentConfig.from_dict({"dataset": {"name": "mnist", "test_size": 10, **sizes}})
        return parts_of(here, config.dataset, np.float32)

    assert len(parts(validation_size=120).train.labels) == 380
    for sizes in ({"train_size": 400, "validation_size": 101}, {"validation_size": 500}):
        with pytest.raises(DatasetError, match="500 train examples here, but 501 are requested"):
            parts(**sizes)


def test_wrong_labels_and_changed_images_are_those_trained_on_alone():
    config = experiment(
        {"train_size": 200, "validation_size": 150, "label_noise": 0.5, "augment": {"noise": 1.0}}
    )
    trainer = Trainer(config, DIGITS)
    assert (trainer._labels != DIGITS.train_labels[:200]).sum() == 100
    for _ in range(5):
        trainer.step()
    metrics = trainer.evaluate()
    logits = trainer.network.forward(DIGITS.train_images[200:350]).astype(np.float64)
    labels = DIGITS.train_labels[200:350]
    assert metrics.validation_accuracy == np.mean(logits.argmax(axis=1) == labels)
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert metrics.validation_loss == pytest.approx(-np.log(p[np.arange(150), labels]).mean(), rel=1e-5)


def test_a_run_goes_on_from_a_checkpoint_with_the_same_validation_images():
    config = experiment({"train_size": 90, "validation_size": 60}, training={"early_stopping": {}})
    whole = [event.values for event in Trainer(config, DIGITS).run()]
    trainer = Trainer(config, DIGITS)
    begun = [event.values for _ in range(11) for event in trainer.advance()]
    restored = Trainer.restore(trainer.checkpoint(), DIGITS)
    assert begun + [event.values for event in restored.run()] == whole


# -- early stopping -----------------------------------------------------------------------------------


def test_early_stopping_watches_the_validation_loss_where_there_is_one():
    def metric(dataset, **stopping):
        stopping = experiment(dataset, training={"early_stopping": stopping}).training.early_stopping
        assert stopping is not None
        return stopping["metric"]

    assert metric({"validation_size": 100}) == "validation_loss"
    assert metric({"validation_size": 100}, metric="test_accuracy") == "test_accuracy"
    assert metric({}) == "test_loss"


@pytest.mark.parametrize("metric", ["validation_loss", "validation_accuracy"])
def test_without_validation_images_watching_them_is_an_error_beside_the_field(metric):
    error = refused({"training": {"early_stopping": {"metric": metric}}})
    assert (error.code, error.field) == ("range", "training.early_stopping.metric")
    assert reason_in(error.message).code == "no_validation"
    assert error.bounds == {"choices": ["test_loss", "test_accuracy"]}


@pytest.mark.parametrize("metric", ["validation_loss", "validation_accuracy", "test_loss", "test_accuracy"])
def test_the_best_iteration_is_that_of_the_watched_images_and_the_reason_says_which(metric):
    config = experiment(
        {"train_size": 40, "validation_size": 300},
        optimizer={"name": "adam", "learning_rate": 0.05},
        training={
            "iterations": 3000,
            "evaluate_every": 5,
            "early_stopping": {"metric": metric, "patience": 5},
        },
    )
    trainer = Trainer(config, DIGITS)
    *measured, last = evaluations_of(trainer)
    values = [getattr(evaluation, metric) for evaluation in measured]
    best = measured[int(np.argmin(values) if metric.endswith("loss") else np.argmax(values))]
    assert last.validation_loss == best.validation_loss
    assert len(measured) < 600
    reason = reason_in(trainer.reason).values["why"].values["why"]
    assert reason.values["iteration"] == best.iteration
    assert (reason.code, "chosen by the test examples" in reason) == (
        ("best_at_by_test", True) if metric.startswith("test") else ("best_at", False)
    )


# -- memory -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("network", "batch_size"),
    [({"preset": "mlp", "hidden": [400, 300]}, 100), ({"preset": "simple_convnet"}, 50)],
    ids=["mlp", "convnet"],
)
def test_the_estimate_counts_the_validation_images(network, batch_size, dtype):
    dataset = {"name": "mnist", "train_size": 700, "validation_size": 1100, "test_size": 600}
    config = experiment(dataset, network=network, dtype=dtype, training={"batch_size": batch_size})
    own = drawings(config.dataset.source, 1800)
    tracemalloc.start()
    trainer = Trainer(config, own)
    for _ in range(3):
        trainer.step()
    trainer.evaluate()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert 0.99 < arrays(config) / peak < 1.25
