"""What a worker measures of its training at stated iterations."""

import pytest

from engine import ExperimentConfig, Trainer
from engine.measuring import interval, measure
from engine.views import check, see
from tests.engine.finding_cases import experiment, mlp


def test_a_measurement_leaves_a_training_as_it_was_and_is_the_same_again():
    config = ExperimentConfig.from_dict(experiment(mlp(batch_norm=True, dropout=0.2), iterations=40))
    alone, watched = Trainer(config), Trainer(config)
    while not alone.done:
        events = alone.advance()
        assert [event.values for event in watched.advance()] == [event.values for event in events]
        assert measure(watched) == measure(watched)
    assert alone.checkpoint() == watched.checkpoint()


def test_what_is_measured_is_what_the_views_of_units_and_of_the_confusion_matrix_say():
    trainer = Trainer(ExperimentConfig.from_dict(experiment(rate=1, iterations=30)))
    while not trainer.done:
        trainer.advance()
    facts = measure(trainer)
    seen = see(trainer, "units", {})
    assert facts["sample"] == seen.facts["sample"] == 360  # all test images
    for mine, theirs in zip(facts["layers"], seen.facts["layers"], strict=True):
        assert {name: mine[name] for name in theirs.keys() & mine.keys()} == {
            name: theirs[name] for name in ("name", "units", "dead", "saturated", "moved")
        }
    counts = see(trainer, "confusion", check("confusion", {}, trainer.config)).arrays["counts"]
    assert facts["labels"] == counts.sum(axis=1).tolist()
    assert facts["predicted"] == counts.sum(axis=0).tolist()
    shares = see(trainer, "histograms", check("histograms", {}, trainer.config)).facts["layers"]
    for mine, theirs in zip(facts["layers"], shares, strict=True):
        assert mine["small_weights"] == theirs["weights"]["near_zero"]
        assert mine["small_outputs"] == theirs["outputs"]["near_zero"]
    pictures = [layer["smoothness"] is not None for layer in facts["layers"]]
    assert pictures == [True, False, False]


def test_how_far_weights_have_moved_is_measured_at_the_end_alone():
    trainer = Trainer(ExperimentConfig.from_dict(experiment(iterations=3)))
    while not trainer.done:
        trainer.advance()
        assert all(("moved" in layer) == trainer.done for layer in measure(trainer)["layers"])


@pytest.mark.parametrize(
    ("iterations", "times"), [(1, 1), (3, 3), (100, 4), (2000, 12), (20_000, 100), (1_000_000, 100)]
)
def test_a_training_is_measured_at_least_four_and_at_most_a_hundred_times(iterations, times):
    config = ExperimentConfig.from_dict(experiment(iterations=iterations, batch_size=100))
    assert -(-iterations // interval(config, iterations)) == times
