"""Views of a training at a moment: weights as pictures, and options that are refused."""

import numpy as np
import pytest

from engine import ConfigError, ExperimentConfig, Trainer
from engine.views import check, see

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
