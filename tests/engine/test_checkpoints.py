"""Checkpoints of a trainer: a restored one goes on bit for bit."""

import pytest

from engine import Trainer
from tests.engine.small_trainings import curve, experiment


@pytest.mark.parametrize("optimizer", ["sgd", "nesterov", "adadelta", "adam", "nadam"])
@pytest.mark.parametrize("sampling", ["with_replacement", "epochs"])
def test_a_restored_run_goes_on_bit_for_bit(digits, optimizer, sampling):
    layers = [
        {"type": "dense", "units": 12},
        {"type": "activation", "name": "relu"},
        {"type": "dropout", "rate": 0.3},
        {"type": "dense", "units": 10},
    ]
    config = experiment(
        network={"layers": layers},
        optimizer={"name": optimizer},
        dataset={"train_size": 110},
        training={
            "sampling": sampling,
            "iterations": 60,
            "schedule": {"name": "cosine"},
            "early_stopping": {"patience": 3},
        },
    )
    whole = curve(Trainer(config, digits))
    trainer = Trainer(config, digits)
    first = []
    while trainer.iteration < 37:
        first += [event.values for event in trainer.advance()]
    saved = trainer.checkpoint()

    resumed = Trainer.restore(saved, digits)
    assert first + curve(resumed) == whole
    assert resumed.checkpoint() != saved


def test_live_changes_and_endings_survive_a_checkpoint(digits):
    trainer = Trainer(experiment(training={"iterations": 5}), digits)
    trainer.set_live(learning_rate=0.25, l1=0.5)
    trainer.step()
    restored = Trainer.restore(trainer.checkpoint(), digits)
    assert restored.learning_rate == 0.25
    assert restored.network.penalty.l1 == 0.5
    list(restored.run())
    assert Trainer.restore(restored.checkpoint(), digits).advance() == []


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 nonsense", b"\x80\x04pickle"])
def test_a_file_that_is_not_a_checkpoint_is_refused(data):
    with pytest.raises(ValueError, match="not a checkpoint"):
        Trainer.restore(data)


def test_a_damaged_checkpoint_is_refused(digits):
    saved = Trainer(experiment(), digits).checkpoint()
    with pytest.raises(ValueError, match="not a checkpoint"):
        Trainer.restore(saved[: len(saved) // 2], digits)


def test_a_run_that_stopped_early_goes_on_from_any_checkpoint_to_the_same_end(digits):
    config = experiment(
        dataset={"train_size": 40},
        optimizer={"name": "adam", "learning_rate": 0.02},
        training={"iterations": 300, "early_stopping": {"metric": "test_loss", "patience": 5}},
    )
    whole = [event.values for event in Trainer(config, digits).run()]
    trainer = Trainer(config, digits)
    begun = [event.values for _ in range(30) for event in trainer.advance()]
    restored = Trainer.restore(trainer.checkpoint(), digits)
    assert begun + [event.values for event in restored.run()] == whole
