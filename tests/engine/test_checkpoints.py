"""Checkpoints of a trainer: a restored one goes on bit for bit."""

import io
import zipfile

import numpy as np
import pytest

from engine import Trainer, checkpoint
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


def test_a_checkpoint_with_a_wrong_bit_is_refused_or_has_the_same_state(digits):
    trainer = Trainer(experiment(training={"iterations": 30, "early_stopping": {"patience": 3}}), digits)
    for _ in range(20):
        trainer.advance()
    assert trainer.best
    saved = trainer.checkpoint()
    # damage of the directory at the end hides arrays or asks for passwords; where the header of an array is damaged,
    # another part of it would be read
    directory, header = saved.index(b"PK\x01\x02"), saved.index(b"\x93NUMPY", saved.index(b"order.npy"))
    bits = [*range(8 * header, 8 * (header + 70)), *range(8 * directory, 8 * len(saved))]
    bits += np.random.default_rng(0).integers(0, 8 * directory, 100).tolist()
    refused = 0
    for bit in bits:
        flipped = bytearray(saved)
        flipped[bit // 8] ^= 1 << bit % 8
        try:
            _, _, apply = checkpoint.load(bytes(flipped))
        except ValueError:
            refused += 1
            continue
        apply(trainer)
        assert trainer.checkpoint() == saved
    assert refused > 1000


def test_a_checkpoint_without_one_of_its_arrays_is_refused(digits):
    trainer = Trainer(experiment(optimizer={"name": "momentum"}, training={"early_stopping": {}}), digits)
    list(trainer.run())
    with zipfile.ZipFile(io.BytesIO(trainer.checkpoint())) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    assert entries.keys() >= {"vector.npy", "order.npy", "optimizer/v.npy", "best/vector.npy"}
    for left_out in entries:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            for name in entries.keys() - {left_out}:
                archive.writestr(name, entries[name])
        with pytest.raises(ValueError, match=r"a damaged one"):
            Trainer.restore(file.getvalue(), digits)


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
