"""Views of a training at a moment: looking changes nothing, a replay shows the same; memory; weights as pictures."""

import json
import tracemalloc

import numpy as np
import pytest

from engine import ConfigError, ExperimentConfig, Trainer
from engine.datasets import Dataset
from engine.replay import Replay
from engine.views import check, see
from engine.views.smoothness import smoothness
from tests.engine.view_moments import ITERATIONS, TRAININGS, Moment, experiment, fitting


@pytest.mark.parametrize("name", TRAININGS)
def test_a_view_after_a_replay_is_the_one_that_was_made_live_at_that_iteration(name):
    moment = Moment(name)
    config, iteration = moment.trainer.config, moment.trainer.iteration
    replay = Replay(config)
    before = replay.at(iteration - 1).network.vector.copy()
    replayed = replay.at(iteration)
    kinds = fitting(config)
    assert len(kinds) >= 6
    for kind, options in kinds.items():
        live, past = see(moment.trainer, kind, options, moment.before), see(replayed, kind, options, before)
        assert json.dumps(live.facts, allow_nan=False) == json.dumps(past.facts, allow_nan=False)
        assert list(live.arrays) == list(past.arrays)
        for key, array in live.arrays.items():
            assert array.dtype in (np.float32, np.int32, np.uint8), (kind, key)
            assert array.shape == past.arrays[key].shape
            assert array.tobytes() == past.arrays[key].tobytes(), (kind, key)


@pytest.mark.parametrize("name", TRAININGS)
def test_looking_leaves_a_training_as_it_was_bit_for_bit(name):
    """Also with dropout and batch norm, whose passes in training mode draw numbers and move means."""
    config = experiment(name)
    alone, watched = Trainer(config), Trainer(config)
    for iteration in range(ITERATIONS):
        expected, before = alone.advance(), watched.network.vector.copy()
        assert watched.advance() == expected
        if iteration % 10 == 5:
            for kind, options in fitting(config).items():
                see(watched, kind, options, before)
    assert watched.checkpoint() == alone.checkpoint()


@pytest.mark.parametrize("value", [np.nan, np.inf, 3e38])
@pytest.mark.parametrize("name", TRAININGS)
def test_a_network_whose_weights_are_not_finite_any_more_can_be_looked_at(name, value):
    trainer = Trainer(experiment(name))
    trainer.step()
    trainer.network.vector[::3] = value
    for kind, options in fitting(trainer.config).items():
        json.dumps(see(trainer, kind, options, trainer.network.vector.copy()).facts, allow_nan=False)


#: How many bytes a view may allocate in addition to the copy of the network.
MAX_BYTES = 16 << 20


def with_images(count: int) -> Trainer:
    """A small convolutional training with `count` test images, of which each has been evaluated once."""
    dice = np.random.default_rng(0)
    pixels = dice.integers(0, 256, (count, 1, 28, 28), np.uint8)
    labels = np.arange(count) % 10
    dataset = Dataset(
        name="mnist",
        train_images=pixels[:100],
        train_labels=labels[:100],
        test_images=pixels,
        test_labels=labels,
        class_names=[str(digit) for digit in range(10)],
    )
    layers = [{"type": "conv2d", "filters": 8, "kernel_size": 5}, {"type": "dense", "units": 10}]
    config = ExperimentConfig.from_dict(
        {
            "dataset": {"name": "mnist", "train_size": 100, "test_size": count},
            "network": {"layers": layers},
            "training": {"iterations": 10, "batch_size": 20},
        }
    )
    trainer = Trainer(config, dataset)
    trainer.step()
    trainer.evaluate()
    return trainer


def peak_of(trainer: Trainer, kind: str, options) -> int:
    """The most bytes that a view has allocated at a time."""
    tracemalloc.start()
    try:
        see(trainer, kind, options, trainer.network.vector)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_the_memory_of_a_view_is_bounded_and_does_not_grow_with_the_images():
    few, many = with_images(600), with_images(3000)
    for kind, options in fitting(few.config).items():
        see(few, kind, options)  # what is only made once
        see(many, kind, options)
        peak = peak_of(few, kind, options)
        assert peak < MAX_BYTES, kind
        assert peak_of(many, kind, options) < 1.1 * peak + 50_000, kind


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


def test_all_layers_that_can_be_drawn_are_counted_with_the_projection_of_a_residual_block():
    layers = [
        {"type": "conv2d", "filters": 2, "kernel_size": 3},
        {"type": "residual", "layers": [{"type": "conv2d", "filters": 3, "kernel_size": 3, "stride": 2}]},
        {"type": "conv2d", "filters": 2, "kernel_size": 2},
        {"type": "flatten"},
        {"type": "dense", "units": 10},
    ]
    trainer = Trainer(config_of(network={"layers": layers}))
    count = view(trainer, "weights").facts["layers"]
    assert count == 4
    for layer in range(1, count + 1):
        assert view(trainer, "weights", layer=layer).arrays["weights"].ndim == 4
    with pytest.raises(ConfigError):
        view(trainer, "weights", layer=count + 1)


def test_smoothness_is_morans_i_of_neighbouring_weights():
    rng = np.random.default_rng(3)
    pictures = rng.normal(size=(3000, 5, 4)).astype(np.float32)
    centred = pictures - pictures.mean(axis=(1, 2), keepdims=True)
    places = [(i, j) for i in range(5) for j in range(4)]
    pairs = [(a, b) for a in places for b in places if abs(a[0] - b[0]) + abs(a[1] - b[1]) == 1]
    products = np.mean([centred[:, *a] * centred[:, *b] for a, b in pairs])
    assert smoothness(pictures) == pytest.approx(products / np.mean(centred**2), abs=1e-6)
    assert smoothness(pictures) == pytest.approx(-1 / 19, abs=0.01)  # of independent weights
    # each picture around its own mean, and parts of many pictures like all of them
    assert smoothness(pictures + np.arange(3000)[:, None, None]) == pytest.approx(
        smoothness(pictures), abs=1e-3
    )
    ramp = np.broadcast_to(np.arange(28.0), (1, 28, 28))
    assert smoothness(ramp) > 0.95
    chessboard = np.indices((1, 6, 6)).sum(axis=0) % 2
    assert smoothness(chessboard) == pytest.approx(-1)
    for nothing in (np.ones((2, 3, 3)), rng.normal(size=(9, 1, 1)), np.full((1, 2, 2), np.inf)):
        with np.errstate(invalid="ignore"):
            assert smoothness(nothing) is None


def test_weights_that_are_no_pictures_are_refused(trained):
    trainer, _ = trained
    with pytest.raises(ConfigError, match="no pictures") as error:
        check("weights", {"layer": 2}, trainer.config)
    assert error.value.field == "layer"
    with pytest.raises(ConfigError, match="at most"):
        check("weights", {"layer": 30}, trainer.config)
    with pytest.raises(ConfigError, match="there is no view"):
        check("nothing", {}, trainer.config)
