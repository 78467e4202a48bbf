"""Views of a training at a moment: what they show, and that looking changes nothing."""

import numpy as np
import pytest

from engine import ConfigError, ExperimentConfig, Trainer
from engine.views import KINDS, check, see

DIGITS = {"dataset": {"name": "digits"}, "training": {"iterations": 30, "batch_size": 20}}


def config_of(**changes):
    return ExperimentConfig.from_dict({**DIGITS, **changes})


@pytest.fixture(scope="module")
def trained():
    """A dense network after 30 iterations on the digits, and its first weights."""
    trainer = Trainer(config_of(seed=5))
    first = trainer.network.parameters["1.W"].copy()
    for _ in range(30):
        trainer.step()
    return trainer, first


def view(trainer, name, before=None, **options):
    return see(trainer, name, check(name, options, trainer.config), before)


def test_the_weights_of_a_unit_are_its_column_as_an_image(trained):
    trainer, first = trained
    seen = view(trainer, "weights", first=3, count=4)
    W = trainer.network.parameters["1.W"]
    assert seen.arrays["weights"].shape == (4, 1, 8, 8)
    np.testing.assert_array_equal(seen.arrays["weights"][1].ravel(), W[:, 4])
    assert seen.facts["units"] == W.shape[1]
    assert seen.facts["moved"] == pytest.approx(np.linalg.norm(W - first) / np.linalg.norm(first), rel=1e-5)


def test_weights_that_are_no_pictures_are_refused(trained):
    trainer, _ = trained
    with pytest.raises(ConfigError, match="no pictures") as error:
        check("weights", {"layer": 2}, trainer.config)
    assert error.value.field == "layer"
    with pytest.raises(ConfigError, match="at most"):
        check("weights", {"layer": 30}, trainer.config)
    with pytest.raises(ConfigError, match="there is no view"):
        check("nothing", {}, trainer.config)


def test_looking_leaves_a_training_as_it_was_bit_for_bit():
    """With dropout and batch norm, whose passes in training mode draw numbers and move means."""
    layers = [
        {"type": "dense", "units": 16},
        {"type": "batch_norm"},
        {"type": "activation", "name": "relu"},
        {"type": "dropout", "rate": 0.3},
        {"type": "dense", "units": 10},
    ]
    config = config_of(network={"layers": layers}, training={"iterations": 40, "batch_size": 20})
    alone, watched = Trainer(config), Trainer(config)
    for iteration in range(40):
        expected, before = alone.step(), watched.network.vector.copy()
        assert watched.step() == expected
        if iteration % 10 == 5:
            for name in KINDS:
                try:
                    options = check(name, {}, config)
                except ConfigError:
                    continue  # it does not fit this network
                see(watched, name, options, before)
    assert watched.checkpoint() == alone.checkpoint()
