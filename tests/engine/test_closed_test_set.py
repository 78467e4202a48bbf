"""With 0 test images the test set stays closed: nothing is measured on it, and all else is as it would be."""

import dataclasses

import pytest

from engine import ConfigError, ExperimentConfig, Trainer, load_dataset, views
from engine.checkpoint import save
from engine.memory import estimate
from engine.replay import Cancelled
from engine.testing import measure_test
from engine.views.subject import Subject

DATA = {"name": "digits", "validation_size": 100, "label_noise": 0.1}
SHORT = {
    "dataset": DATA,
    "network": {"preset": "mlp", "hidden": [8], "batch_norm": True, "dropout": 0.2},
    "training": {"iterations": 20},
}


def closed(**changes):
    return ExperimentConfig.from_dict({**SHORT, "dataset": {**DATA, "test_size": 0, **changes}})


def test_a_closed_test_set_changes_no_other_figure():
    opened = Trainer(ExperimentConfig.from_dict(SHORT))
    events, with_test = list(Trainer(closed()).run()), list(opened.run())

    assert len(events) == len(with_test) > 20
    for event, other in zip(events, with_test, strict=True):
        if event.stream == "evaluation":
            assert event.test_accuracy is event.test_loss is None
            other = dataclasses.replace(other, test_accuracy=None, test_loss=None)
        assert event == other
        assert event.values == other.values


def test_its_rows_and_checkpoints_have_no_column_for_it():
    trainer = Trainer(closed())
    evaluation = next(event for event in trainer.run() if event.stream == "evaluation")

    assert len(evaluation.values) == len(trainer.columns["evaluation"])
    assert not [name for name in trainer.columns["evaluation"] if "test" in name]
    assert Trainer.restore(save(trainer)).evaluate().values == trainer.evaluate().values


def test_it_needs_less_memory_and_may_have_no_validation_images_either():
    assert estimate(closed()) < estimate(ExperimentConfig.from_dict(SHORT))
    last = Trainer(closed(validation_size=None)).evaluate()
    assert last.validation_accuracy is last.test_accuracy is None


def test_a_fold_is_tested_all_the_same_as_its_images_are_training_images():
    config = closed(fold={"folds": 5, "index": 0})
    assert config.dataset.test_images == 268
    assert "test_accuracy" in Trainer(config).columns["evaluation"]


@pytest.mark.parametrize("metric", ["test_loss", "test_accuracy"])
def test_early_stopping_cannot_watch_a_closed_test_set(metric):
    stopping = {"training": {"early_stopping": {"metric": metric}}}
    with pytest.raises(
        ConfigError, match=r"training.early_stopping.metric is test_\w+, but the test set stays closed"
    ):
        ExperimentConfig.from_dict({**closed().to_dict(), **stopping})


@pytest.mark.parametrize("metric", ["test_loss", "validation_loss"])
def test_without_test_and_validation_images_no_metric_is_offered(metric):
    stopping = {"training": {"early_stopping": {"metric": metric}}}
    with pytest.raises(ConfigError, match=r"set dataset.validation_size$") as caught:
        ExperimentConfig.from_dict({**closed(validation_size=None).to_dict(), **stopping})
    assert caught.value.bounds == {"choices": []}


def test_its_accuracy_can_be_measured_afterwards_as_it_would_have_been():
    trainer, opened = Trainer(closed()), Trainer(ExperimentConfig.from_dict(SHORT))
    for other in (trainer, opened):
        assert list(other.run())
    recorded = opened.evaluate()

    assert measure_test(trainer, load_dataset("digits")) == (recorded.test_accuracy, recorded.test_loss)


def test_measuring_it_ends_before_the_next_block_of_images_when_no_one_waits_for_it():
    with pytest.raises(Cancelled):
        measure_test(Trainer(closed()), load_dataset("digits"), is_cancelled=lambda: True)


def test_no_view_looks_at_a_closed_test_set():
    trainer = Trainer(closed())

    with pytest.raises(
        ConfigError, match="part must be train or validation: the test set of this experiment stays"
    ):
        views.check("confusion", {"part": "test"}, trainer.config)
    with pytest.raises(ConfigError, match="part must be train: "):
        views.check("confusion", {"part": "test"}, closed(validation_size=None))
    assert "test" not in trainer.evaluations.evaluators
    options = views.check("confusion", {"part": "validation"}, trainer.config)
    assert views.see(trainer, "confusion", options).facts["total"] == 100
    images, _ = Subject(trainer).sample()
    assert len(images) == 100
